//! What was acknowledged against what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::seen::{Seen, SeenCase};
use super::told::{Told, mark};

/// What a case keeps of the answer to its submission.
const SUBMITTED: &[&str] = &["/number", "/submitted_at", "/notice_due", "/form", "/applicant"];
/// Of its acceptance: with it begin the clocks.
const ACCEPTED: &[&str] = &["/acceptance", "/number", "/due", "/legal_due"];
/// Of its decision.
const DECIDED: &[&str] = &["/decision", "/state", "/due", "/legal_due"];
/// What a review keeps.
const REVIEWED: &[&str] = &["/case_id", "/case_number", "/stars", "/text", "/tags", "/given_at"];

/// What a caller is promised by an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The case is there.
    Submission,
    /// It is accepted.
    Acceptance,
    /// It is decided.
    Decision,
    /// The licence that follows from the approval.
    Licence,
    /// The review.
    Review,
}

/// Effects of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Acknowledged to a caller.
    pub acknowledged: usize,
    /// Found, whatever is wrong with them.
    pub found: usize,
    /// There more than once.
    pub doubled: usize,
    /// Other than they were acknowledged, or never asked for.
    pub wrong: usize,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// By kind of effect.
    pub effects: BTreeMap<Effect, Tally>,
    /// Everything that is missing, doubled or wrong, in words.
    pub offenders: Vec<String>,
}

impl Verdict {
    /// Holds what callers were told against what is there.
    pub fn of(told: &[Told], seen: &Seen) -> Self {
        let mut verdict = Self::default();
        let mut by_mark: BTreeMap<&str, Vec<&SeenCase>> = BTreeMap::new();
        for case in &seen.cases {
            by_mark.entry(text(&case.case, "/form/address")).or_default().push(case);
        }
        for told in told {
            let cases = by_mark.remove(mark(told.number).as_str()).unwrap_or_default();
            for other in cases.iter().skip(1) {
                verdict.doubled(Effect::Submission, other, "a second case of one request");
            }
            let own = cases.iter().find(|case| text(&case.case, "/id") == told.id());
            verdict.case(told, own.copied());
        }
        for case in by_mark.into_values().flatten() {
            verdict.wrong(Effect::Submission, case, "nobody was told of it");
        }
        verdict.numbers(seen);
        verdict.licences(told, seen);
        for right in &seen.rights {
            let id = text(right, "/case_id");
            if told.iter().any(|one| one.id() == id && one.reviewed.is_some()) {
                verdict.effects.entry(Effect::Review).or_default().wrong += 1;
                verdict.offenders.push(format!("{id}: reviewed, and to be reviewed once more"));
            }
        }
        verdict
    }

    /// Notes answers that should not have been given.
    pub fn strange(&mut self, answers: &[String]) {
        self.effects.entry(Effect::Submission).or_default().wrong += answers.len();
        self.offenders.extend(answers.iter().cloned());
    }

    /// All kinds together.
    pub fn sum(&self) -> Tally {
        self.effects.values().fold(Tally::default(), |sum, one| Tally {
            acknowledged: sum.acknowledged + one.acknowledged,
            found: sum.found + one.found,
            doubled: sum.doubled + one.doubled,
            wrong: sum.wrong + one.wrong,
        })
    }

    /// Whether nothing is lost, doubled or wrong.
    pub fn holds(&self) -> bool {
        let Tally { acknowledged, found, doubled, wrong } = self.sum();
        self.offenders.is_empty() && acknowledged == found && doubled == 0 && wrong == 0
    }

    fn case(&mut self, told: &Told, seen: Option<&SeenCase>) {
        use Effect::{Acceptance, Decision, Licence, Review, Submission};
        let Told { submitted, accepted, decided, licence, reviewed, .. } = told;
        let nothing = Value::Null;
        let case = seen.map_or(&nothing, |seen| &seen.case);
        let review = seen.and_then(|seen| seen.review.as_ref()).unwrap_or(&nothing);
        let promises = [
            (Submission, submitted, case, SUBMITTED),
            (Acceptance, accepted, case, ACCEPTED),
            (Decision, decided, case, DECIDED),
            (Review, reviewed, review, REVIEWED),
        ];
        for (effect, answer, there, pointers) in promises {
            if let Some(answer) = answer {
                self.kept(told, effect, answer, there, pointers);
            }
        }
        if decided.is_some() {
            let found = case["licence"].as_str();
            self.count(Licence, told, found.is_some());
            if let (Some(seen), true) = (seen, found != licence.as_deref()) {
                self.wrong(Licence, seen, "another licence than its holder was shown");
            }
        }
        if let Some(seen) = seen {
            self.timeline(told, seen);
        }
    }

    /// Whether what one answer acknowledged is there, the same in every place of `pointers`; the first of them is
    /// there when the effect is.
    fn kept(
        &mut self,
        told: &Told,
        effect: Effect,
        answer: &Value,
        there: &Value,
        pointers: &[&str],
    ) {
        let is_there = pointers.first().and_then(|first| there.pointer(first));
        let is_there = is_there.is_some_and(|found| !found.is_null());
        self.count(effect, told, is_there);
        for pointer in pointers.iter().filter(|_| is_there) {
            let (wanted, found) = (answer.pointer(pointer), there.pointer(pointer));
            if wanted != found {
                self.effects.entry(effect).or_default().wrong += 1;
                let why = format!("{pointer}: {found:?} where {wanted:?} was acknowledged");
                self.offenders.push(format!("{}: {why}", told.id()));
            }
        }
    }

    /// Each step once, in its order, and nobody has touched them.
    fn timeline(&mut self, told: &Told, seen: &SeenCase) {
        let steps = [
            (Effect::Submission, "submitted", told.submitted.is_some()),
            (Effect::Acceptance, "accepted", told.accepted.is_some()),
            (Effect::Decision, "decided", told.decided.is_some()),
            (Effect::Licence, "licence_recorded", told.decided.is_some()),
        ];
        let entries = seen.timeline["entries"].as_array().into_iter().flatten();
        let events: Vec<&str> = entries.map(|entry| text(entry, "/event")).collect();
        for (effect, name, _) in steps {
            for _ in events.iter().filter(|event| **event == name).skip(1) {
                self.doubled(effect, seen, name);
            }
        }
        let wanted: Vec<&str> =
            steps.iter().filter(|(.., asked)| *asked).map(|(_, name, _)| *name).collect();
        let distinct: BTreeSet<&str> = events.iter().copied().collect();
        if distinct.len() == events.len() && events != wanted {
            let why = format!("its history is {events:?} where {wanted:?} was acknowledged");
            self.wrong(Effect::Submission, seen, &why);
        }
        if seen.timeline["intact"] != true {
            self.wrong(Effect::Submission, seen, "its history was changed");
        }
    }

    /// No two cases have the same number.
    fn numbers(&mut self, seen: &Seen) {
        let mut numbers = BTreeSet::new();
        for case in &seen.cases {
            if !numbers.insert(text(&case.case, "/number")) {
                self.doubled(Effect::Submission, case, "its number is another case's too");
            }
        }
    }

    /// Each licence is valid and the one licence of one case.
    fn licences(&mut self, told: &[Told], seen: &Seen) {
        let cases = seen.cases.iter().map(|case| text(&case.case, "/licence"));
        let mut cases: BTreeSet<&str> = cases.collect();
        for licence in &seen.licences {
            let identifier = text(licence, "/identifier");
            let tally = self.effects.entry(Effect::Licence).or_default();
            if !cases.remove(identifier) {
                tally.doubled += 1;
                self.offenders.push(format!("{identifier}: a licence too many"));
            } else if text(licence, "/state") != "valid" {
                tally.wrong += 1;
                self.offenders.push(format!("{identifier}: {}", text(licence, "/state")));
            }
        }
        for one in told.iter().filter(|one| one.decided.is_some()) {
            if one.licence.as_deref().is_some_and(|licence| cases.contains(licence)) {
                let tally = self.effects.entry(Effect::Licence).or_default();
                tally.found = tally.found.saturating_sub(1);
                self.offenders.push(format!("{}: its licence is not listed", one.id()));
            }
        }
    }

    fn count(&mut self, effect: Effect, told: &Told, found: bool) {
        let tally = self.effects.entry(effect).or_default();
        tally.acknowledged += 1;
        if found {
            tally.found += 1;
        } else {
            let (id, number) = (told.id(), told.number);
            self.offenders.push(format!("case {number} ({id}): {effect:?} acknowledged and lost"));
        }
    }

    fn doubled(&mut self, effect: Effect, case: &SeenCase, why: &str) {
        self.effects.entry(effect).or_default().doubled += 1;
        self.offenders.push(format!("{}: {effect:?} doubled: {why}", text(&case.case, "/id")));
    }

    fn wrong(&mut self, effect: Effect, case: &SeenCase, why: &str) {
        self.effects.entry(effect).or_default().wrong += 1;
        self.offenders.push(format!("{}: {effect:?} wrong: {why}", text(&case.case, "/id")));
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, found, doubled, wrong } = self;
        write!(f, "acknowledged {acknowledged}, found {found}, doubled {doubled}, wrong {wrong}")
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
