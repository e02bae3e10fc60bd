//! What anyone can check of a ledger's history, with nothing but the published keys (历史可验证).
//!
//! A Merkle tree over all events with SM3, checkpoints signed with SM2, receipts, and proofs that an
//! event is in the tree and that a later tree begins with an earlier one. All of it is pure: no storage,
//! no transport. `docs/history-proof-spec.md` gives the exact bytes.
//!
//! Sources: SM2 is GB/T 32918.2-2016, SM3 is GB/T 32905-2016; the tree has the shape of RFC 6962; the
//! forms follow C2SP's signed-note, tlog-checkpoint and tlog-proof.

pub mod checkpoint;
pub mod key;
pub mod merkle;
pub mod note;
pub mod plan;
pub mod proof;
pub mod receipt;

pub use checkpoint::Checkpoint;
pub use key::{PublishedKey, PublishedKeys, Signer, VerifyKey};
pub use merkle::{Frontier, Hash};
pub use proof::{ConsistencyProof, InclusionProof};
pub use receipt::Receipt;

/// Why something does not hold, or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFault {
    /// It is not written as the specification says.
    #[error("not well formed: {0}")]
    Form(&'static str),
    /// A key that does not keep its own identifier, or is no point of the curve.
    #[error("not a key: {0}")]
    Key(&'static str),
    /// Nobody we know signed it.
    #[error("no signature by a published key")]
    Unsigned,
    /// A published key is named, but did not sign this text.
    #[error("the signature by a published key does not hold")]
    Signature,
    /// It speaks of another log than the keys are of.
    #[error("of another log: {0}")]
    Origin(&'static str),
    /// The hashes do not lead to the signed root.
    #[error("the hashes do not lead to the signed root")]
    Root,
    /// The proof has more or fewer hashes than sizes and index require.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// Index or sizes that no tree can have.
    #[error("no such place in the tree")]
    Place,
    /// Two papers speak of different events.
    #[error("receipt and proof are of different events")]
    Mismatch,
}

impl ProofFault {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "malformed",
            Self::Key(_) => "bad_key",
            Self::Unsigned => "unsigned",
            Self::Signature => "bad_signature",
            Self::Origin(_) => "other_origin",
            Self::Root => "root_mismatch",
            Self::Length => "wrong_length",
            Self::Place => "no_such_place",
            Self::Mismatch => "other_event",
        }
    }
}
