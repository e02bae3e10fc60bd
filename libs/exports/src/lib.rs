//! Records for other platforms (对外报送): kept with the event they tell of, handed over again until they are taken, and
//! compared with the receiver's list.
//!
//! A service says what a record is and adds it in the transaction of the event; [`Exports`] does the rest. The port is
//! [`Receiver`]; over HTTP it is [`http::HttpReceiver`].

mod exports;
pub mod http;
mod store;
mod target;
pub mod web;

pub use exports::{Compared, Exports, Listed, NewRecord};
pub use store::{ExportState, Model as Row, indexes, table};
pub use target::{Handed, Receiver, Target, Targets};
