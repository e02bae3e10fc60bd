//! Keeps what is stored from being read or swapped (数据加密存储): AES-256-GCM under keys derived from
//! one master key.
//!
//! A [`MasterKey`] comes from the environment or from a file only its owner may read. A [`Vault`] seals
//! for one purpose, under a key of its own: what one service or column sealed opens nowhere else. Every
//! sealed value is also bound to a context, such as the table, column and row it belongs to, so that it
//! cannot be moved to another place.
//!
//! [`Prints`] are keyed hashes, for values that must be compared but not kept.
//!
//! Sources: AES-GCM is NIST SP 800-38D; the derivation is HKDF-SHA-256, RFC 5869.

mod key;
mod prints;
mod vault;

pub use key::{KeyFault, MasterKey};
pub use prints::Prints;
pub use vault::{SealFault, Vault};
