//! What this program was built of.

/// The version, as in `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The first twelve digits of the commit that a release was built of; `development` for every other build.
pub const COMMIT: &str = env!("PALABRE_COMMIT");
