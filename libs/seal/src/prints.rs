//! Keyed hashes: whether two values are the same can be told, what they are cannot (去标识化).

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sm3::Sm3;
use zeroize::Zeroizing;

use crate::key::MasterKey;

/// Sets keys of prints apart from those of vaults.
const DOMAIN: &[u8] = b"tongban-print/1/";
/// Bytes kept of a hash: enough for no two of a city's devices to share one.
const KEPT: usize = 16;

/// Makes prints of one purpose: HMAC (GB/T 15852.2) with SM3 under a key that no other purpose has.
///
/// Numbers of few digits could be tried out one after the other by whoever has the hashes alone; without the key they
/// cannot. The same value has another print for each purpose.
#[derive(Clone)]
pub struct Prints {
    key: Zeroizing<[u8; 32]>,
    purpose: &'static str,
}

impl fmt::Debug for Prints {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prints").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

impl Prints {
    /// Prints for `purpose`, such as `reviews/devices`. Renaming it makes new prints unlike old ones.
    #[expect(clippy::expect_used, reason = "HKDF-SHA-256 gives up to 8160 bytes; 32 are taken")]
    pub fn new(master: &MasterKey, purpose: &'static str) -> Self {
        let mut key = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::new(None, master.bytes())
            .expand_multi_info(&[DOMAIN, purpose.as_bytes()], &mut *key)
            .expect("32 bytes are no more than HKDF gives");
        Self { key, purpose }
    }

    /// The print of `value`: 32 hexadecimal digits.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    pub fn of(&self, value: &str) -> String {
        let mut mac = Hmac::<Sm3>::new_from_slice(&*self.key).expect("a key of 32 bytes");
        mac.update(value.as_bytes());
        let hash = mac.finalize().into_bytes();
        hex::encode(hash.get(..KEPT).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prints(digit: u8, purpose: &'static str) -> Prints {
        let master = MasterKey::from_hex(&digit.to_string().repeat(64)).unwrap();
        Prints::new(&master, purpose)
    }

    #[test]
    fn the_same_value_has_the_same_print_for_one_purpose_and_key_only() {
        let print = prints(1, "a").of("13800008001");
        assert_eq!(print.len(), 32);
        assert_eq!(prints(1, "a").of("13800008001"), print);
        for other in [
            prints(2, "a").of("13800008001"),
            prints(1, "b").of("13800008001"),
            prints(1, "a").of(""),
        ] {
            assert_ne!(other, print);
        }
        assert!(!format!("{:?}", prints(1, "a")).contains("01"));
    }
}
