//! 异常查询信号: looks for them among the calls of the last days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveTime, Utc};
use tongban_kernel::{Fault, RegionCode, civil_date};
use tongban_runtime::blocking;
use uuid::Uuid;

use super::Desk;
use crate::domain::signals::{CaseFit, ReadingSignalRules, Seen, Signal, signals};
use crate::store::signal::{Model, suspect};
use crate::store::{call_fact, case, signal as store};

/// The first moment that is looked at: whole days, or what is said of a day would change while it leaves sight.
pub fn window(desk: &Desk) -> DateTime<Utc> {
    let rules = &desk.ground.rules.signals;
    midnight(desk.host.clock.now()) - Duration::days(i64::from(rules.window_days.value))
}

/// When the day of `at` began in China.
fn midnight(at: DateTime<Utc>) -> DateTime<Utc> {
    let begun = civil_date(at).and_time(NaiveTime::MIN).and_utc();
    begun - Duration::hours(8)
}

/// Looks for signals; how many there are in the time looked at.
///
/// # Errors
/// The database's absence.
pub async fn look(desk: &Desk) -> Result<usize, Fault> {
    let (db, rules) = (desk.host.db(), desk.ground.rules.signals.clone());
    let (now, from) = (desk.host.clock.now(), window(desk));
    let begin = from - Duration::days(i64::from(rules.history_days.value));
    let facts = call_fact::since(db, from).await?;
    let past = call_fact::past(db, begin, from).await?;
    let numbers: BTreeSet<String> =
        facts.iter().filter_map(|fact| fact.case_number.clone()).collect();
    let numbers: Vec<String> = numbers.into_iter().collect();
    let cases = case::by_number(db, &numbers).await?;
    let rows = blocking(move || {
        let seen: Vec<Seen> = facts.iter().filter_map(|fact| seen(&rules, fact, &cases)).collect();
        let regions: BTreeMap<&str, &str> =
            facts.iter().map(|fact| (fact.id.as_str(), fact.region.as_str())).collect();
        let found = signals(&rules, &seen, &past);
        Ok(found.iter().map(|signal| row(signal, &rules.version, now, &regions)).collect())
    });
    let rows: Vec<(Model, Vec<suspect::Model>)> = rows.await?;
    let number = rows.len();
    let transaction = db.begin().await.map_err(tongban_db::to_fault)?;
    store::take_turn(&transaction, now.timestamp_micros()).await?;
    let from = from.timestamp_micros();
    let before = store::reaching(&transaction, from).await?;
    let begun: Vec<String> =
        before.iter().filter(|row| row.from_at < from).map(|row| row.id.clone()).collect();
    let named = store::named_by(&transaction, &begun).await?;
    store::replace(&transaction, from, joined(rows, before, &named)).await?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    Ok(number)
}

/// How many calls are looked at, and the time of the newest one.
///
/// # Errors
/// The database's absence.
pub async fn within_sight(desk: &Desk) -> Result<(i64, i64), Fault> {
    call_fact::number_since(desk.host.db(), window(desk)).await
}

fn seen(
    rules: &ReadingSignalRules,
    fact: &call_fact::Model,
    cases: &BTreeMap<String, case::Model>,
) -> Option<Seen> {
    Some(Seen {
        id: fact.id.clone(),
        who: fact.who.clone(),
        body: fact.body.clone(),
        grant: fact.grant_id.clone(),
        subject: fact.subject.clone(),
        answered: fact.answered,
        case: fit(rules, fact, cases),
        outside: fact.outside > 0,
        day: fact.day,
        at: DateTime::from_timestamp_micros(fact.called_at)?,
    })
}

/// How the case that a call names fits it, as intake knows the case now.
fn fit(
    rules: &ReadingSignalRules,
    fact: &call_fact::Model,
    cases: &BTreeMap<String, case::Model>,
) -> CaseFit {
    let Some(number) = &fact.case_number else {
        return if fact.needs_case { CaseFit::Unknown } else { CaseFit::NotNeeded };
    };
    let Some(case) = cases.get(number) else { return CaseFit::Unknown };
    let after = Duration::days(i64::from(rules.case_days.value)).num_microseconds();
    let until = case.closed_at.map(|at| at.saturating_add(after.unwrap_or_default()));
    if fact.called_at < case.opened_at || until.is_some_and(|until| fact.called_at > until) {
        return CaseFit::NotOpen;
    }
    match &fact.subject {
        Some(subject) if *subject != case.subject => CaseFit::OtherSubject,
        _ => CaseFit::Fits,
    }
}

fn row(
    signal: &Signal,
    rule: &str,
    now: DateTime<Utc>,
    regions: &BTreeMap<&str, &str>,
) -> (Model, Vec<suspect::Model>) {
    let first = signal.evidence.first().map_or("", String::as_str);
    let name = format!("tongban:exchange:signal:{}/{}/{first}", signal.kind.code(), signal.common);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string();
    let read: BTreeSet<&str> =
        signal.evidence.iter().filter_map(|call| regions.get(call.as_str()).copied()).collect();
    let bodies: Vec<&str> = signal.bodies.iter().map(String::as_str).collect();
    let named = signal.evidence.iter();
    let named = named.map(|call| suspect::Model { signal: id.clone(), call: call.clone() });
    let named = named.collect();
    let row = Model {
        id,
        kind: signal.kind.code().to_owned(),
        common: signal.common.clone(),
        method: signal.method.clone(),
        rule: rule.to_owned(),
        from_at: signal.from.timestamp_micros(),
        until_at: signal.until.timestamp_micros(),
        found_at: now.timestamp_micros(),
        region: around(&read),
        bodies: bodies.join(" "),
        calls: i64::try_from(signal.evidence.len()).unwrap_or(i64::MAX),
    };
    (row, named)
}

/// What was found, with what was found before: a signal that began before the time looked at, and so has its calls named
/// already, goes on as that signal; and when it was found first stays.
fn joined(
    rows: Vec<(Model, Vec<suspect::Model>)>,
    before: Vec<Model>,
    named: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<(Model, Vec<suspect::Model>)> {
    let first: BTreeMap<String, i64> =
        before.iter().map(|row| (row.id.clone(), row.found_at)).collect();
    let mut begun: BTreeMap<(String, String), Model> = before
        .into_iter()
        .filter(|row| named.contains_key(&row.id))
        .map(|row| ((row.kind.clone(), row.common.clone()), row))
        .collect();
    let join = |(mut row, calls): (Model, Vec<suspect::Model>)| {
        row.found_at = first.get(&row.id).copied().unwrap_or(row.found_at);
        let key = (row.kind.clone(), row.common.clone());
        if begun.get(&key).is_none_or(|earlier| earlier.until_at < row.from_at) {
            return (row, calls);
        }
        match begun.remove(&key).and_then(|earlier| Some((named.get(&earlier.id)?, earlier))) {
            Some((known, earlier)) => gone_on(&earlier, known, row, calls),
            None => (row, calls),
        }
    };
    rows.into_iter().map(join).collect()
}

/// An earlier signal with what is new about it.
fn gone_on(
    earlier: &Model,
    known: &BTreeSet<String>,
    row: Model,
    mut calls: Vec<suspect::Model>,
) -> (Model, Vec<suspect::Model>) {
    calls.retain(|one| !known.contains(&one.call));
    for one in &mut calls {
        one.signal.clone_from(&earlier.id);
    }
    let bodies = earlier.bodies.split_whitespace().chain(row.bodies.split_whitespace());
    let bodies: BTreeSet<&str> = bodies.collect();
    let wide = earlier.region.is_empty() || row.region.is_empty();
    let region = match wide {
        true => String::new(),
        false => around(&[earlier.region.as_str(), row.region.as_str()].into()),
    };
    let bodies: Vec<&str> = bodies.into_iter().collect();
    let new = i64::try_from(calls.len()).unwrap_or(i64::MAX);
    let row = Model {
        id: earlier.id.clone(),
        from_at: earlier.from_at,
        until_at: earlier.until_at.max(row.until_at),
        found_at: earlier.found_at,
        region,
        bodies: bodies.join(" "),
        calls: earlier.calls.saturating_add(new),
        ..row
    };
    (row, calls)
}

/// The smallest region that holds all of these; empty when none does, as for two provinces.
fn around(regions: &BTreeSet<&str>) -> String {
    let mut all = regions.iter().filter_map(|region| RegionCode::parse(region).ok());
    let Some(first) = all.next() else { return String::new() };
    let rest: Vec<RegionCode> = all.collect();
    let common = first.lineage().find(|region| rest.iter().all(|other| region.contains(other)));
    common.map(|region| region.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{day, ground, morning};

    fn fact(at: &str, subject: &str, number: Option<&str>) -> call_fact::Model {
        call_fact::Model {
            id: "c".to_owned(),
            who: "o".to_owned(),
            body: "b".to_owned(),
            region: "320706".to_owned(),
            grant_id: "g".to_owned(),
            subject: Some(subject.to_owned()),
            case_number: number.map(str::to_owned),
            needs_case: number.is_some(),
            answered: true,
            outside: 0,
            day: day(at),
            called_at: morning(at).timestamp_micros(),
        }
    }

    #[test]
    fn a_case_fits_while_it_is_open_and_for_whom_it_is() {
        let rules = ground().rules.signals.clone();
        let case = case::Model {
            id: "1".to_owned(),
            number: "n".to_owned(),
            subject: "s".to_owned(),
            opened_at: morning("2026-03-11").timestamp_micros(),
            closed_at: Some(morning("2026-03-13").timestamp_micros()),
        };
        let cases: BTreeMap<String, case::Model> = [("n".to_owned(), case)].into();
        let fits =
            |at: &str, subject: &str, number| fit(&rules, &fact(at, subject, number), &cases);
        assert_eq!(fits("2026-03-11", "s", Some("n")), CaseFit::Fits);
        assert_eq!(fits("2026-03-18", "s", Some("n")), CaseFit::Fits, "some days after");
        assert_eq!(fits("2026-03-19", "s", Some("n")), CaseFit::NotOpen);
        assert_eq!(fits("2026-03-10", "s", Some("n")), CaseFit::NotOpen);
        assert_eq!(fits("2026-03-12", "t", Some("n")), CaseFit::OtherSubject);
        assert_eq!(fits("2026-03-12", "s", Some("m")), CaseFit::Unknown);
        assert_eq!(fits("2026-03-12", "s", None), CaseFit::NotNeeded);
    }

    fn found(id: &str, from: i64, calls: &[&str]) -> (Model, Vec<suspect::Model>) {
        let named = calls.iter().map(|call| (*call).to_owned());
        let named = named.map(|call| suspect::Model { signal: id.to_owned(), call }).collect();
        let row = Model {
            id: id.to_owned(),
            kind: "repeated".to_owned(),
            common: "o s".to_owned(),
            method: "m".to_owned(),
            rule: "1".to_owned(),
            from_at: from,
            until_at: from + 5,
            found_at: from + 9,
            region: "320706".to_owned(),
            bodies: "b".to_owned(),
            calls: i64::try_from(calls.len()).unwrap(),
        };
        (row, named)
    }

    #[test]
    fn a_signal_that_leaves_sight_goes_on_and_is_not_told_twice() {
        let (earlier, _) = found("first", 1, &["1", "2", "3"]);
        let named: BTreeMap<String, BTreeSet<String>> =
            [("first".to_owned(), ["1", "2", "3"].map(str::to_owned).into())].into();
        let rows = joined(vec![found("then", 3, &["2", "3", "4"])], vec![earlier.clone()], &named);
        let [(row, calls)] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((row.id.as_str(), row.from_at, row.until_at, row.calls), ("first", 1, 8, 4));
        assert_eq!((row.found_at, calls.len(), calls[0].call.as_str()), (10, 1, "4"));
        assert_eq!(calls[0].signal, "first");
        let later = found("then", 20, &["7", "8", "9"]);
        assert_eq!(joined(vec![later.clone()], vec![earlier], &named), [later], "another one");
        let (again, _) = found("same", 20, &["7", "8", "9"]);
        let mut known = again.clone();
        known.found_at = 5;
        assert_eq!(joined(vec![(again, vec![])], vec![known.clone()], &named), [(known, vec![])]);
    }

    #[test]
    fn days_are_looked_at_whole() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(midnight(at("2026-03-11T15:59:59Z")), at("2026-03-10T16:00:00Z"));
        assert_eq!(midnight(at("2026-03-11T16:00:00Z")), at("2026-03-11T16:00:00Z"));
    }

    #[test]
    fn a_signal_is_seen_where_all_of_it_lies() {
        assert_eq!(around(&["320706"].into()), "320706");
        assert_eq!(around(&["320706", "320707"].into()), "320700");
        assert_eq!(around(&["320706", "330100"].into()), "");
    }
}
