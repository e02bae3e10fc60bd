//! Tables of the receiving side.

pub mod inbox;
pub mod parked;
pub mod set_aside;
