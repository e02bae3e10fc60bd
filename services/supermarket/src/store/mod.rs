//! How what the supermarket keeps is found.

pub mod agency;
pub mod credit;
pub mod directory;
pub mod document;
pub mod engagement;
pub mod link;
pub mod matter;
pub mod organisation;
pub mod purchasing;
