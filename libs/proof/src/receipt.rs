//! Receipts (回执): the log's word that a submission became an event with this hash.

use chrono::{DateTime, Utc};

use crate::ProofFault;
use crate::checkpoint::{hex_hash, parse_time, time};
use crate::key::{Signer, VerifyKey};
use crate::merkle::Hash;
use crate::note;

/// First line of every receipt; no log is called like that, so no checkpoint passes for one.
const FIRST: &str = "tongban/receipt@v1";

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Name of the log.
    pub origin: String,
    /// Number of the case or purchase (办件编号、采购编号).
    pub case: String,
    /// Identifier of the event.
    pub event: String,
    /// The event's hash, which is the data of its leaf.
    pub hash: Hash,
    /// When the ledger recorded it.
    pub at: DateTime<Utc>,
    /// Path of the inclusion proof at the service.
    pub proof: String,
}

impl Receipt {
    /// The signed note.
    ///
    /// # Errors
    /// [`ProofFault::Form`] when a value holds what a line cannot.
    pub fn sign(&self, signer: &Signer) -> Result<String, ProofFault> {
        let Self { origin, case, event, hash, at, proof } = self;
        if [origin, case, event, proof].iter().any(|value| value.is_empty() || value.contains('\n'))
        {
            return Err(ProofFault::Form("a line of a receipt is empty or more than one"));
        }
        let text = format!(
            "{FIRST}\norigin {origin}\ncase {case}\nevent {event}\nhash {}\ntime {}\nproof {proof}\n",
            hex::encode(hash),
            time(*at),
        );
        note::sign(&text, signer)
    }

    /// Opens a signed receipt.
    ///
    /// # Errors
    /// Those of [`note::open`], [`ProofFault::Form`] for another text, [`ProofFault::Origin`] when the key
    /// that signed is another log's.
    pub fn open(signed: &str, keys: &[VerifyKey]) -> Result<Self, ProofFault> {
        let (text, key) = note::open(signed, keys)?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [FIRST, origin, case, event, hash, at, proof, ""] = lines[..] else {
            return Err(ProofFault::Form("a receipt has seven lines, the first of them its kind"));
        };
        let read = Self {
            origin: value(origin, "origin ")?,
            case: value(case, "case ")?,
            event: value(event, "event ")?,
            hash: hex_hash(&value(hash, "hash ")?)?,
            at: parse_time(&value(at, "time ")?)?,
            proof: value(proof, "proof ")?,
        };
        if read.origin != key.name() {
            return Err(ProofFault::Origin("the receipt's origin is not the key's name"));
        }
        Ok(read)
    }
}

fn value(line: &str, name: &'static str) -> Result<String, ProofFault> {
    line.strip_prefix(name)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .ok_or(ProofFault::Form("a line does not begin with its name, or says nothing"))
}

#[cfg(test)]
mod tests {
    use tongban_kernel::SystemEntropy;

    use super::*;
    use crate::checkpoint::Checkpoint;

    #[test]
    fn a_receipt_reads_back_and_is_nothing_else() {
        let signer = Signer::generate("log", &SystemEntropy).unwrap();
        let keys = [signer.public().clone()];
        let receipt = Receipt {
            origin: "log".into(),
            case: "113-1".into(),
            event: "0190".into(),
            hash: [9; 32],
            at: DateTime::from_timestamp_micros(5).unwrap(),
            proof: "/intake/v1/history/inclusion/0190".into(),
        };
        let signed = receipt.sign(&signer).unwrap();
        assert_eq!(Receipt::open(&signed, &keys).unwrap(), receipt);
        assert!(Checkpoint::open(&signed, &keys).is_err(), "not a checkpoint");
        let checkpoint =
            Checkpoint { origin: "log".into(), size: 1, root: [0; 32], at: receipt.at };
        assert!(Receipt::open(&checkpoint.sign(&signer).unwrap(), &keys).is_err());
        let broken = Receipt { case: "1\nevent 2".into(), ..receipt.clone() };
        assert!(broken.sign(&signer).is_err(), "a value cannot make a line of its own");
        let foreign = Receipt { origin: "other".into(), ..receipt };
        let opened = Receipt::open(&foreign.sign(&signer).unwrap(), &keys);
        assert!(matches!(opened, Err(ProofFault::Origin(_))));
    }
}
