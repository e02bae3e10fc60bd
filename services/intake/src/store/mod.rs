//! How cases are found, and what is known of other services' things.

pub mod case;
pub mod file;
pub mod holder;
pub mod matter;
pub mod serial;
