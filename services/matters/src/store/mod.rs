//! How matters are found.

pub mod matter;
