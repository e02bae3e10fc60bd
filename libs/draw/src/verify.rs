//! Recomputing a published draw (复核).

use serde::Serialize;
use tongban_kernel::Fault;
use tongban_proof::VerifyKey;

use crate::announcement::Opening;
use crate::canonical;
use crate::digest::Digest;
use crate::findings::{Findings, malformed};
use crate::randomness::Value;
use crate::selection::Selection;
use crate::terms::Terms;
use crate::transcript::{Replacement, Transcript};

/// What a checker brings along; the more, the more is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Checks<'k> {
    /// Digest of the announcement as it was recorded before the draw.
    pub announced: Option<Digest>,
    /// Published keys of the logs whose checkpoints are used.
    pub keys: &'k [VerifyKey],
}

/// What a transcript says, once it was found to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Identifier of the draw.
    pub draw: String,
    /// What it is for.
    pub purpose: String,
    /// Which attempt at that.
    pub attempt: u32,
    /// The rule followed.
    pub rule: String,
    /// Digest of the announcement: has to be the one recorded before the draw.
    pub announcement: Digest,
    /// Whether it was compared with one that the checker brought along.
    pub announcement_compared: bool,
    /// Whether there are checkpoints, and their signatures were checked with keys that the checker brought
    /// along.
    pub signatures_checked: bool,
    /// Number of candidates.
    pub candidates: usize,
    /// Number of those left out before.
    pub exclusions: usize,
    /// How many of each class, in the order of the table; one number without classes.
    pub numbers: Vec<u64>,
    /// What became of the seeds.
    pub seeds: Vec<Opened>,
    /// Number of replacements.
    pub replacements: usize,
    /// Who is drawn in the end, replacements in the places of those they replaced.
    pub selected: Vec<Box<str>>,
}

/// What became of a party's seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// Name of the party.
    pub party: String,
    /// Whether it opened its seed.
    pub opened: bool,
}

/// Recomputes the draw that a published file tells of.
///
/// # Errors
/// A `malformed` fault for what is not written as the specification says, else an `invalid_draw` fault that
/// names everything that does not hold.
pub fn verify(file: &[u8], checks: Checks<'_>) -> Result<Verified, Fault> {
    let line = file
        .strip_suffix(
            b"
",
        )
        .ok_or_else(|| malformed("the line ends in a newline"))?;
    // Looked at once as a whole, rather than string by string.
    let text = std::str::from_utf8(line).map_err(|error| malformed(error.to_string()))?;
    let transcript: Transcript =
        serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
    if !canonical::is_text_of(line, &transcript) {
        return Err(malformed("not canonical JSON"));
    }
    transcript.verify_with(written_digest(line, &transcript)?, checks)
}

/// The digest of the terms as they stand in a line that is canonical.
///
/// A list of a million is written once for [`canonical::is_text_of`]; a second time, for the digest alone,
/// would make verifying slower than drawing.
fn written_digest(line: &[u8], transcript: &Transcript) -> Result<Digest, Fault> {
    /// What stands behind the announcement.
    #[derive(Serialize)]
    struct Behind<'t> {
        #[serde(skip_serializing_if = "Option::is_none")]
        fallback: Option<&'t Value>,
        format: &'t str,
        openings: &'t [Opening],
        replacements: &'t [Replacement],
        result: &'t [Box<str>],
        value: &'t Value,
    }
    let Transcript { announcement, fallback, format, openings, replacements, result, value } =
        transcript;
    let fallback = fallback.as_ref();
    let behind = Behind { fallback, format, openings, replacements, result, value };
    let commitments = canonical::text(&announcement.commitments)?;
    let before = format!("{{\"announcement\":{{\"commitments\":{commitments},\"terms\":");
    // Its brace gives way to a comma, and another brace ends the announcement.
    let behind = canonical::text(&behind)?.len() + 1;
    let terms = line.len().checked_sub(behind).and_then(|end| line.get(before.len()..end));
    let terms = terms.ok_or_else(|| Fault::internal("a transcript shorter than its parts"))?;
    Ok(Terms::digest_of(terms))
}

impl Transcript {
    fn has_checkpoints(&self) -> bool {
        let values = [Some(&self.value), self.fallback.as_ref()];
        values.into_iter().flatten().any(|value| matches!(value, Value::Checkpoint { .. }))
    }

    /// Recomputes the draw.
    ///
    /// # Errors
    /// An `invalid_draw` fault that names everything that does not hold.
    pub fn verify(&self, checks: Checks<'_>) -> Result<Verified, Fault> {
        self.verify_with(self.announcement.terms.digest()?, checks)
    }

    fn verify_with(&self, terms: Digest, checks: Checks<'_>) -> Result<Verified, Fault> {
        let prepared = self.prepare(terms, checks.keys)?;
        let mut findings = Findings::default();
        if checks.announced.is_some_and(|announced| announced != prepared.announced) {
            let message = format!("公告与事前记录的不是同一份：此份为 {}", prepared.announced);
            findings.add("/announcement", "other_announcement", &message);
        }
        let mut selection = Selection::draw(&prepared.plan, prepared.seed)?;
        let result = self.names(&selection);
        if result != self.result {
            let pairs = result.iter().zip(&self.result);
            let same = pairs.take_while(|(right, told)| right == told).count();
            let right = result.get(same).map_or("无", |name| name);
            let message = format!("依规则第 {} 名应为 {right}", same + 1);
            findings.add(format!("/result/{same}"), "result_differs", &message);
        }
        findings.into_result()?;
        self.repeat(&mut selection)?;
        let terms = &self.announcement.terms;
        let opened =
            |one: &crate::Opening| Opened { party: one.party.clone(), opened: one.seed.is_some() };
        Ok(Verified {
            draw: terms.draw.clone(),
            purpose: terms.purpose.clone(),
            attempt: terms.attempt,
            rule: terms.rule.clone(),
            announcement: prepared.announced,
            announcement_compared: checks.announced.is_some(),
            signatures_checked: !checks.keys.is_empty() && self.has_checkpoints(),
            candidates: terms.candidates.len(),
            exclusions: terms.exclusions.len(),
            numbers: prepared.plan.numbers.clone(),
            seeds: self.openings.iter().map(opened).collect(),
            replacements: self.replacements.len(),
            selected: self.names(&selection),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_what_is_written_is_that_of_the_terms() {
        for name in ["uniform", "weighted", "classes", "experts"] {
            let file = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(file).unwrap();
            let transcript: Transcript = serde_json::from_str(&text).unwrap();
            let written = written_digest(text.trim_end().as_bytes(), &transcript).unwrap();
            assert_eq!(written, transcript.announcement.terms.digest().unwrap(), "{name}");
        }
    }
}
