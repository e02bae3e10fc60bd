//! Everything that went into a draw, and what came out (抽取记录).

use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use tongban_proof::VerifyKey;

use crate::announcement::{Announcement, Opening, joined};
use crate::bounds;
use crate::canonical;
use crate::digest::Digest;
use crate::findings::Findings;
use crate::plan::Plan;
use crate::randomness::Value;
use crate::selection::Selection;

/// Name and version of the form.
pub const FORMAT: &str = "tongban-draw-transcript-v1";

/// What is published after a draw. Whoever has the openings and the public value can make it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// What was recorded before.
    pub announcement: Announcement,
    /// The value that stands for withheld seeds; there when, and only when, the terms name its source and a
    /// seed was withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Value>,
    /// [`FORMAT`].
    pub format: String,
    /// What became of each seed, in the order of the commitments.
    pub openings: Vec<Opening>,
    /// Who was replaced, in the order in which it happened.
    pub replacements: Vec<Replacement>,
    /// Who was drawn, in the order of drawing, before any replacement.
    pub result: Vec<Box<str>>,
    /// The public value.
    pub value: Value,
}

/// One who was drawn and replaced by another (补抽).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// Who was drawn instead.
    pub added: Box<str>,
    /// What kind of reason.
    pub kind: ReplacementKind,
    /// The reason in words.
    pub reason: String,
    /// Who was replaced.
    pub removed: Box<str>,
}

/// Kinds of reasons to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplacementKind {
    /// 无法参加: ill, away, closed down.
    Unavailable,
    /// 放弃: refused what was drawn.
    Declined,
    /// 资格丧失: lost the qualification after the list was fixed.
    Unqualified,
    /// 发现利害关系: an interest that became known only after the draw.
    ConflictFound,
    /// 回避. Always refused: recusals are declared before the draw.
    Recusal,
}

impl Announcement {
    /// The draw.
    ///
    /// # Errors
    /// An `invalid_draw` fault that names everything that is wrong with announcement, openings and values.
    pub fn draw(
        self,
        openings: Vec<Opening>,
        value: Value,
        fallback: Option<Value>,
    ) -> Result<Transcript, Fault> {
        let mut transcript = Transcript {
            announcement: self,
            fallback,
            format: FORMAT.to_owned(),
            openings,
            replacements: Vec::new(),
            result: Vec::new(),
            value,
        };
        let prepared = transcript.prepare(transcript.announcement.terms.digest()?, &[])?;
        let selection = Selection::draw(&prepared.plan, prepared.seed)?;
        let result = transcript.names(&selection);
        transcript.result = result;
        Ok(transcript)
    }
}

/// What a draw needs, found to be right.
pub(crate) struct Prepared<'t> {
    pub(crate) plan: Plan<'t>,
    pub(crate) announced: Digest,
    pub(crate) seed: Digest,
}

impl Transcript {
    /// The published text: canonical JSON and a newline.
    ///
    /// # Errors
    /// An internal fault only.
    pub fn text(&self) -> Result<String, Fault> {
        let mut text = canonical::text(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Replaces one who was drawn, with the next of the same stream.
    ///
    /// # Errors
    /// An `invalid_draw` fault: a reason that is none, one who was not drawn, too many, nobody left.
    pub fn replace(
        &mut self,
        removed: &str,
        kind: ReplacementKind,
        reason: &str,
    ) -> Result<&Replacement, Fault> {
        let added = {
            let prepared = self.prepare(self.announcement.terms.digest()?, &[])?;
            let mut selection = Selection::draw(&prepared.plan, prepared.seed)?;
            self.repeat(&mut selection)?;
            let (removed, reason) = (removed.into(), reason.to_owned());
            let next = Replacement { added: "".into(), kind, reason, removed };
            self.step(&mut selection, self.replacements.len(), &next)?
        };
        let (removed, reason) = (removed.into(), reason.to_owned());
        self.replacements.push(Replacement { added, kind, reason, removed });
        self.replacements.last().ok_or_else(|| Fault::internal("what was pushed is gone"))
    }

    /// Everything but the result, checked; with keys also the signatures of checkpoints.
    ///
    /// `terms` is the digest of the terms.
    pub(crate) fn prepare(&self, terms: Digest, keys: &[VerifyKey]) -> Result<Prepared<'_>, Fault> {
        let mut findings = Findings::default();
        if self.format != FORMAT {
            findings.add("/format", "unknown_format", "不认识的格式或版本");
        }
        let announcement = &self.announcement;
        let plan = announcement.terms.find("/announcement/terms", &mut findings);
        announcement.find("/announcement", &mut findings);
        announcement.find_openings(terms, &self.openings, &mut findings);
        let (value, fallback) = self.values(keys, &mut findings);
        findings.into_result()?;
        let plan = plan.ok_or_else(|| Fault::internal("neither plan nor findings"))?;
        let announced = announcement.digest_with(terms)?;
        let seed = joined(announced, &value, fallback.as_deref(), &self.openings);
        Ok(Prepared { plan, announced, seed })
    }

    /// The bytes of the public values.
    fn values(&self, keys: &[VerifyKey], findings: &mut Findings) -> (Vec<u8>, Option<Vec<u8>>) {
        let mut read = |value: &Value, source, at: &str| match value.bytes_for(source, keys) {
            Ok(bytes) => bytes,
            Err((code, message)) => {
                findings.add(at, code, &message);
                Vec::new()
            }
        };
        let sources = &self.announcement.terms.randomness;
        let value = read(&self.value, &sources.value, "/value");
        let withheld = self.openings.iter().any(|one| one.seed.is_none());
        let needed = sources.fallback.as_ref().filter(|_| withheld);
        let fallback = match (&self.fallback, needed) {
            (Some(value), Some(source)) => Some(read(value, source, "/fallback")),
            (None, None) => None,
            (given, _) => {
                let message = match given {
                    Some(_) => "种子均已开启或公告未指定，不得使用替补随机数",
                    None => "有种子未开启，缺少替补随机数",
                };
                findings.add("/fallback", "fallback_mismatch", message);
                None
            }
        };
        (value, fallback)
    }

    pub(crate) fn names(&self, selection: &Selection<'_>) -> Vec<Box<str>> {
        let candidates = &self.announcement.terms.candidates;
        selection.drawn.iter().map(|one| candidates[one.candidate as usize].id.clone()).collect()
    }

    /// Goes through the replacements as recorded.
    pub(crate) fn repeat(&self, selection: &mut Selection<'_>) -> Result<(), Fault> {
        for (place, one) in self.replacements.iter().enumerate() {
            let added = self.step(selection, place, one)?;
            if added != one.added {
                let message = format!("依规则应补抽 {added}");
                let mut findings = Findings::default();
                let pointer = format!("/replacements/{place}/added");
                findings.add(pointer, "replacement_differs", &message);
                findings.into_result()?;
            }
        }
        Ok(())
    }

    /// Goes through one replacement; who is added.
    fn step(
        &self,
        selection: &mut Selection<'_>,
        place: usize,
        one: &Replacement,
    ) -> Result<Box<str>, Fault> {
        let candidates = &self.announcement.terms.candidates;
        let mut findings = Findings::default();
        let pointer = |member: &str| format!("/replacements/{place}/{member}");
        if one.kind == ReplacementKind::Recusal {
            let message = "回避须在抽取前提出；抽取后发现利害关系的，以 conflict_found 补抽";
            findings.add(pointer("kind"), "recusal_after_draw", message);
        }
        findings.text(|| pointer("reason"), &one.reason);
        let most = self.announcement.terms.max_replacements.min(bounds::REPLACEMENTS);
        if place >= most as usize {
            findings.add(pointer("removed"), "too_many_replacements", "超过公告的补抽上限");
        }
        let who = selection
            .drawn
            .iter()
            .position(|drawn| candidates[drawn.candidate as usize].id == one.removed);
        if who.is_none() {
            findings.add(pointer("removed"), "not_drawn", "不在抽取结果中");
        }
        let added = match who {
            Some(who) if findings.count() == 0 => selection.replace(who),
            _ => None,
        };
        if added.is_none() && findings.count() == 0 {
            findings.add(pointer("removed"), "nobody_left", "没有可以补抽的候选人");
        }
        findings.into_result()?;
        let added = added.ok_or_else(|| Fault::internal("neither findings nor a replacement"))?;
        Ok(candidates[added as usize].id.clone())
    }
}
