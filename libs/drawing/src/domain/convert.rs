//! Between what events say and what `tongban-draw` computes with.

use tongban_contracts::draws::{
    DrawRandomness, DrawReplacementKind, PartyCommitment, RandomSource, RandomValue,
};
use tongban_draw::{
    Commitment, Digest, Hex, Opening, PartyRole, Randomness, ReplacementKind, Source, Value,
};
use tongban_kernel::Fault;

use super::history::Attempt;

/// A digest out of an event of ours.
pub(crate) fn digest(text: &str) -> Result<Digest, Fault> {
    text.parse().map_err(Fault::internal)
}

pub(crate) fn source(source: &RandomSource) -> Source {
    match source.clone() {
        RandomSource::Beacon { of, after } => Source::Beacon { after, of },
        RandomSource::Checkpoint { of, above, after } => Source::Checkpoint { above, after, of },
    }
}

/// As it stands in an event.
pub(crate) fn told_source(source: &Source) -> RandomSource {
    match source.clone() {
        Source::Beacon { after, of } => RandomSource::Beacon { of, after },
        Source::Checkpoint { above, after, of } => RandomSource::Checkpoint { of, above, after },
    }
}

pub(crate) fn told_randomness(from: &Randomness) -> DrawRandomness {
    DrawRandomness {
        value: told_source(&from.value),
        open_until: from.open_until,
        fallback: from.fallback.as_ref().map(told_source),
    }
}

pub(crate) fn randomness(from: &DrawRandomness) -> Randomness {
    Randomness {
        fallback: from.fallback.as_ref().map(source),
        open_until: from.open_until,
        value: source(&from.value),
    }
}

pub(crate) fn value(from: &RandomValue) -> Result<Value, Fault> {
    Ok(match from {
        RandomValue::Beacon { at, bytes, round } => Value::Beacon {
            at: *at,
            bytes: Hex(hex::decode(bytes).map_err(Fault::internal)?),
            round: *round,
        },
        RandomValue::Checkpoint { note } => Value::Checkpoint { note: note.clone() },
    })
}

pub(crate) fn replacement_kind(kind: DrawReplacementKind) -> ReplacementKind {
    match kind {
        DrawReplacementKind::Unavailable => ReplacementKind::Unavailable,
        DrawReplacementKind::Declined => ReplacementKind::Declined,
        DrawReplacementKind::Unqualified => ReplacementKind::Unqualified,
        DrawReplacementKind::ConflictFound => ReplacementKind::ConflictFound,
    }
}

/// As it stands in an event; nothing for a recusal, which is none.
pub(crate) fn told_kind(kind: ReplacementKind) -> Option<DrawReplacementKind> {
    match kind {
        ReplacementKind::Unavailable => Some(DrawReplacementKind::Unavailable),
        ReplacementKind::Declined => Some(DrawReplacementKind::Declined),
        ReplacementKind::Unqualified => Some(DrawReplacementKind::Unqualified),
        ReplacementKind::ConflictFound => Some(DrawReplacementKind::ConflictFound),
        ReplacementKind::Recusal => None,
    }
}

/// Commitments as the announcement has them: of the organiser, then of the witnesses by name.
pub(crate) fn commitments(of: &Attempt) -> Result<Vec<Commitment>, Fault> {
    let organiser = &of.terms.organiser.party;
    let mut given: Vec<&PartyCommitment> = of.commitments.iter().collect();
    given.sort_by_key(|one| (one.party != *organiser, &one.party));
    let made = given.into_iter().map(|one| {
        let is_organiser = one.party == *organiser;
        let role = if is_organiser { PartyRole::Organiser } else { PartyRole::Witness };
        let commitment = digest(&one.commitment)?;
        Ok(Commitment { commitment, party: one.party.clone(), role })
    });
    made.collect()
}

/// Commitments with what became of each seed, as announcement and transcript have them.
pub(crate) fn lists_of(of: &Attempt) -> Result<(Vec<Commitment>, Vec<Opening>), Fault> {
    let commitments = commitments(of)?;
    let opening = |party: &str| {
        if let Some(opened) = of.seed(party) {
            return hex::decode(&opened.seed)
                .map(|seed| Opening::opened(party, &seed))
                .map_err(Fault::internal);
        }
        let withheld = of.withheld.iter().flatten().find(|one| one.party == party);
        withheld
            .map(|one| Opening::withheld(party, &one.reason))
            .ok_or_else(|| Fault::internal("a party that neither opened nor withheld"))
    };
    let openings = match of.withheld {
        Some(_) => commitments.iter().map(|one| opening(&one.party)).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    Ok((commitments, openings))
}
