//! What the linker is told, and what else the binary is made of.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    // The shipped content is inside the binary: build again when a file of it is added or removed.
    println!("cargo::rerun-if-changed=content");
    println!("cargo::rerun-if-env-changed=PALABRE_COMMIT");
    println!("cargo::rustc-env=PALABRE_COMMIT={}", commit());
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|known| known == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("PROFILE", "release") && understands_relr() {
        // Twenty thousand pointers in tables are moved at the start: noted as bits they take 10 kB instead of 500, in the file
        // and in memory.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The commit that a release is built of: whoever builds it names it, or git does. A development build is not to be made anew for
/// every commit.
fn commit() -> String {
    let named = env::var("PALABRE_COMMIT").ok().filter(|commit| !commit.is_empty());
    if named.is_none() && env::var("PROFILE").is_ok_and(|profile| profile != "release") {
        return "development".to_owned();
    }
    // An unpacked archive may lie in somebody else's repository.
    let own = env::var("CARGO_MANIFEST_DIR").ok().and_then(|own| Path::new(&own).canonicalize().ok());
    let top = git(&["rev-parse", "--show-toplevel"]).and_then(|top| Path::new(&top).canonicalize().ok());
    let known = || git(&["rev-parse", "HEAD"]).filter(|_| own.is_some() && own == top);
    let commit = named.or_else(known).unwrap_or_else(|| "unknown".to_owned());
    // Where the commit stands: in HEAD, or in the branch that HEAD names.
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD"].into_iter().chain(branch.as_deref()) {
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    commit.chars().take(12).collect()
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
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
