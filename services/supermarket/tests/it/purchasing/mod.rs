//! Purchases over HTTP, by the clock and from events.

mod buying;
mod drawing;
mod edges;
mod market;
mod mishaps;
mod outside;
mod receipts;
