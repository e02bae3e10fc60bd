//! One command a file.

pub mod calendar;
pub mod check;
pub mod doctor;
pub mod draw;
pub mod load;
pub mod migrate;
pub mod openapi;
pub mod parked;
pub mod rebuild;
pub mod serve;
pub mod verify;
pub mod verify_city;
pub mod verify_draw;

use std::process::ExitCode;

/// How a command ends.
pub type Done = Result<ExitCode, Box<dyn std::error::Error>>;
