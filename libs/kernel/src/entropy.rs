//! Randomness as an argument: nothing in Tongban asks the machine for random bytes except through [`Entropy`].

use chrono::{DateTime, Utc};
use rand::TryRngCore;
use uuid::Uuid;

/// Where identifiers, nonces and passwords get their random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `buffer` with bytes nobody can foresee.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::panic,
        reason = "without a random source no identifier or key may be made at all"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = rand::rngs::OsRng.try_fill_bytes(buffer) {
            panic!("the operating system gives no random bytes: {error}");
        }
    }
}

/// A time-ordered identifier (UUID version 7) for something made at `now`.
pub fn time_ordered_id(now: DateTime<Utc>, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// `length` characters that people can read aloud and type: digits and capitals without 0 O 1 I L.
///
/// Thirty-one characters give 4.95 bits each; bytes that would bias the choice are drawn again.
pub fn readable_code(length: usize, entropy: &dyn Entropy) -> String {
    const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let mut code = String::with_capacity(length);
    while code.len() < length {
        let mut byte = [0_u8];
        entropy.fill(&mut byte);
        // 248 = 8 × 31: everything above it would favour the first letters.
        if byte[0] < 248 {
            code.push(char::from(ALPHABET[usize::from(byte[0]) % 31]));
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later() {
        let early = DateTime::from_timestamp_millis(1_000).unwrap();
        let late = DateTime::from_timestamp_millis(2_000).unwrap();
        assert!(time_ordered_id(early, &SystemEntropy) < time_ordered_id(late, &SystemEntropy));
    }

    #[test]
    fn readable_codes_have_no_look_alikes() {
        let code = readable_code(500, &SystemEntropy);
        assert_eq!(code.len(), 500);
        assert!(!code.contains(['0', 'O', '1', 'I', 'L']));
    }
}
