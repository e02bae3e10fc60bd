//! Hashes and bytes, and how they stand in JSON: hexadecimal, lower case.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sm3::{Digest as _, Sm3};

/// An SM3 value (杂凑值): 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

/// Bytes of any length, such as an opened seed.
#[derive(Clone, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(&self.0))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Hex(bytes) = Hex::deserialize(from)?;
        let bytes = <[u8; 32]>::try_from(bytes);
        bytes.map(Self).map_err(|_| D::Error::custom("a hash has 64 hexadecimal digits"))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = hex::decode(&text).map_err(|_| D::Error::custom("not hexadecimal"))?;
        if hex::encode(&bytes) == text {
            Ok(Self(bytes))
        } else {
            Err(D::Error::custom("hexadecimal digits are lower case"))
        }
    }
}

impl std::str::FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a hash has 64 hexadecimal digits, lower case".to_owned();
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| wrong())?;
        if hex::encode(bytes) == text { Ok(Self(bytes)) } else { Err(wrong()) }
    }
}

/// SM3 over fields that cannot run into each other: each stands after its length in eight bytes.
pub(crate) struct Fields(Sm3);

impl Fields {
    /// The first field says what is hashed, so that a hash of one thing is never one of another.
    pub(crate) fn of(domain: &str) -> Self {
        Self(Sm3::new()).field(domain.as_bytes())
    }

    pub(crate) fn field(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    /// What stands last needs no length before it.
    pub(crate) fn rest(self) -> Sm3 {
        self.0
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}
