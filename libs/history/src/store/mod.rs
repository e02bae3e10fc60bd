//! The tables, one a file.

pub(crate) mod checkpoint;
pub(crate) mod key;
