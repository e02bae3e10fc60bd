//! From what a service asks for to terms.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};

use serde::Serialize;
use sm3::{Digest as _, Sm3};
use tongban_contracts::draws::{DrawBefore, DrawTerms};
use tongban_draw::{Digest, Previous, RULE, Randomness, Strata, Terms, bounds};
use tongban_kernel::{Fault, Faults};

use super::convert::{digest, told_randomness};
use super::history::History;
use crate::proposal::{Proposal, Schedule};

/// Longest purpose, so that the draw's identifier is a name too.
const PURPOSE: usize = 59;

/// Notes everything that is wrong with a proposal but its lists and numbers, which [`Terms::check`] judges.
pub(crate) fn check(
    proposal: &Proposal,
    history: Option<&History>,
    proposer: &str,
    faults: &mut Faults,
) {
    let purpose = &proposal.purpose;
    if !is_name(purpose) || purpose.len() > PURPOSE || purpose.contains('/') {
        faults.add("/purpose", "bad_purpose", "事由应为 1 至 59 个字母、数字或 . _ : -");
    }
    let again = history.and_then(History::last_announced).is_some();
    match (&proposal.again, again) {
        (None, true) => {
            let message = "此前已有公告的抽取，再次抽取须说明理由";
            faults.add("/again", "reason_needed", message);
        }
        (Some(_), false) => {
            faults.add("/again", "no_earlier_draw", "此前没有公告的抽取，不是再次抽取");
        }
        _ => {}
    }
    if !is_name(&proposal.organiser.party) {
        faults.add("/organiser/party", "bad_name", NAME);
    }
    let witnesses = &proposal.witnesses;
    if !(1..bounds::PARTIES).contains(&witnesses.len()) {
        faults.add("/witnesses", "bad_parties", "应有一至十五个见证人");
    }
    let (mut parties, mut accounts) = (BTreeSet::new(), BTreeSet::new());
    parties.insert(&proposal.organiser.party);
    for (place, one) in witnesses.iter().enumerate() {
        let pointer = |member: &str| format!("/witnesses/{place}/{member}");
        if !is_name(&one.party) {
            faults.add(pointer("party"), "bad_name", NAME);
        }
        if !parties.insert(&one.party) {
            faults.add(pointer("party"), "duplicate", "组织方、见证人的代号不得重复");
        }
        if one.account.is_empty() || !accounts.insert(&one.account) {
            faults.add(pointer("account"), "duplicate", "见证人的账号缺失或重复");
        }
        if one.account == proposer {
            faults.add(pointer("account"), "own_witness", "提出抽取的人不得为见证人");
        }
    }
    if proposal.quorum.is_some_and(|quorum| quorum == 0 || quorum as usize > witnesses.len()) {
        faults.add("/quorum", "out_of_range", "至少须有一个见证人承诺，且不多于见证人数");
    }
}

const NAME: &str = "代号应为 1 至 64 个字母、数字或 . _ : / -";

fn is_name(text: &str) -> bool {
    let fine = |one: u8| one.is_ascii_alphanumeric() || b"._:/-".contains(&one);
    (1..=bounds::NAME).contains(&text.len()) && text.bytes().all(fine)
}

/// Terms, ready to be kept: their text and what the event says of them.
pub(crate) struct Asked {
    /// Canonical text of the terms.
    pub(crate) text: String,
    /// What the event says.
    pub(crate) told: DrawTerms,
}

/// Brings the lists into the order that the rule asks for.
pub(crate) fn sort(proposal: &mut Proposal) {
    proposal.candidates.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    proposal.exclusions.sort_by(|a, b| a.candidate.cmp(&b.candidate));
    proposal.quotas.sort_by(|a, b| (&a.stratum, &a.region).cmp(&(&b.stratum, &b.region)));
    proposal.witnesses.sort_by(|a, b| a.party.cmp(&b.party));
    if let Some(Strata::Rates(table) | Strata::Shares(table)) = &mut proposal.strata {
        table.sort_by(|a, b| a.0.cmp(&b.0));
    }
}

/// Tells one [sorted](sort) request from another.
///
/// # Errors
/// An internal fault only.
pub(crate) fn asked(proposal: &Proposal) -> Result<String, Fault> {
    let Proposal { purpose, title, candidates, exclusions, number, strata, quotas, .. } = proposal;
    let Proposal { group_limit, max_replacements, organiser, witnesses, quorum, again, .. } =
        proposal;
    let lists = (candidates, exclusions, number, strata, quotas);
    let parties = (organiser, witnesses, quorum);
    let all = (purpose, title, lists, group_limit, max_replacements, parties, again);
    hash(&all).map(|digest| digest.to_string())
}

/// The terms that a [sorted](sort) proposal leads to.
///
/// # Errors
/// Names everything that is wrong, with what is noted in `faults` already.
pub(crate) fn terms_of(
    proposal: Proposal,
    history: Option<&History>,
    randomness: Randomness,
    schedule: Schedule,
    mut faults: Faults,
) -> Result<Asked, Fault> {
    let asked = asked(&proposal)?;
    let announced = history.and_then(History::last_announced);
    let previous = match (announced, &proposal.again) {
        (Some(one), Some(reason)) => {
            let announcement = digest(one.announcement.as_deref().unwrap_or_default())?;
            Some(Previous { announcement, reason: reason.clone() })
        }
        _ => None,
    };
    let place = history.map_or(0, |history| history.proposals.len()) + 1;
    let terms = Terms {
        attempt: announced.map_or(1, |one| one.terms.attempt + 1),
        candidates: proposal.candidates,
        draw: format!("{}/{place}", proposal.purpose),
        exclusions: proposal.exclusions,
        group_limit: proposal.group_limit,
        max_replacements: proposal.max_replacements,
        number: proposal.number,
        previous,
        purpose: proposal.purpose,
        quotas: proposal.quotas,
        randomness,
        rule: RULE.to_owned(),
        strata: proposal.strata,
        title: proposal.title,
    };
    if let Err(fault) = terms.check() {
        // What an unknown purpose or a missing reason leads to was said already.
        let said = ["/purpose", "/draw", "/attempt", "/previous"];
        let alone = faults.is_empty();
        let fresh = fault.errors().iter();
        let fresh =
            fresh.filter(|one| alone || !said.iter().any(|place| one.pointer.starts_with(place)));
        faults.extend(fresh.cloned());
    }
    faults.into_result("invalid_draw", "抽取方案有误")?;
    let witnesses = proposal.witnesses;
    let quorum = match proposal.quorum {
        Some(quorum) => quorum,
        None => u32::try_from(witnesses.len()).map_err(Fault::internal)?,
    };
    let text = serde_json::to_string(&terms).map_err(Fault::internal)?;
    let count = |count: usize| u32::try_from(count).map_err(Fault::internal);
    let told = DrawTerms {
        attempt: terms.attempt,
        title: terms.title.clone(),
        terms: terms.digest()?.to_string(),
        bytes: text.len() as u64,
        asked,
        rule: terms.rule.clone(),
        candidates: count(terms.candidates.len())?,
        exclusions: count(terms.exclusions.len())?,
        number: terms.number,
        max_replacements: terms.max_replacements,
        previous: terms.previous.as_ref().map(|previous| DrawBefore {
            announcement: previous.announcement.to_string(),
            reason: previous.reason.clone(),
        }),
        randomness: told_randomness(&terms.randomness),
        organiser: proposal.organiser,
        witnesses,
        quorum,
        commit_until: schedule.commit_until,
        draw: terms.draw,
    };
    Ok(Asked { text, told })
}

/// The hash of what is written, without a second copy of long lists.
fn hash(what: &impl Serialize) -> Result<Digest, Fault> {
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
    let mut sink = BufWriter::with_capacity(1 << 16, Hashing(Sm3::new()));
    serde_json::to_writer(&mut sink, what).map_err(Fault::internal)?;
    let Hashing(hash) = sink.into_inner().map_err(Fault::internal)?;
    Ok(Digest(hash.finalize().into()))
}
