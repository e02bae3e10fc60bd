//! 异常评价信号: looks for them among the reviews of the last weeks, and keeps what figures without them need.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, Days, Duration, Months, NaiveDate, Utc};
use tongban_kernel::{Fault, RegionCode, civil_date};
use tongban_runtime::blocking;
use uuid::Uuid;

use super::Desk;
use crate::domain::figures::{Cell, Counts, Fact, cells, month_of};
use crate::domain::signals::{Past, Seen, Signal, SignalRule, signals};
use crate::store::signal::{Model, suspect};
use crate::store::{fact, rollup, signal as store};

/// Looks for signals; how many there are in the time looked at.
pub async fn look(desk: &Desk) -> Result<usize, Fault> {
    let (db, rule) = (desk.host.db(), &desk.figures.signals);
    let now = desk.host.clock.now();
    let from = now - Duration::days(rule.window_days);
    let facts = fact::given_within(db, from, now + Duration::days(1)).await?;
    let past = past(desk, from).await?;
    let rule = rule.clone();
    let rows = blocking(move || Ok(found(&rule, &facts, &past, now))).await?;
    let number = rows.len();
    let transaction = db.begin().await.map_err(tongban_db::to_fault)?;
    store::take_turn(&transaction, now.timestamp_micros()).await?;
    store::replace(&transaction, from.timestamp_micros(), rows).await?;
    let month = month_of(from);
    let named = store::suspects_since(&transaction, &month).await?;
    let mut counts: BTreeMap<Cell, Counts> = BTreeMap::new();
    for fact in fact::by_id(&transaction, named).await?.into_values() {
        for (cell, one) in cells(&fact) {
            if cell.month >= month && one.by_stars() != [0; 5] {
                *counts.entry(cell).or_default() += one;
            }
        }
    }
    rollup::forget_suspects(&transaction, &month).await?;
    rollup::add_suspects(&transaction, &counts).await?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    Ok(number)
}

/// The signals among these reviews, and the reviews that each names.
fn found(
    rule: &SignalRule,
    facts: &[Fact],
    past: &BTreeMap<(String, String), Past>,
    now: DateTime<Utc>,
) -> Vec<(Model, Vec<suspect::Model>)> {
    let seen: Vec<Seen> = facts.iter().filter(|fact| !fact.excluded).filter_map(seen).collect();
    let known = |matter: &str, body: &str| {
        past.get(&(matter.to_owned(), body.to_owned())).copied().unwrap_or_default()
    };
    let facts: BTreeMap<&str, &Fact> = facts.iter().map(|fact| (fact.id.as_str(), fact)).collect();
    let found = signals(rule, &seen, &known);
    found.iter().filter_map(|signal| row(signal, &rule.version, now, &facts)).collect()
}

/// How many reviews are looked at, and the time of the newest one.
pub async fn within_sight(desk: &Desk) -> Result<(i64, i64), Fault> {
    let from = desk.host.clock.now() - Duration::days(desk.figures.signals.window_days);
    fact::number_since(desk.host.db(), from).await
}

fn seen(fact: &Fact) -> Option<Seen> {
    let given = fact.given.as_ref()?;
    Some(Seen {
        id: fact.id.clone(),
        matter: fact.matter.0.clone(),
        body: fact.body.0.clone(),
        officer: fact.officers.first().cloned(),
        channel: given.channel,
        device: given.device.clone(),
        network: given.network.clone(),
        level: given.level,
        text: given.text.clone(),
        closed_at: fact.opened_at,
        given_at: given.at,
    })
}

fn row(
    signal: &Signal,
    rule: &str,
    now: DateTime<Utc>,
    facts: &BTreeMap<&str, &Fact>,
) -> Option<(Model, Vec<suspect::Model>)> {
    let first = signal.evidence.first()?;
    let name = format!("tongban:reviews:signal:{}/{}/{first}", signal.kind.code(), signal.common);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string();
    let named = signal.evidence.iter().filter_map(|id| facts.get(id.as_str()).copied());
    let regions: BTreeSet<&str> = named.clone().map(|fact| fact.region.as_str()).collect();
    let suspects = named.filter_map(|fact| {
        let month = month_of(fact.given.as_ref()?.at);
        Some(suspect::Model { signal: id.clone(), review: fact.id.clone(), month })
    });
    let suspects = suspects.collect();
    let bodies: Vec<&str> = signal.bodies.iter().map(String::as_str).collect();
    let row = Model {
        id,
        kind: signal.kind.code().to_owned(),
        common: signal.common.clone(),
        method: signal.method.clone(),
        rule: rule.to_owned(),
        from_at: signal.from.timestamp_micros(),
        until_at: signal.until.timestamp_micros(),
        found_at: now.timestamp_micros(),
        region: around(&regions),
        bodies: bodies.join(" "),
        reviews: i64::try_from(signal.evidence.len()).unwrap_or(i64::MAX),
    };
    Some((row, suspects))
}

/// The smallest region that holds all of these; empty when none does, as for two provinces.
fn around(regions: &BTreeSet<&str>) -> String {
    let mut all = regions.iter().filter_map(|region| RegionCode::parse(region).ok());
    let Some(first) = all.next() else { return String::new() };
    let rest: Vec<RegionCode> = all.collect();
    let mut lineage = first.lineage();
    let common = lineage.find(|region| rest.iter().all(|other| region.contains(other)));
    common.map(|region| region.to_string()).unwrap_or_default()
}

/// What matters had in the whole months before the time looked at.
async fn past(desk: &Desk, from: DateTime<Utc>) -> Result<BTreeMap<(String, String), Past>, Fault> {
    let start = first_of_month(civil_date(from));
    let months = u32::try_from(desk.figures.signals.history_days / 30).unwrap_or(1).max(1);
    let earliest = start.checked_sub_months(Months::new(months)).unwrap_or(start);
    let last = start.checked_sub_days(Days::new(1)).unwrap_or(start);
    let name = |day: NaiveDate| format!("{:04}-{:02}", day.year(), day.month());
    let rows = store::history(desk.host.db(), &name(earliest), &name(last)).await?;
    let mut past: BTreeMap<(String, String), (String, Past)> = BTreeMap::new();
    for (matter, body, month, stars) in rows {
        let (first, known) = past.entry((matter, body)).or_insert((month.clone(), Past::default()));
        *first = month.min(first.clone());
        for (sum, count) in known.by_stars.iter_mut().zip(stars) {
            *sum += count;
        }
    }
    Ok(past
        .into_iter()
        .map(|(key, (first, known))| {
            // A matter's history begins when it was first reviewed, not before.
            let begun = NaiveDate::parse_from_str(&format!("{first}-01"), "%Y-%m-%d");
            let days = begun.map_or(0, |begun| (start - begun).num_days());
            (key, Past { days, ..known })
        })
        .collect())
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}
