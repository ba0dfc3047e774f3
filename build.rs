//! What the linker is told, and what else the binary is made of.

use std::env;
use std::process::Command;

fn main() {
    // The shipped content is inside the binary: build again when a file of it is added or removed.
    println!("cargo::rerun-if-changed=content");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|known| known == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("PROFILE", "release") && understands_relr() {
        // Twenty thousand pointers in tables are moved at the start: noted as bits they take 10 kB instead of 500, in the file
        // and in memory.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Whether the C library with which the binary will start moves pointers that are noted as bits: glibc does from 2.36 on. Of
/// another machine's, nothing is known.
fn understands_relr() -> bool {
    if env::var("HOST").ok() != env::var("TARGET").ok() {
        return false;
    }
    let Ok(output) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return false };
    let version = String::from_utf8_lossy(&output.stdout);
    let minor = version.trim().strip_prefix("glibc 2.").and_then(|minor| minor.parse::<u32>().ok());
    minor.is_some_and(|minor| minor >= 36)
}
