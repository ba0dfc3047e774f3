//! One test binary; a module a feature.

mod callback_data;
mod conversations;
