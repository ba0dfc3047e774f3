//! What this program was built of.

/// The version, as in `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The first twelve digits of the commit that a release build is of: that of `PALABRE_COMMIT`, else git's; `unknown` without either.
/// Every other build is `development`.
pub const COMMIT: &str = env!("PALABRE_COMMIT");
