//! What the linker is told, and what else the binary is made of.

fn main() {
    // The shipped content is inside the binary: build again when a file of it is added or removed.
    println!("cargo::rerun-if-changed=content");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|known| known == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("PROFILE", "release") {
        // Twenty thousand pointers in tables are moved at the start: noted as bits they take 10 kB instead of 500, in the file
        // and in memory. It needs glibc 2.36 or musl 1.2.4, or no system library at all.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
