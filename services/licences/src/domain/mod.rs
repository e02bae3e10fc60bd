//! The library's rules, pure.

pub mod draft;
pub mod licence;
pub mod mask;
pub mod validity;
