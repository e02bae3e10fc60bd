//! Sealing and opening.

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use sha2::Sha256;
use tongban_kernel::Entropy;
use zeroize::Zeroizing;

use crate::key::MasterKey;

/// Layout 1: this byte, 12 bytes of nonce, then ciphertext and 16 bytes of tag.
const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
/// Sets our derived keys apart from those of any other use of the same master key.
const DOMAIN: &[u8] = b"tongban-seal/1/";

/// Why something does not open. It says nothing of the content, nor which of key, purpose, context and
/// bytes is the wrong one: they cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealFault {
    /// Too short to have been sealed.
    #[error("the sealed value is cut short")]
    Truncated,
    /// The first byte names a layout we do not know.
    #[error("the sealed value has the unknown version {0}")]
    UnknownVersion(u8),
    /// Not base64url without padding.
    #[error("the sealed value is not base64url")]
    Encoding,
    /// Another key, purpose or context, or changed bytes.
    #[error("the sealed value does not open: wrong key, purpose or context, or it was changed")]
    Refused,
}

/// Seals and opens for one purpose (加密保管).
///
/// Nonces are drawn at random, which is sound for 2³² values sealed under one purpose (SP 800-38D,
/// section 8.3).
#[derive(Clone)]
pub struct Vault {
    cipher: Aes256Gcm,
    purpose: &'static str,
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Vault").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault for `purpose`, such as `identity/totp`, with a key that no other purpose has.
    ///
    /// A purpose is part of the key: renaming it makes what was sealed unreadable.
    #[expect(clippy::expect_used, reason = "HKDF-SHA-256 gives up to 8160 bytes; 32 are taken")]
    pub fn new(master: &MasterKey, purpose: &'static str) -> Self {
        let mut key = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::new(None, master.bytes())
            .expand_multi_info(&[DOMAIN, purpose.as_bytes()], &mut *key)
            .expect("32 bytes are no more than HKDF gives");
        Self { cipher: Aes256Gcm::new((&*key).into()), purpose }
    }

    /// What it is for.
    pub fn purpose(&self) -> &'static str {
        self.purpose
    }

    /// Seals `plaintext` for the place that `context` names; [`open`](Self::open) needs the same context.
    ///
    /// The context is not kept with the value. Write it so that two places never share one, with a
    /// separator that its parts cannot hold: `account/<id>/totp`. Sealing the same twice gives different
    /// bytes. The result is 29 bytes longer than the plaintext.
    ///
    /// # Panics
    /// For more than 64 GiB of plaintext, the limit of GCM, which no caller holds in memory.
    #[expect(clippy::expect_used, reason = "GCM refuses nothing but more than 64 GiB")]
    pub fn seal(&self, plaintext: &[u8], context: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE];
        entropy.fill(&mut nonce);
        let ciphertext = self
            .cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: plaintext, aad: context })
            .expect("the plaintext is shorter than 64 GiB");
        let mut sealed = Vec::with_capacity(1 + NONCE + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Opens what [`seal`](Self::seal) made under the same master key, purpose and context.
    ///
    /// # Errors
    /// [`SealFault::Truncated`], [`SealFault::UnknownVersion`], or [`SealFault::Refused`] for everything
    /// that is not exactly what was sealed here.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, SealFault> {
        let (&version, rest) = sealed.split_first().ok_or(SealFault::Truncated)?;
        if version != VERSION {
            return Err(SealFault::UnknownVersion(version));
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealFault::Truncated)?;
        if ciphertext.len() < TAG {
            return Err(SealFault::Truncated);
        }
        self.cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg: ciphertext, aad: context })
            .map_err(|_| SealFault::Refused)
    }

    /// [`seal`](Self::seal) as text for columns and files that hold no bytes: base64url without padding.
    pub fn seal_text(&self, plaintext: &str, context: &[u8], entropy: &dyn Entropy) -> String {
        URL_SAFE_NO_PAD.encode(self.seal(plaintext.as_bytes(), context, entropy))
    }

    /// Opens what [`seal_text`](Self::seal_text) made.
    ///
    /// # Errors
    /// [`SealFault::Encoding`] and the faults of [`open`](Self::open); also `Encoding` when sealed bytes
    /// are no text.
    pub fn open_text(&self, sealed: &str, context: &[u8]) -> Result<String, SealFault> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealFault::Encoding)?;
        String::from_utf8(self.open(&sealed, context)?).map_err(|_| SealFault::Encoding)
    }
}

#[cfg(test)]
mod tests {
    use tongban_kernel::SystemEntropy;

    use super::*;

    const CONTEXT: &[u8] = b"account/1/totp";

    fn master(digit: char) -> MasterKey {
        MasterKey::from_hex(&String::from(digit).repeat(64)).unwrap()
    }

    fn vault() -> Vault {
        Vault::new(&master('a'), "identity/totp")
    }

    #[test]
    fn what_was_sealed_opens() {
        for plaintext in [&b""[..], b"x", "机密".as_bytes(), &[7; 100_000]] {
            let sealed = vault().seal(plaintext, CONTEXT, &SystemEntropy);
            assert_eq!(sealed.len(), plaintext.len() + 29);
            assert_eq!(vault().open(&sealed, CONTEXT).unwrap(), plaintext);
        }
        let text = vault().seal_text("机密", CONTEXT, &SystemEntropy);
        assert_eq!(vault().open_text(&text, CONTEXT).unwrap(), "机密");
    }

    #[test]
    fn the_same_twice_looks_different() {
        let seal = || vault().seal(b"secret", CONTEXT, &SystemEntropy);
        let (one, other) = (seal(), seal());
        assert_ne!(one, other);
        assert!(!one.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn another_key_purpose_or_context_does_not_open() {
        let sealed = vault().seal(b"secret", CONTEXT, &SystemEntropy);
        let others = [
            (Vault::new(&master('b'), "identity/totp"), CONTEXT),
            (Vault::new(&master('a'), "identity/otp"), CONTEXT),
            (vault(), b"account/2/totp"),
            (vault(), b""),
        ];
        for (vault, context) in others {
            assert_eq!(vault.open(&sealed, context), Err(SealFault::Refused));
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let sealed = vault().seal(b"secret", CONTEXT, &SystemEntropy);
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let fault = vault().open(&flipped, CONTEXT).unwrap_err();
            let expected =
                if bit < 8 { SealFault::UnknownVersion(flipped[0]) } else { SealFault::Refused };
            assert_eq!(fault, expected, "bit {bit}");
        }
        for length in 0..sealed.len() {
            let fault = vault().open(&sealed[..length], CONTEXT).unwrap_err();
            let expected = if length < 29 { SealFault::Truncated } else { SealFault::Refused };
            assert_eq!(fault, expected, "length {length}");
        }
        let longer = [&sealed[..], b"x"].concat();
        assert_eq!(vault().open(&longer, CONTEXT), Err(SealFault::Refused));
        assert_eq!(vault().open_text("不是", CONTEXT), Err(SealFault::Encoding));
    }

    /// Guards the layout and the derivation: values sealed by earlier builds have to open for ever.
    #[test]
    fn an_old_value_still_opens() {
        struct Fixed;
        impl Entropy for Fixed {
            fn fill(&self, buffer: &mut [u8]) {
                buffer.fill(9);
            }
        }
        let sealed = vault().seal_text("机密", CONTEXT, &Fixed);
        assert_eq!(sealed, "AQkJCQkJCQkJCQkJCetEG7hS7LMQ3HsRYtmbAMGciPZL7jI");
    }

    #[test]
    fn debug_shows_the_purpose_only() {
        assert_eq!(format!("{:?}", vault()), "Vault { purpose: \"identity/totp\", .. }");
    }
}
