//! Load: many requests over few connections, made cheaply so that the caller does not measure itself.

mod figures;
mod line;
mod runner;

pub use figures::{Latencies, memory_mib, processor_seconds, resident_mib, spread};
pub use line::{Line, Request};
pub use runner::{Sender, at_rate, closed};
