//! The shipped content is inside the binary: build again when a file of it is added or removed.

fn main() {
    println!("cargo::rerun-if-changed=content");
}
