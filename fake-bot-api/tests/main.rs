//! One test binary: a module per group of rules.
