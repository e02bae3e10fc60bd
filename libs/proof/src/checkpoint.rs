//! Checkpoints (检查点): how large the tree was, and what was in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use crate::ProofFault;
use crate::key::{Signer, VerifyKey};
use crate::merkle::Hash;
use crate::note;

/// What a checkpoint says: C2SP's tlog-checkpoint with one extension line, the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// When it was made, never before the one before it.
    pub at: DateTime<Utc>,
}

impl Checkpoint {
    /// The note's text.
    pub fn text(&self) -> String {
        let root = STANDARD.encode(self.root);
        format!("{}\n{}\n{root}\ntime {}\n", self.origin, self.size, time(self.at))
    }

    /// The signed note.
    ///
    /// # Errors
    /// [`ProofFault::Form`] when a note cannot hold it.
    pub fn sign(&self, signer: &Signer) -> Result<String, ProofFault> {
        note::sign(&self.text(), signer)
    }

    /// Reads the note's text.
    ///
    /// # Errors
    /// [`ProofFault::Form`] for anything but what [`Checkpoint::text`] writes.
    pub fn parse(text: &str) -> Result<Self, ProofFault> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root, at, ""] = lines[..] else {
            return Err(ProofFault::Form("a checkpoint has four lines"));
        };
        let at = at.strip_prefix("time ").ok_or(ProofFault::Form("the fourth line is the time"))?;
        let read = Self {
            origin: origin.to_owned(),
            size: number(size)?,
            root: base64_hash(root)?,
            at: parse_time(at)?,
        };
        if origin.is_empty() { Err(ProofFault::Form("no origin")) } else { Ok(read) }
    }

    /// Opens a signed checkpoint.
    ///
    /// # Errors
    /// Those of [`note::open`] and [`Checkpoint::parse`]; [`ProofFault::Origin`] when the key that signed is
    /// another log's.
    pub fn open(note: &str, keys: &[VerifyKey]) -> Result<Self, ProofFault> {
        let (text, key) = note::open(note, keys)?;
        let read = Self::parse(text)?;
        if read.origin != key.name() {
            return Err(ProofFault::Origin("the checkpoint's origin is not the key's name"));
        }
        Ok(read)
    }
}

/// A moment as all our texts write it: UTC, six digits of the second.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

pub(crate) fn parse_time(text: &str) -> Result<DateTime<Utc>, ProofFault> {
    let wrong = ProofFault::Form("a time is 2026-03-11T02:00:00.000000Z");
    let read = DateTime::parse_from_rfc3339(text).map_err(|_| wrong.clone())?.to_utc();
    if time(read) == text { Ok(read) } else { Err(wrong) }
}

/// A decimal number without sign or leading zeroes.
pub(crate) fn number(text: &str) -> Result<u64, ProofFault> {
    let wrong = ProofFault::Form("a number has digits only and no leading zeroes");
    let read: u64 = text.parse().map_err(|_| wrong.clone())?;
    if read.to_string() == text { Ok(read) } else { Err(wrong) }
}

pub(crate) fn base64_hash(text: &str) -> Result<Hash, ProofFault> {
    let bytes = STANDARD.decode(text).map_err(|_| ProofFault::Form("a hash is not base64"))?;
    bytes.try_into().map_err(|_| ProofFault::Form("a hash has 32 bytes"))
}

pub(crate) fn hex_hash(text: &str) -> Result<Hash, ProofFault> {
    let wrong = ProofFault::Form("an event's hash has 64 hexadecimal digits, lower case");
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).map_err(|_| wrong.clone())?;
    if hex::encode(hash) == text { Ok(hash) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use tongban_kernel::SystemEntropy;

    use super::*;

    fn sample() -> Checkpoint {
        let at = DateTime::from_timestamp_micros(1_773_194_400_000_001).unwrap();
        Checkpoint { origin: "log".into(), size: 7, root: [5; 32], at }
    }

    #[test]
    fn a_checkpoint_reads_back() {
        let signer = Signer::generate("log", &SystemEntropy).unwrap();
        let note = sample().sign(&signer).unwrap();
        assert!(note.starts_with("log\n7\nBQUFBQUF"), "{note}");
        assert!(note.contains("\ntime 2026-03-11T02:00:00.000001Z\n\n"), "{note}");
        assert_eq!(Checkpoint::open(&note, &[signer.public().clone()]).unwrap(), sample());
    }

    #[test]
    fn of_another_log_it_is_refused() {
        let signer = Signer::generate("other", &SystemEntropy).unwrap();
        let note = sample().sign(&signer).unwrap();
        let opened = Checkpoint::open(&note, &[signer.public().clone()]);
        assert!(matches!(opened, Err(ProofFault::Origin(_))));
    }

    #[test]
    fn there_is_one_way_to_write_it() {
        let text = sample().text();
        for (from, to) in [
            ("\n7\n", "\n07\n"),
            ("\n7\n", "\n+7\n"),
            ("\n7\n", "\n-7\n"),
            ("log", ""),
            ("000001Z", "000001+00:00"),
            ("000001Z", "1Z"),
            ("2026-03-11T", "2026-03-11 "),
            ("time ", "at "),
            ("BQUFBQUF", "BQUFBQU"),
        ] {
            assert!(Checkpoint::parse(&text.replacen(from, to, 1)).is_err(), "{from} → {to}");
        }
        assert!(Checkpoint::parse(&format!("{text}more\n")).is_err());
        assert!(Checkpoint::parse(text.trim_end()).is_err());
    }
}
