//! How purchases and what belongs to them are found.

pub mod breach;
pub mod case_report;
pub mod complaint;
pub mod honour;
pub mod outside;
pub mod party;
pub mod project;
pub mod purchase;
pub mod registration;
