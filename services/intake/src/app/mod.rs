//! Use cases, one a file, and what they share.

pub mod accept;
pub mod decide;
pub mod desk;
pub mod download;
pub mod read;
pub mod receipt;
pub mod refuse;
pub mod request_correction;
pub mod resubmit;
pub mod submit;
pub mod upload;
pub mod withdraw;

pub use desk::Desk;
