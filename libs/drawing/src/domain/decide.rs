//! What each command leads to, or why it is refused.

use tongban_contracts::draws::{
    CancelKind, DrawEvent, DrawReplacement, DrawTerms, PartyCommitment, RandomSource, RandomValue,
    Withheld,
};
use tongban_draw::{Hex, announcement_digest, bounds, commitment};
use tongban_kernel::{Context, Fault, Faults};
use tongban_proof::VerifyKey;

use super::ceremony::Step;
use super::command::Command;
use super::convert;
use super::history::{Attempt, History, Stage};

type Decided = Result<Vec<DrawEvent>, Fault>;

impl History {
    /// The events that a command leads to; none when it was carried out before.
    ///
    /// # Errors
    /// Why it is refused.
    pub(crate) fn decide(current: Option<&Self>, command: Command, context: &Context) -> Decided {
        if let Command::Propose { purpose, terms } = command {
            return propose(current, &purpose, terms);
        }
        let found = command.draw().and_then(|draw| current?.draw(draw));
        let one = found.ok_or_else(|| Fault::not_found("该次抽取"))?;
        match command {
            Command::Propose { .. } => Err(Fault::internal("a proposal names no draw")),
            Command::CommitOrganiser { commitment, .. } => {
                one.commit(&one.terms.organiser.party, commitment, context)
            }
            Command::Commit { terms, commitment, .. } => {
                let party = one.party_of(&context.actor.account)?;
                if context.actor.body.as_ref() == Some(&one.terms.organiser.party) {
                    let title = "组织方的人员不得为见证人";
                    return Err(Fault::forbidden("own_witness", title));
                }
                if terms != one.terms.terms {
                    let mut faults = Faults::new();
                    faults.add("/terms", "other_terms", "承诺所依据的不是此次抽取的方案");
                    faults.into_result("invalid_commitment", "承诺有误")?;
                }
                one.commit(party, commitment, context)
            }
            Command::Cancel { reason, .. } => one.cancel(reason),
            Command::Lapse { .. } => Ok(one.lapse(context)),
            Command::Announce { .. } => one.announce(context),
            Command::RecordValue { value, keys, .. } => one.record_value(value, &keys, context),
            Command::OpenOrganiser { seed, .. } => {
                one.open(&one.terms.organiser.party, seed, context)
            }
            Command::Open { seed, .. } => {
                one.open(one.party_of(&context.actor.account)?, seed, context)
            }
            Command::Close { .. } => one.close(context),
            Command::RecordFallback { value, keys, .. } => one.record_fallback(value, &keys),
            Command::Draw(result) => match &one.result {
                Some(before) if *before == *result => Ok(Vec::new()),
                Some(_) => Err(Fault::internal(format!("{}: drawn otherwise", result.draw))),
                None if one.next(context.now) == Step::Draw => Ok(vec![DrawEvent::Drawn(result)]),
                None => Err(too_early("尚不能抽取")),
            },
            Command::Replace { place, replacement, .. } => one.replace(place, replacement),
        }
    }
}

fn propose(current: Option<&History>, purpose: &str, terms: Box<DrawTerms>) -> Decided {
    if let Some(latest) = current.and_then(History::latest)
        && !matches!(latest.stage(), Stage::Drawn | Stage::Cancelled)
    {
        if latest.terms.asked == terms.asked {
            return Ok(Vec::new());
        }
        let draw = &latest.terms.draw;
        return Err(Fault::conflict("draw_open", "同一事由的抽取尚未结束")
            .with_detail(format!("进行中的抽取：{draw}")));
    }
    let before = current.map_or(0, |history| history.proposals.len());
    let announced = current.and_then(History::last_announced);
    let follows = terms.draw == format!("{purpose}/{}", before + 1)
        && terms.attempt == announced.map_or(1, |one| one.terms.attempt + 1)
        && terms.previous.as_ref().map(|previous| &previous.announcement)
            == announced.and_then(|one| one.announcement.as_ref());
    if !follows {
        return Err(Fault::unavailable("another draw for the purpose was proposed meanwhile"));
    }
    Ok(vec![DrawEvent::Proposed(terms)])
}

fn too_early(title: &'static str) -> Fault {
    Fault::conflict("too_early", title)
}

fn too_late(title: &'static str) -> Fault {
    Fault::conflict("too_late", title)
}

impl Attempt {
    /// The witness that an account is.
    fn party_of(&self, account: &str) -> Result<&str, Fault> {
        let found = self.terms.witnesses.iter().find(|one| one.account == account);
        found
            .map(|one| one.party.as_str())
            .ok_or_else(|| Fault::forbidden("not_a_witness", "您不是此次抽取的见证人"))
    }

    fn commit(&self, party: &str, commitment: String, context: &Context) -> Decided {
        if let Some(before) = self.committed(party) {
            return match before.commitment == commitment {
                true => Ok(Vec::new()),
                false => Err(Fault::conflict("already_committed", "已经承诺，承诺不得更改")),
            };
        }
        match self.stage() {
            Stage::Proposed if context.now < self.terms.commit_until => {}
            // The organiser's own is late only when the service was away.
            Stage::Proposed if party == self.terms.organiser.party => {}
            Stage::Cancelled => return Err(self.is_cancelled()),
            _ => return Err(too_late("承诺期限已过")),
        }
        let mut faults = Faults::new();
        if commitment.parse::<tongban_draw::Digest>().is_err() {
            let message = "承诺应为 64 位小写十六进制数";
            faults.add("/commitment", "bad_commitment", message);
        } else if self.commitments.iter().any(|one| one.commitment == commitment) {
            faults.add("/commitment", "duplicate", "与另一方的承诺相同");
        }
        faults.into_result("invalid_commitment", "承诺有误")?;
        let commitment = PartyCommitment { party: party.to_owned(), commitment };
        Ok(vec![DrawEvent::Committed { draw: self.terms.draw.clone(), commitment }])
    }

    fn is_cancelled(&self) -> Fault {
        let reason = self.cancelled.as_ref().map(|one| one.reason.clone());
        Fault::conflict("draw_cancelled", "此次抽取已取消").with_detail(reason.unwrap_or_default())
    }

    fn cancelled_by(&self, kind: CancelKind, reason: String) -> DrawEvent {
        DrawEvent::Cancelled { draw: self.terms.draw.clone(), kind, reason }
    }

    fn cancel(&self, reason: String) -> Decided {
        match self.stage() {
            Stage::Proposed => Ok(vec![self.cancelled_by(CancelKind::ByOrganiser, reason)]),
            Stage::Cancelled => Ok(Vec::new()),
            _ => Err(Fault::conflict("already_announced", "抽取已公告，不得取消")),
        }
    }

    fn lapse(&self, context: &Context) -> Vec<DrawEvent> {
        if self.next(context.now) != Step::Lapse {
            return Vec::new();
        }
        let enough = self.witnesses_committed() >= self.terms.quorum as usize;
        let (kind, reason) = match self.stage() {
            Stage::Announced => (CancelKind::NoValue, "公开随机数未及时产生，种子均未开启"),
            _ if enough => (CancelKind::NotAnnounced, "未能在公开随机数产生之前公告"),
            _ => (CancelKind::NotCommitted, "见证人未在期限内承诺"),
        };
        vec![self.cancelled_by(kind, reason.to_owned())]
    }

    fn announce(&self, context: &Context) -> Decided {
        match self.stage() {
            Stage::Proposed => {}
            Stage::Cancelled => return Err(self.is_cancelled()),
            _ => return Ok(Vec::new()),
        }
        if self.next(context.now) != Step::Announce {
            return Err(too_early("承诺尚未完成，不能公告"));
        }
        convert::randomness(&self.terms.randomness).check_ahead(context.now)?;
        let terms = convert::digest(&self.terms.terms)?;
        let announcement = announcement_digest(terms, &convert::commitments(self)?)?;
        Ok(vec![DrawEvent::Announced {
            draw: self.terms.draw.clone(),
            announcement: announcement.to_string(),
            randomness: self.terms.randomness.clone(),
        }])
    }

    fn record_value(&self, value: RandomValue, keys: &[VerifyKey], context: &Context) -> Decided {
        if self.value.is_some() {
            // Whoever was faster recorded the first; there is no second.
            return Ok(Vec::new());
        }
        if self.next(context.now) != Step::TakeValue {
            return Err(too_early("尚不能记录公开随机数"));
        }
        check_value(&self.terms.randomness.value, &value, keys)?;
        Ok(vec![DrawEvent::ValueRecorded { draw: self.terms.draw.clone(), value }])
    }

    fn record_fallback(&self, value: RandomValue, keys: &[VerifyKey]) -> Decided {
        match (self.fallback_needed(), &self.fallback) {
            (Some(_), Some(_)) => Ok(Vec::new()),
            (Some(source), None) => {
                check_value(source, &value, keys)?;
                Ok(vec![DrawEvent::FallbackRecorded { draw: self.terms.draw.clone(), value }])
            }
            (None, _) => Err(too_early("不需要替补随机数")),
        }
    }

    fn open(&self, party: &str, seed: String, context: &Context) -> Decided {
        if let Some(before) = self.seed(party) {
            return match before.seed == seed {
                true => Ok(Vec::new()),
                false => Err(Fault::conflict("already_opened", "种子已经开启，不得更改")),
            };
        }
        match self.stage() {
            Stage::Proposed => return Err(too_early("尚未公告，不得开启种子")),
            Stage::Cancelled => return Err(self.is_cancelled()),
            Stage::Announced if !self.seeds_first() && self.value.is_none() => {
                return Err(too_early("公开随机数尚未产生，种子须继续保密"));
            }
            Stage::Announced if context.now <= self.terms.randomness.open_until => {}
            _ => return Err(too_late("开启期限已过")),
        }
        let Some(committed) = self.committed(party) else {
            return Err(Fault::conflict("not_committed", "未曾承诺，没有可开启的种子"));
        };
        let mut faults = Faults::new();
        // As digests are written, so are seeds: in one way only.
        let read = serde_json::from_value::<Hex>(seed.clone().into());
        match read {
            Ok(Hex(bytes)) if bounds::SEED.contains(&bytes.len()) => {
                let terms = convert::digest(&self.terms.terms)?;
                let made = commitment(&self.terms.draw, terms, party, &bytes);
                if made.to_string() != committed.commitment {
                    faults.add("/seed", "wrong_seed", "种子与承诺不符");
                }
            }
            _ => faults.add("/seed", "bad_seed", "种子应为 32 至 64 字节，以小写十六进制书写"),
        }
        faults.into_result("invalid_opening", "种子有误")?;
        let party = party.to_owned();
        Ok(vec![DrawEvent::Opened { draw: self.terms.draw.clone(), party, seed }])
    }

    fn close(&self, context: &Context) -> Decided {
        if self.withheld.is_some() {
            return Ok(Vec::new());
        }
        // The organiser's own seed may still be opened; whoever closes now would withhold it.
        if self.next(context.now) != Step::Close {
            return Err(too_early("种子尚在开启期限之内"));
        }
        let missing = self.commitments.iter().filter(|one| self.seed(&one.party).is_none());
        let withheld: Vec<Withheld> = missing
            .map(|one| Withheld {
                party: one.party.clone(),
                reason: "至开启期限届满未提交种子".to_owned(),
            })
            .collect();
        let fallback = self.terms.randomness.fallback.clone().filter(|_| !withheld.is_empty());
        Ok(vec![DrawEvent::Closed { draw: self.terms.draw.clone(), withheld, fallback }])
    }

    fn replace(&self, place: u32, replacement: DrawReplacement) -> Decided {
        if self.stage() != Stage::Drawn {
            return Err(not_drawn_yet());
        }
        if place as usize != self.replacements.len() + 1 {
            return Err(Fault::unavailable("another replacement came first"));
        }
        let draw = self.terms.draw.clone();
        Ok(vec![DrawEvent::Replaced { draw, place, replacement }])
    }
}

/// Nothing was drawn yet.
pub(crate) fn not_drawn_yet() -> Fault {
    Fault::conflict("not_drawn_yet", "尚未抽取")
}

fn check_value(
    source: &RandomSource,
    value: &RandomValue,
    keys: &[VerifyKey],
) -> Result<(), Fault> {
    // Without keys nobody would look at the signature.
    if matches!(value, RandomValue::Checkpoint { .. }) && keys.is_empty() {
        return Err(Fault::conflict("no_keys", "没有该历史的公钥，无法核对检查点的签名"));
    }
    convert::source(source).check(&convert::value(value)?, keys)
}
