//! What anyone may see of a draw: everything but the accounts behind the witnesses.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tongban_contracts::draws::{
    DrawBefore, DrawEvent, DrawRandomness, DrawReplacement, DrawResult, PartyCommitment,
    RandomValue, Withheld,
};
use tongban_contracts::of::name_of;
use tongban_kernel::Fault;
use tongban_ledger::Recorded;
use utoipa::ToSchema;

use crate::domain::{Attempt, Cancelled, OpenedSeed, Stage};

/// A party of a draw (组织方、见证人).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrawParty {
    /// Its name in the draw.
    #[schema(example = "discipline-inspection")]
    party: String,
    /// What people call it.
    #[schema(example = "海州区纪委监委派驻组（示例）")]
    name: String,
}

/// A step of a draw, as the ledger has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrawStep {
    /// What happened.
    #[schema(example = "announced")]
    step: String,
    /// When it was recorded.
    #[schema(example = "2026-03-11T02:05:31Z")]
    at: DateTime<Utc>,
    /// Identifier of the event: receipts and inclusion proofs are asked for by it.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    event: String,
    /// Its hash.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    hash: String,
}

/// A draw (抽取): what was fixed, what came of it, and when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrawView {
    /// Identifier: its purpose, a slash, and which proposal for the purpose it is.
    #[schema(example = "plan-2026-07/1")]
    draw: String,
    /// What it is for.
    #[schema(example = "plan-2026-07")]
    purpose: String,
    /// Where it stands.
    state: Stage,
    /// Which attempt at the purpose.
    #[schema(example = 1)]
    attempt: u32,
    /// What people call it.
    #[schema(example = "2026 年第七批双随机抽查")]
    title: String,
    /// The rule.
    #[schema(example = "tongban-draw-v1")]
    rule: String,
    /// How many can be drawn.
    #[schema(example = 120)]
    candidates: u32,
    /// How many were left out, with reasons.
    #[schema(example = 3)]
    exclusions: u32,
    /// How many are drawn.
    #[schema(example = 6)]
    number: u32,
    /// At most so many of them may be replaced.
    #[schema(example = 2)]
    max_replacements: u32,
    /// Digest of the terms.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    terms: String,
    /// Length of their file, in bytes.
    #[schema(example = 2048)]
    terms_bytes: u64,
    /// The attempt before, unless this is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<DrawBefore>,
    /// Who holds it.
    organiser: DrawParty,
    /// Who may commit beside the organiser.
    witnesses: Vec<DrawParty>,
    /// So many witnesses have to commit.
    #[schema(example = 1)]
    quorum: u32,
    /// When the terms were fixed.
    #[schema(example = "2026-03-11T02:00:00Z")]
    proposed_at: DateTime<Utc>,
    /// Who has not committed by then takes no part.
    #[schema(example = "2026-03-11T04:00:00Z")]
    commit_until: DateTime<Utc>,
    /// Where the public values come from.
    randomness: DrawRandomness,
    /// Commitments, as they came.
    commitments: Vec<PartyCommitment>,
    /// Digest of the announcement, once it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    announcement: Option<String>,
    /// Why it came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled: Option<Cancelled>,
    /// The public value.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<RandomValue>,
    /// Opened seeds, as they came.
    opened: Vec<OpenedSeed>,
    /// Who did not open, once no seed is taken any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<Vec<Withheld>>,
    /// The value that stands for withheld seeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<RandomValue>,
    /// What came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<DrawResult>,
    /// Who was replaced since.
    replacements: Vec<DrawReplacement>,
    /// Everything that happened, the oldest first.
    timeline: Vec<DrawStep>,
}

impl DrawView {
    /// What may be seen of a draw, with those of `events` that are of it.
    pub(crate) fn of(one: Attempt, events: &[Recorded<DrawEvent>]) -> Result<Self, Fault> {
        let terms = one.terms.clone();
        let mine = events.iter().filter(|event| of_draw(&event.event) == terms.draw);
        let timeline = mine.map(step).collect::<Result<_, _>>()?;
        let purpose = terms.draw.split('/').next().unwrap_or_default().to_owned();
        let witnesses = terms.witnesses.into_iter();
        Ok(Self {
            purpose,
            state: one.stage(),
            attempt: terms.attempt,
            title: terms.title,
            rule: terms.rule,
            candidates: terms.candidates,
            exclusions: terms.exclusions,
            number: terms.number,
            max_replacements: terms.max_replacements,
            terms: terms.terms,
            // With the newline at the end.
            terms_bytes: terms.bytes + 1,
            previous: terms.previous,
            organiser: DrawParty { party: terms.organiser.party, name: terms.organiser.name },
            witnesses: witnesses
                .map(|one| DrawParty { party: one.party, name: one.name })
                .collect(),
            quorum: terms.quorum,
            proposed_at: one.proposed_at,
            commit_until: terms.commit_until,
            randomness: terms.randomness,
            commitments: one.commitments,
            announcement: one.announcement,
            cancelled: one.cancelled,
            value: one.value,
            opened: one.opened,
            withheld: one.withheld,
            fallback: one.fallback,
            result: one.result,
            replacements: one.replacements,
            timeline,
            draw: terms.draw,
        })
    }
}

fn step(recorded: &Recorded<DrawEvent>) -> Result<DrawStep, Fault> {
    Ok(DrawStep {
        step: name_of(&recorded.event).map_err(Fault::internal)?,
        at: recorded.meta.at,
        event: recorded.meta.event_id.to_string(),
        hash: recorded.hash.clone(),
    })
}

/// The draw that an event is of.
pub(crate) fn of_draw(event: &DrawEvent) -> &str {
    match event {
        DrawEvent::Proposed(terms) => &terms.draw,
        DrawEvent::Drawn(result) => &result.draw,
        DrawEvent::Committed { draw, .. }
        | DrawEvent::Cancelled { draw, .. }
        | DrawEvent::Announced { draw, .. }
        | DrawEvent::ValueRecorded { draw, .. }
        | DrawEvent::Opened { draw, .. }
        | DrawEvent::Closed { draw, .. }
        | DrawEvent::FallbackRecorded { draw, .. }
        | DrawEvent::Replaced { draw, .. } => draw,
    }
}
