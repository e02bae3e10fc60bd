//! The rules without any transport or store.

mod history;
mod samples;
mod stages;
mod steps;
