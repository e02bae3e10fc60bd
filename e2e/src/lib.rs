//! Whole cases from guide to review, over HTTP alone: what `make demo` shows and the tests of the real
//! binary stand on.

mod accounts;
mod addresses;
mod case;
pub mod ceremony;
mod client;
mod company;
mod dice;
mod elder;
mod error;
pub mod load;
pub mod papers;
mod processes;
mod restaurant;
mod review;
mod story;
mod survey;
mod telling;
pub mod traffic;
pub mod year;

pub use accounts::{SampleAccounts, SampleSystem};
pub use addresses::Addresses;
pub use case::{knows, until};
pub use client::{Answer, Caller, City};
pub use company::{company, construction_form};
pub use dice::Dice;
pub use elder::{elder, elder_form};
pub use error::Error;
pub use processes::{Launch, Processes, SERVICES, WHOLE};
pub use restaurant::{Inspected, inspected, restaurant};
pub use review::{Reviewed, review, reviewed};
pub use story::{Story, StoryOutcome};
pub use survey::survey;
