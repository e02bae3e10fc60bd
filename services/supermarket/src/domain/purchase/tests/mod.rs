//! The life of a purchase, step by step and at its edges.

mod bids;
mod draft;
mod drawn;
mod life;
mod registering;
mod world;
