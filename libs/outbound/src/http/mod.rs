//! Providers reached by HTTP: one connection pool, one address and one signature for each.

pub mod json;
mod link;
mod nesting;
mod said;

pub use json::{HttpJson, JsonResource, Method, Verdict};
pub(crate) use link::Call;
pub use link::{Limits, Link, LinkParts};
pub(crate) use nesting::is_within;
