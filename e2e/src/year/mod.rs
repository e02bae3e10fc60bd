//! A city-year: all cases of one year by a documented profile, drawn from a seed.

mod forms;
mod plan;
mod profile;
mod rules;

pub use forms::{Person, form};
pub use plan::{Case, End, Plan};
pub use profile::{Profile, Share};
pub use rules::Guide;
