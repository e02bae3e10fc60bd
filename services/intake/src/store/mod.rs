//! How cases are found, and what is known of other services' things.

pub mod case;
pub mod holder;
pub mod matter;
pub mod serial;

/// How reads of concurrent requests are combined.
const READING: tongban_db::Limits = tongban_db::Limits { waiting: 4096, together: 64, batches: 2 };
