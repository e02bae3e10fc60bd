//! The tables, one a file.

pub(crate) mod checkpoint;
pub(crate) mod draw;
pub(crate) mod seed;
pub(crate) mod source;
pub(crate) mod text;
