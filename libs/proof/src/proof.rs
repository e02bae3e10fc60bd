//! Proofs as texts that can be kept and verified without anybody: after C2SP's tlog-proof.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ProofFault;
use crate::checkpoint::{Checkpoint, base64_hash, hex_hash, number};
use crate::key::VerifyKey;
use crate::merkle::{Hash, check_consistency, check_inclusion, leaf_hash};
use crate::receipt::Receipt;

const INCLUSION: &str = "tongban/tlog-proof-sm3@v1";
const CONSISTENCY: &str = "tongban/tlog-consistency-sm3@v1";
/// No tree has more levels.
const LONGEST_PATH: usize = 64;

/// That an event is in the tree (存在性证明).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// Identifier of the event; the receipt binds it to the hash.
    pub event: String,
    /// The event's hash, the data of the leaf.
    pub hash: Hash,
    /// Place of the leaf, from 0.
    pub index: u64,
    /// The hashes beside the way to the root, the leaf's sibling first.
    pub path: Vec<Hash>,
    /// The signed checkpoint whose root the way leads to.
    pub checkpoint: String,
}

impl InclusionProof {
    /// The proof as text.
    pub fn text(&self) -> String {
        let hash = hex::encode(self.hash);
        let mut text =
            format!("{INCLUSION}\nevent {}\nhash {hash}\nindex {}\n", self.event, self.index);
        write_path(&mut text, &self.path);
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads the text; nothing is verified yet.
    ///
    /// # Errors
    /// [`ProofFault::Form`] for anything but what [`InclusionProof::text`] writes.
    pub fn parse(text: &str) -> Result<Self, ProofFault> {
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or(ProofFault::Form("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        first(lines.next(), INCLUSION)?;
        let event = value(lines.next(), "event ")?.to_owned();
        let hash = hex_hash(value(lines.next(), "hash ")?)?;
        let index = number(value(lines.next(), "index ")?)?;
        let path = read_path(lines)?;
        Ok(Self { event, hash, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks that the event's leaf is in the tree of the signed checkpoint, which is given back.
    ///
    /// # Errors
    /// Those of [`Checkpoint::open`] and [`check_inclusion`].
    pub fn verify(&self, keys: &[VerifyKey]) -> Result<Checkpoint, ProofFault> {
        let checkpoint = Checkpoint::open(&self.checkpoint, keys)?;
        let leaf = leaf_hash(&self.hash);
        check_inclusion(&leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(checkpoint)
    }

    /// Checks besides that `receipt`, already opened, is of this event of this log.
    ///
    /// # Errors
    /// Those of [`InclusionProof::verify`]; [`ProofFault::Origin`], [`ProofFault::Mismatch`].
    pub fn verify_with(
        &self,
        receipt: &Receipt,
        keys: &[VerifyKey],
    ) -> Result<Checkpoint, ProofFault> {
        let checkpoint = self.verify(keys)?;
        if checkpoint.origin != receipt.origin {
            return Err(ProofFault::Origin("receipt and checkpoint are of different logs"));
        }
        if (&self.event, self.hash) != (&receipt.event, receipt.hash) {
            return Err(ProofFault::Mismatch);
        }
        Ok(checkpoint)
    }
}

/// That a later tree begins with an earlier one (一致性证明).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The hashes of RFC 6962, section 2.1.2.
    pub path: Vec<Hash>,
    /// The earlier signed checkpoint.
    pub from: String,
    /// The later signed checkpoint.
    pub to: String,
}

impl ConsistencyProof {
    /// The proof as text.
    pub fn text(&self) -> String {
        let mut text = format!("{CONSISTENCY}\n");
        write_path(&mut text, &self.path);
        format!("{text}\n{}\n{}", self.from, self.to)
    }

    /// Reads the text; nothing is verified yet.
    ///
    /// # Errors
    /// [`ProofFault::Form`] for anything but what [`ConsistencyProof::text`] writes.
    pub fn parse(text: &str) -> Result<Self, ProofFault> {
        let blocks: Vec<&str> = text.split("\n\n").collect();
        let [head, from, from_signatures, to, to_signatures] = blocks[..] else {
            return Err(ProofFault::Form("a consistency proof is a head and two checkpoints"));
        };
        let mut lines = head.split('\n');
        first(lines.next(), CONSISTENCY)?;
        Ok(Self {
            path: read_path(lines)?,
            from: format!("{from}\n\n{from_signatures}\n"),
            to: format!("{to}\n\n{to_signatures}"),
        })
    }

    /// Checks that the later tree begins with the earlier one; gives both checkpoints.
    ///
    /// # Errors
    /// Those of [`Checkpoint::open`] and [`check_consistency`]; [`ProofFault::Origin`] when they are of
    /// different logs.
    pub fn verify(&self, keys: &[VerifyKey]) -> Result<(Checkpoint, Checkpoint), ProofFault> {
        let from = Checkpoint::open(&self.from, keys)?;
        let to = Checkpoint::open(&self.to, keys)?;
        if from.origin != to.origin {
            return Err(ProofFault::Origin("the checkpoints are of different logs"));
        }
        check_consistency(from.size, to.size, &self.path, &from.root, &to.root)?;
        Ok((from, to))
    }
}

fn write_path(text: &mut String, path: &[Hash]) {
    for hash in path {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", STANDARD.encode(hash));
    }
}

fn read_path<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, ProofFault> {
    let path: Vec<Hash> = lines.map(base64_hash).collect::<Result<_, _>>()?;
    if path.len() > LONGEST_PATH { Err(ProofFault::Length) } else { Ok(path) }
}

fn first(line: Option<&str>, kind: &str) -> Result<(), ProofFault> {
    if line == Some(kind) {
        Ok(())
    } else {
        Err(ProofFault::Form("the first line names another kind"))
    }
}

fn value<'a>(line: Option<&'a str>, name: &'static str) -> Result<&'a str, ProofFault> {
    line.and_then(|line| line.strip_prefix(name))
        .filter(|value| !value.is_empty())
        .ok_or(ProofFault::Form("a line does not begin with its name, or says nothing"))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tongban_kernel::SystemEntropy;

    use super::*;
    use crate::key::Signer;
    use crate::merkle::root_over;
    use crate::plan;

    fn hash(number: u64) -> Hash {
        let mut hash = [7; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        hash
    }

    fn checkpoint(size: u64, signer: &Signer) -> String {
        let root = root_over((0..size).map(|number| leaf_hash(&hash(number))));
        let at = DateTime::from_timestamp_micros(5).unwrap();
        Checkpoint { origin: "log".into(), size, root, at }.sign(signer).unwrap()
    }

    fn path(ranges: &[std::ops::Range<u64>]) -> Vec<Hash> {
        let leaf = |level, place| (level == 0).then(|| leaf_hash(&hash(place)));
        ranges.iter().map(|range| plan::resolve(range, leaf).unwrap()).collect()
    }

    fn mutations(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (place, one) in text.char_indices() {
            let after = &text[place + one.len_utf8()..];
            for other in ["", "0", "A", "\n", " ", "=", "\r\n"] {
                if other != one.to_string() {
                    found.push(format!("{}{other}{after}", &text[..place]));
                }
            }
        }
        found
    }

    #[test]
    fn an_inclusion_proof_reads_back_and_no_other_text_is_one() {
        let signer = Signer::generate("log", &SystemEntropy).unwrap();
        let keys = [signer.public().clone()];
        for (index, size) in [(0, 1), (2, 7)] {
            let proof = InclusionProof {
                event: "e".into(),
                hash: hash(index),
                index,
                path: path(&plan::inclusion(index, size)),
                checkpoint: checkpoint(size, &signer),
            };
            let text = proof.text();
            assert_eq!(InclusionProof::parse(&text).unwrap(), proof);
            assert_eq!(proof.verify(&keys).unwrap().size, size);
            let receipt = Receipt {
                origin: "log".into(),
                case: "1".into(),
                event: "e".into(),
                hash: hash(index),
                at: DateTime::from_timestamp_micros(5).unwrap(),
                proof: "/".into(),
            };
            proof.verify_with(&receipt, &keys).unwrap();
            let other = Receipt { event: "f".into(), ..receipt.clone() };
            assert_eq!(proof.verify_with(&other, &keys), Err(ProofFault::Mismatch));
            let other = Receipt { origin: "gol".into(), ..receipt.clone() };
            assert!(matches!(proof.verify_with(&other, &keys), Err(ProofFault::Origin(_))));
            for bent in mutations(&text) {
                let verdict = InclusionProof::parse(&bent)
                    .and_then(|proof| proof.verify_with(&receipt, &keys));
                assert!(verdict.is_err(), "{bent:?}");
            }
        }
    }

    #[test]
    fn a_consistency_proof_reads_back_and_no_other_text_is_one() {
        let signer = Signer::generate("log", &SystemEntropy).unwrap();
        let keys = [signer.public().clone()];
        for (from, to) in [(3, 7), (7, 7)] {
            let proof = ConsistencyProof {
                path: path(&plan::consistency(from, to)),
                from: checkpoint(from, &signer),
                to: checkpoint(to, &signer),
            };
            let text = proof.text();
            assert_eq!(ConsistencyProof::parse(&text).unwrap(), proof);
            proof.verify(&keys).unwrap();
            for bent in mutations(&text) {
                let verdict = ConsistencyProof::parse(&bent).and_then(|proof| proof.verify(&keys));
                assert!(verdict.is_err(), "{bent:?}");
            }
        }
    }
}
