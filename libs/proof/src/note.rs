//! Signed notes: a text, an empty line, and lines of signatures, as C2SP's signed-note has them.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ProofFault;
use crate::key::{Signer, VerifyKey};

/// Longest note that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// Em dash and space before every signature.
const DASH: &str = "— ";

/// Signs `text`, which ends in a newline.
///
/// # Errors
/// [`ProofFault::Form`] for a text that a note cannot hold.
pub fn sign(text: &str, signer: &Signer) -> Result<String, ProofFault> {
    check_text(text)?;
    let key = signer.public();
    let signature = [&key.id_bytes()[..], &signer.sign(text.as_bytes())?].concat();
    Ok(format!("{text}\n{DASH}{} {}\n", key.name(), STANDARD.encode(signature)))
}

/// The text of a note, when one of `keys` signed it, and that key.
///
/// # Errors
/// [`ProofFault::Form`] for what is no note, [`ProofFault::Signature`] when a signature under the name and
/// identifier of a known key does not hold, [`ProofFault::Unsigned`] when no known key signed.
pub fn open<'n, 'k>(
    note: &'n str,
    keys: &'k [VerifyKey],
) -> Result<(&'n str, &'k VerifyKey), ProofFault> {
    let (text, lines) = split(note)?;
    let mut signed_by = None;
    let mut seen = HashSet::new();
    for line in lines.split_terminator('\n') {
        let line = line
            .strip_prefix(DASH)
            .ok_or(ProofFault::Form("a signature line begins with a dash"))?;
        let (name, signature) = line
            .split_once(' ')
            .ok_or(ProofFault::Form("a signature line has a name and base64"))?;
        let signature = STANDARD
            .decode(signature)
            .map_err(|_| ProofFault::Form("a signature is not base64"))?;
        let (id, signature) = signature
            .split_first_chunk::<4>()
            .ok_or(ProofFault::Form("a signature begins with four bytes of key identifier"))?;
        if !seen.insert((name, *id)) {
            return Err(ProofFault::Form("two signatures by one key"));
        }
        let known = keys.iter().find(|key| key.name() == name && key.id_bytes() == *id);
        if let Some(key) = known {
            key.verify(text.as_bytes(), signature)?;
            signed_by = Some(key);
        }
    }
    signed_by.map(|key| (text, key)).ok_or(ProofFault::Unsigned)
}

/// The text of a note and its signature lines, nothing verified.
///
/// # Errors
/// [`ProofFault::Form`] for what is no note.
pub fn split(note: &str) -> Result<(&str, &str), ProofFault> {
    if note.len() > LONGEST {
        return Err(ProofFault::Form("longer than 64 KiB"));
    }
    let gap = note.rfind("\n\n").ok_or(ProofFault::Form("no empty line before the signatures"))?;
    let (text, lines) = (&note[..=gap], &note[gap + 2..]);
    check_text(text)?;
    if lines.is_empty() || !lines.ends_with('\n') {
        return Err(ProofFault::Form("a note ends with a signature line and a newline"));
    }
    if lines.contains(|one: char| one < ' ' && one != '\n') {
        return Err(ProofFault::Form("control characters"));
    }
    Ok((text, lines))
}

fn check_text(text: &str) -> Result<(), ProofFault> {
    if !text.ends_with('\n') {
        return Err(ProofFault::Form("the text does not end in a newline"));
    }
    if text.contains(|one: char| one < ' ' && one != '\n') {
        return Err(ProofFault::Form("control characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tongban_kernel::SystemEntropy;

    use super::*;

    fn signer(name: &str) -> Signer {
        Signer::generate(name, &SystemEntropy).unwrap()
    }

    #[test]
    fn a_note_opens_with_its_key_alone() {
        let (signer, other) = (signer("log"), signer("log"));
        let note = sign("通办\n\nline\n", &signer).unwrap();
        let keys = [other.public().clone(), signer.public().clone()];
        let (text, key) = open(&note, &keys).unwrap();
        assert_eq!((text, key.id()), ("通办\n\nline\n", signer.public().id()));
        assert_eq!(open(&note, &keys[..1]).unwrap_err(), ProofFault::Unsigned);
        assert_eq!(open(&note, &[]).unwrap_err(), ProofFault::Unsigned);
    }

    #[test]
    fn signatures_of_strangers_are_passed_over_and_bad_ones_are_not() {
        let (ours, theirs) = (signer("log"), signer("witness"));
        let note = sign("text\n", &ours).unwrap();
        let witnessed = sign("text\n", &theirs).unwrap();
        let both = format!("{note}{}", &witnessed["text\n\n".len()..]);
        open(&both, &[ours.public().clone()]).unwrap();
        open(&both, &[theirs.public().clone()]).unwrap();
        let swapped = format!("text!\n{}", &both["text\n".len()..]);
        let keys = [ours.public().clone()];
        assert_eq!(open(&swapped, &keys).unwrap_err(), ProofFault::Signature);
    }

    #[test]
    fn every_changed_byte_is_refused() {
        let signer = signer("log");
        let note = sign("tongban\n7\n", &signer).unwrap();
        let keys = [signer.public().clone()];
        for place in 0..note.len() {
            for other in [b'A', b'0', b' ', b'\n', b'=', b'\r', 0] {
                let mut bytes = note.clone().into_bytes();
                if bytes[place] == other {
                    continue;
                }
                bytes[place] = other;
                if let Ok(bent) = String::from_utf8(bytes) {
                    assert!(open(&bent, &keys).is_err(), "{bent:?}");
                }
            }
            if note.is_char_boundary(place) {
                assert!(open(&note[..place], &keys).is_err(), "cut at {place}");
            }
        }
        assert!(open(&format!("{note}\n"), &keys).is_err());
        assert!(open(&format!("{note}x"), &keys).is_err());
        let line = &note["tongban\n7\n\n".len()..];
        assert!(open(&format!("{note}{line}"), &keys).is_err(), "signed twice");
    }
}
