//! What every part of Tongban stands on: time and randomness as arguments, faults without a transport,
//! callers, regions, pages, the check digits of national identifiers, and what is masked in free text.

pub mod checks;
pub mod clock;
pub mod entropy;
pub mod fault;
pub mod masking;
pub mod page;
pub mod principal;
pub mod region;

pub use clock::{Clock, SystemClock, civil_date};
pub use entropy::{Entropy, SystemEntropy};
pub use fault::{Fault, FaultKind, Faults, FieldFault};
pub use page::{Page, PageQuery};
pub use principal::{Context, Principal, PrincipalKind, Role};
pub use region::RegionCode;
