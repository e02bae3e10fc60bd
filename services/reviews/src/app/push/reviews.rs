//! Reviews of other systems: matched to a right by the numbers of case and service, or kept apart until it comes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tongban_contracts::review_desks::PushedReview;
use tongban_contracts::review_sources::ReviewSource;
use tongban_contracts::reviews::ReviewPushed;
use tongban_kernel::masking::masked;
use tongban_kernel::{Fault, RegionCode};
use tongban_ledger::{Caller, Order};

use super::{Fate, Key, Refusals, Stopped, one};
use crate::api::pushed::PushStatus;
use crate::app::Desk;
use crate::app::signature::Signed;
use crate::domain::held::{self, Held, held_id};
use crate::domain::pushed::ReviewRow;
use crate::domain::review::{Command, Giver, Opinion, Review, already_reviewed};
use crate::store::review::Found;
use crate::store::{nonce, review as store};

/// Carries a batch out in one transaction.
pub(super) async fn once(
    desk: &Desk,
    signed: &Signed,
    rows: &[ReviewRow],
    refusals: &Refusals,
    caller: &Caller,
) -> Result<Vec<Fate>, Stopped> {
    let host = &desk.host;
    let now = host.clock.now();
    let transaction = host.db().begin().await.map_err(tongban_db::to_fault)?;
    nonce::take(&transaction, &signed.account, &signed.nonce, now.timestamp_micros()).await?;
    let numbers: HashSet<String> = rows.iter().map(|row| row.case_number.clone()).collect();
    let numbers: Vec<String> = numbers.into_iter().collect();
    let rights = store::of_cases(&transaction, &numbers).await?;
    let rights: HashMap<Key, Found> = rights
        .into_iter()
        .map(|right| ((right.case_number.clone(), right.service_number.clone()), right))
        .collect();

    let mut batch = Batch {
        desk,
        signed,
        caller,
        now,
        first: HashMap::new(),
        given: Vec::new(),
        held: Vec::new(),
    };
    let mut fates = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let fate = match (refusals.get(&place), row.check(now, &desk.tags)) {
            (Some(faults), _) => Fate::Refused(faults.clone()),
            (None, Err(faults)) => Fate::Refused(faults),
            (None, Ok(stars)) => {
                let key = (row.case_number.clone(), row.service_number.clone().unwrap_or_default());
                match rights.get(&key) {
                    Some(right) => batch.matched(place, row, stars, right).await?,
                    None => batch.unmatched(place, row, stars, key).await?,
                }
            }
        };
        fates.push(fate);
    }
    let Batch { given, held, .. } = batch;
    let (places, orders): (Vec<usize>, Vec<Order<Review>>) = given.into_iter().unzip();
    let done = host.ledger.execute_all_within(&transaction, orders).await;
    done.map_err(|stopped| at(&places, stopped))?;
    let (places, orders): (Vec<usize>, Vec<Order<Held>>) = held.into_iter().unzip();
    let done = host.ledger.execute_all_within(&transaction, orders).await;
    done.map_err(|stopped| at(&places, stopped))?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    host.ledger.announce();
    Ok(fates)
}

fn at(places: &[usize], (at, fault): tongban_ledger::Stopped) -> Stopped {
    match places.get(at) {
        Some(place) => Stopped::Row(*place, fault),
        None => Stopped::All(fault),
    }
}

/// A batch on its way in.
struct Batch<'a> {
    desk: &'a Desk,
    signed: &'a Signed,
    caller: &'a Caller,
    now: DateTime<Utc>,
    /// What the batch already said of a right, by its identifier.
    first: HashMap<String, Words>,
    given: Vec<(usize, Order<Review>)>,
    held: Vec<(usize, Order<Held>)>,
}

/// What a review says, by which two are told apart.
type Words = (u8, Vec<String>, Option<String>, bool);

impl Batch<'_> {
    async fn matched(
        &mut self,
        place: usize,
        row: &ReviewRow,
        stars: u8,
        right: &Found,
    ) -> Result<Fate, Fault> {
        let region = RegionCode::parse(&right.region).ok();
        if !region.is_some_and(|region| self.signed.reach.contains(&region)) {
            let title = "该来源系统不能推送此区域的评价";
            return Ok(Fate::Refused(vec![one("/case_number", "not_your_region", title)]));
        }
        let words = words(row, stars);
        if let Some(fate) = self.repeated(&right.id, &words) {
            return Ok(fate);
        }
        if right.stars.is_some() && !row.is_default {
            let loaded = self.desk.host.ledger.load::<Review>(&right.id).await?;
            let given = loaded.and_then(|loaded| loaded.state.given);
            let same = given.is_some_and(|given| {
                given.pushed.is_some_and(|pushed| pushed.system == self.signed.account)
                    && (given.level.stars(), given.tags, given.text, false) == words
            });
            return Ok(if same { repeated(&right.id) } else { other() });
        }
        let ended = right.expires_at.is_some_and(|end| row.said_at.timestamp_micros() >= end);
        if ended && !row.is_default {
            let title = "评价时间已超过有效期";
            return Ok(Fate::Refused(vec![one("/said_at", "right_expired", title)]));
        }
        self.first.insert(right.id.clone(), words);
        let command = command(self.desk, &self.signed.account, row, stars);
        let order = Order { id: right.id.clone(), command, caller: self.caller.clone() };
        self.given.push((place, order));
        Ok(Fate::Fine(PushStatus::Taken, Some(right.id.clone())))
    }

    async fn unmatched(
        &mut self,
        place: usize,
        row: &ReviewRow,
        stars: u8,
        (case_number, service_number): Key,
    ) -> Result<Fate, Fault> {
        let id = held_id(&self.signed.account, &case_number, &service_number);
        let words = words(row, stars);
        if let Some(fate) = self.repeated(&id, &words) {
            return Ok(fate);
        }
        if let Some(loaded) = self.desk.host.ledger.load::<Held>(&id).await? {
            let before = loaded.state.pushed;
            let same = (before.stars, before.tags, before.text, before.is_default) == words;
            return Ok(if same { Fate::Fine(PushStatus::Waiting, None) } else { other() });
        }
        self.first.insert(id.clone(), words);
        let pushed = Box::new(PushedReview {
            system: self.signed.account.clone(),
            body: self.signed.body.clone(),
            region: self.signed.reach.clone(),
            id: row.id.clone(),
            case_number,
            service_number: row.service_number.clone(),
            stars,
            tags: row.tags.clone(),
            text: row.text.as_deref().map(masked),
            channel: row.channel,
            said_at: row.said_at.min(self.now),
            is_default: row.is_default,
        });
        let command = held::Command::Hold(pushed);
        self.held.push((place, Order { id, command, caller: self.caller.clone() }));
        Ok(Fate::Fine(PushStatus::Waiting, None))
    }

    /// What becomes of a row about a right of which the batch has said something before.
    fn repeated(&self, id: &str, words: &Words) -> Option<Fate> {
        let first = self.first.get(id)?;
        Some(if first == words { repeated(id) } else { other() })
    }
}

fn words(row: &ReviewRow, stars: u8) -> Words {
    (stars, row.tags.clone(), row.text.as_deref().map(masked), row.is_default)
}

fn repeated(id: &str) -> Fate {
    Fate::Fine(PushStatus::Repeated, Some(id.to_owned()))
}

fn other() -> Fate {
    let fault = already_reviewed();
    Fate::Refused(vec![one("/case_number", fault.code(), fault.title())])
}

/// What a pushed review asks of its right.
fn command(desk: &Desk, system: &str, row: &ReviewRow, stars: u8) -> Command {
    let pushed =
        ReviewPushed { system: system.to_owned(), id: row.id.clone(), said_at: row.said_at };
    if row.is_default {
        return Command::Default { stars, system: system.to_owned(), at: row.said_at };
    }
    let source = ReviewSource {
        channel: row.channel,
        device: None,
        network: None,
        window: None,
        officer: None,
    };
    let opinion = Opinion {
        stars,
        tags: row.tags.clone(),
        text: row.text.clone(),
        photos: Vec::new(),
        source,
    };
    let tags = Arc::clone(&desk.tags);
    Command::Give { opinion: Box::new(opinion), by: Giver::Pushed(pushed), tags }
}

/// What a review that was kept apart asks of its right.
pub fn command_of(desk: &Desk, held: &PushedReview) -> Command {
    let row = ReviewRow {
        id: held.id.clone(),
        case_number: held.case_number.clone(),
        service_number: held.service_number.clone(),
        stars: i64::from(held.stars),
        tags: held.tags.clone(),
        text: held.text.clone(),
        channel: held.channel,
        said_at: held.said_at,
        is_default: held.is_default,
    };
    command(desk, &held.system, &row, held.stars)
}
