//! One way of writing: members in order, no spaces, whole numbers only, as RFC 8785 has it for such values.
//!
//! All types of this crate declare their members in alphabetical order, so that serde writes them so.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use sm3::{Digest as _, Sm3};
use tongban_kernel::Fault;

use crate::digest::{Digest, Fields};

/// serde_json writes single characters; they are gathered before they are hashed or compared.
const GATHERED: usize = 1 << 16;

/// The canonical text.
pub(crate) fn text<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(Fault::internal)
}

/// The hash of the canonical text under a domain.
pub(crate) fn digest<T: Serialize>(fields: Fields, value: &T) -> Result<Digest, Fault> {
    let mut sink = BufWriter::with_capacity(GATHERED, Hashing(fields.rest()));
    serde_json::to_writer(&mut sink, value).map_err(Fault::internal)?;
    let Hashing(hash) = sink.into_inner().map_err(Fault::internal)?;
    Ok(Digest(hash.finalize().into()))
}

/// Whether `text` is how `value` is written; nothing is kept in memory for it.
pub(crate) fn is_text_of<T: Serialize>(text: &[u8], value: &T) -> bool {
    let mut sink = BufWriter::with_capacity(GATHERED, Matching(text));
    serde_json::to_writer(&mut sink, value).is_ok()
        && sink.into_inner().is_ok_and(|left| left.0.is_empty())
}

struct Hashing(Sm3);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What has not been matched yet.
struct Matching<'a>(&'a [u8]);

impl Write for Matching<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.strip_prefix(bytes) {
            Some(left) => {
                self.0 = left;
                Ok(bytes.len())
            }
            None => Err(io::Error::other("written otherwise")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
