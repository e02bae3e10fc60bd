//! How licences are found, and what is kept beside them.

pub mod licence;
pub mod presentation;
pub mod serial;
