//! The keys histories are signed with (检查点签名密钥): SM2, GB/T 32918.2-2016.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm3::{Digest, Sm3};
use tongban_kernel::Entropy;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::ProofFault;

/// The user identifier that GM/T 0009-2012 gives where none was agreed upon.
const USER: &str = "1234567812345678";
/// C2SP leaves 0xff to types it has not assigned, followed by a name that nobody else uses.
const TYPE: &[u8] = b"\xfftongban/sm2-sm3@v1";
/// 0x04, then both coordinates of the point.
const POINT: usize = 65;
/// r, then s, each 32 bytes, big endian.
const SIGNATURE: usize = 64;

/// Signs notes under one name.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    public: VerifyKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Signer")
            .field("public", &self.public.vkey())
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// A new key for the log `name`.
    ///
    /// # Errors
    /// [`ProofFault::Key`] for a name that a signature line cannot hold.
    pub fn generate(name: &str, entropy: &dyn Entropy) -> Result<Self, ProofFault> {
        let mut secret = Zeroizing::new([0_u8; 32]);
        // All but one of 2³² draws is below the order of the curve at once.
        for _ in 0..16 {
            entropy.fill(&mut *secret);
            if SigningKey::from_slice(USER, &*secret).is_ok() {
                return Self::from_secret(name, &*secret);
            }
        }
        Err(ProofFault::Key("the random source gives no number below the curve's order"))
    }

    /// The key that [`Signer::secret`] gave.
    ///
    /// # Errors
    /// [`ProofFault::Key`] for anything else, or a name that a signature line cannot hold.
    pub fn from_secret(name: &str, secret: &[u8]) -> Result<Self, ProofFault> {
        let key = SigningKey::from_slice(USER, secret)
            .map_err(|_| ProofFault::Key("not a private key"))?;
        let public = VerifyKey::new(name, key.verifying_key().clone())?;
        Ok(Self { key, public })
    }

    /// The private number, 32 bytes, big endian.
    pub fn secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes().into())
    }

    /// Its public half.
    pub fn public(&self) -> &VerifyKey {
        &self.public
    }

    /// The signature of `text`: the same every time, as RFC 6979 draws its number from key and text.
    pub(crate) fn sign(&self, text: &[u8]) -> Result<[u8; SIGNATURE], ProofFault> {
        let signature: Signature = self.key.try_sign(text).map_err(|_| ProofFault::Signature)?;
        Ok(signature.to_bytes().into())
    }
}

/// Verifies what one [`Signer`] signed.
#[derive(Debug, Clone)]
pub struct VerifyKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifyKey {
    fn new(name: &str, key: VerifyingKey) -> Result<Self, ProofFault> {
        if name.is_empty()
            || name.contains(|one: char| one.is_whitespace() || one.is_control() || one == '+')
        {
            return Err(ProofFault::Key(
                "a name is not empty and has neither spaces nor plus signs",
            ));
        }
        let mut digest = Sm3::new();
        digest.update(name.as_bytes());
        digest.update(b"\n");
        digest.update(TYPE);
        digest.update(point(&key));
        let hash = digest.finalize();
        let id = [hash[0], hash[1], hash[2], hash[3]];
        Ok(Self { name: name.to_owned(), id, key })
    }

    /// Reads a verifier key as C2SP's signed notes have it: name, identifier and key with `+` between.
    ///
    /// # Errors
    /// [`ProofFault::Key`] when it is none of ours, or does not keep its own identifier.
    pub fn parse(vkey: &str) -> Result<Self, ProofFault> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ProofFault::Key("name, identifier and key have to stand with + between"));
        };
        let key = STANDARD.decode(key).map_err(|_| ProofFault::Key("not base64"))?;
        let key =
            key.strip_prefix(TYPE).ok_or(ProofFault::Key("not of type tongban/sm2-sm3@v1"))?;
        if key.len() != POINT || key[0] != 4 {
            return Err(ProofFault::Key("not an uncompressed point"));
        }
        let key = VerifyingKey::from_sec1_bytes(USER, key)
            .map_err(|_| ProofFault::Key("no point of the curve"))?;
        let read = Self::new(name, key)?;
        if id != read.id() {
            return Err(ProofFault::Key("the identifier is of another key"));
        }
        Ok(read)
    }

    /// The key as text; [`VerifyKey::parse`] reads it.
    pub fn vkey(&self) -> String {
        let key = [TYPE, &point(&self.key)].concat();
        format!("{}+{}+{}", self.name, self.id(), STANDARD.encode(key))
    }

    /// Name of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Identifier, eight hexadecimal digits.
    pub fn id(&self) -> String {
        hex::encode(self.id)
    }

    pub(crate) fn id_bytes(&self) -> [u8; 4] {
        self.id
    }

    pub(crate) fn verify(&self, text: &[u8], signature: &[u8]) -> Result<(), ProofFault> {
        let signature = Signature::from_slice(signature).map_err(|_| ProofFault::Signature)?;
        self.key.verify(text, &signature).map_err(|_| ProofFault::Signature)
    }
}

fn point(key: &VerifyingKey) -> Vec<u8> {
    // The library writes the compressed form by default; ours is the one every other library reads.
    use sm2::elliptic_curve::sec1::ToSec1Point as _;
    key.as_affine().to_sec1_point(false).as_bytes().to_vec()
}

/// A published key (公布的公钥).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishedKey {
    /// The verifier key, in the form of C2SP's signed notes.
    #[schema(example = "tongban/intake/4f1c9a0b2d3e4f50+a1b2c3d4+/3Rvbmdi…")]
    pub vkey: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When another took its place; what it signed stays verifiable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<DateTime<Utc>>,
}

/// Every key one log ever signed with (公钥列表), oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishedKeys {
    /// Name of the log, the first line of its checkpoints.
    #[schema(example = "tongban/intake/4f1c9a0b2d3e4f50")]
    pub origin: String,
    /// The keys.
    pub keys: Vec<PublishedKey>,
}

impl PublishedKeys {
    /// The keys, ready to verify.
    ///
    /// # Errors
    /// [`ProofFault::Key`] when one cannot be read, [`ProofFault::Origin`] when one has another name.
    pub fn read(&self) -> Result<Vec<VerifyKey>, ProofFault> {
        let mut keys = Vec::with_capacity(self.keys.len());
        for published in &self.keys {
            let key = VerifyKey::parse(&published.vkey)?;
            if key.name() != self.origin {
                return Err(ProofFault::Origin("a key has another name than the list"));
            }
            keys.push(key);
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use tongban_kernel::SystemEntropy;

    use super::*;

    #[test]
    fn a_key_reads_back_and_keeps_its_identifier() {
        let signer = Signer::generate("a/b", &SystemEntropy).unwrap();
        let vkey = signer.public().vkey();
        let read = VerifyKey::parse(&vkey).unwrap();
        assert_eq!((read.vkey(), read.name()), (vkey.clone(), "a/b"));
        let again = Signer::from_secret("a/b", &*signer.secret()).unwrap();
        assert_eq!(again.public().vkey(), vkey);
        let renamed = vkey.replacen("a/b", "a/c", 1);
        assert!(matches!(VerifyKey::parse(&renamed), Err(ProofFault::Key(_))));
        for bad in ["", "a/b", "a/b+00000000", "a/b+00000000+", &vkey[..vkey.len() - 4]] {
            assert!(VerifyKey::parse(bad).is_err(), "{bad}");
        }
        for name in ["", "a b", "a+b", "a\nb", "a\u{3000}b"] {
            assert!(Signer::generate(name, &SystemEntropy).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_signature_holds_for_its_text_and_key_alone() {
        let signer = Signer::generate("a", &SystemEntropy).unwrap();
        let signature = signer.sign(b"text").unwrap();
        assert_eq!(signer.sign(b"text").unwrap(), signature, "the same every time");
        signer.public().verify(b"text", &signature).unwrap();
        assert!(signer.public().verify(b"texts", &signature).is_err());
        let other = Signer::generate("a", &SystemEntropy).unwrap();
        assert!(other.public().verify(b"text", &signature).is_err());
        for bit in 0..SIGNATURE * 8 {
            let mut bent = signature;
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(signer.public().verify(b"text", &bent).is_err(), "bit {bit}");
        }
    }

    /// Made with `openssl pkeyutl -sign … -digest sm3 -pkeyopt distid:1234567812345678`.
    #[test]
    fn what_openssl_signed_holds() {
        let (public, signature) = OPENSSL;
        let key = VerifyingKey::from_sec1_bytes(USER, &hex::decode(public).unwrap()).unwrap();
        let key = VerifyKey::new("openssl", key).unwrap();
        key.verify(b"tongban\n", &hex::decode(signature).unwrap()).unwrap();
    }
    const OPENSSL: (&str, &str) = (
        "042912fbe46e863d352123df65f735759bc71dc9aaf22e82401307cf1a875d5f8b\
         8220c52feae39cc0910fb859fcd402e04aa289cc5ac5c2c255efaa3f5904b978",
        "e8b069c150d694786d8eb3da1a367044809e653d3ab624fd5e7b43726bf514ee\
         a5c2e6cf4a5ed18d52155b74029118334ecdcf7cb7703e2286d442acd196a916",
    );
}
