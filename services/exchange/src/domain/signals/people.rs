//! What one caller does on a day, and who reads about one person.

use std::collections::BTreeSet;

use super::{CaseFit, Past, ReadingSignalRules, Seen, Signal, SignalKind, grouped, many};

/// Of who called too seldom to be compared with the own past.
const NO_PAST: &str = "没有足够的以往记录";

/// Outside of hours, without a fitting case, about many people: of one caller on one day.
pub(super) fn by_day(rules: &ReadingSignalRules, ordered: &[&Seen], past: &Past) -> Vec<Signal> {
    let days = grouped(ordered.iter().copied(), |one| Some((one.who.as_str(), one.day)));
    let mut found = Vec::new();
    for ((who, _), calls) in days {
        found.extend(outside(rules, who, &calls, past));
        let read: Vec<&Seen> = calls.into_iter().filter(|one| one.answered).collect();
        found.extend(without_case(rules, who, &read));
        found.extend(many_people(rules, who, &read, past));
    }
    found
}

fn outside(rules: &ReadingSignalRules, who: &str, calls: &[&Seen], past: &Past) -> Option<Signal> {
    let calls: Vec<&Seen> = calls.iter().copied().filter(|one| one.outside).collect();
    if many(calls.len()) < rules.outside_calls.value {
        return None;
    }
    let before = match past.habit(rules, who) {
        Some(habit) => {
            let percent = (habit.outside * 100).checked_div(habit.calls).unwrap_or_default();
            if percent >= u64::from(rules.outside_habit.value) {
                return None;
            }
            format!("以往占 {percent}%")
        }
        None => NO_PAST.to_owned(),
    };
    let method = format!(
        "一日内非工作时间调用 {} 次（阈值 {}），{before}",
        calls.len(),
        rules.outside_calls.value
    );
    Signal::of(SignalKind::Hours, who, method, &calls)
}

fn without_case(rules: &ReadingSignalRules, who: &str, read: &[&Seen]) -> Option<Signal> {
    let fits = |one: &Seen| matches!(one.case, CaseFit::Fits | CaseFit::NotNeeded);
    let calls: Vec<&Seen> = read.iter().copied().filter(|one| !fits(one)).collect();
    let few = many(calls.len()) < rules.case_calls.value;
    if few || calls.len() * 100 < read.len() * rules.case_share.value as usize {
        return None;
    }
    let of = |fit: CaseFit| calls.iter().filter(|one| one.case == fit).count();
    let method = format!(
        "一日内 {} 次查询中 {} 次没有相符的办件（阈值 {} 次且占 {}%）：平台没有该办件 {} 次，不在办理中 {} 次，查询的不是申请人 {} 次",
        read.len(),
        calls.len(),
        rules.case_calls.value,
        rules.case_share.value,
        of(CaseFit::Unknown),
        of(CaseFit::NotOpen),
        of(CaseFit::OtherSubject),
    );
    Signal::of(SignalKind::Case, who, method, &calls)
}

fn many_people(
    rules: &ReadingSignalRules,
    who: &str,
    read: &[&Seen],
    past: &Past,
) -> Option<Signal> {
    let people: BTreeSet<&String> = read.iter().filter_map(|one| one.subject.as_ref()).collect();
    let people = many(people.len());
    let (limit, before) = match past.habit(rules, who) {
        Some(habit) => {
            let own = habit.busiest.saturating_mul(rules.subjects_share.value) / 100;
            let before = format!("以往最多的一日 {} 人", habit.busiest);
            (own.max(rules.subjects.value), before)
        }
        None => (rules.subjects_new.value, NO_PAST.to_owned()),
    };
    if people < limit {
        return None;
    }
    let method = format!("一日内查询 {people} 人（阈值 {limit}），{before}");
    Signal::of(SignalKind::Subjects, who, method, read)
}

/// One person's data: again and again by one caller, or by many callers.
pub(super) fn by_subject(rules: &ReadingSignalRules, ordered: &[&Seen]) -> Vec<Signal> {
    let read = ordered.iter().copied().filter(|one| one.answered);
    let subjects = grouped(read, |one| one.subject.as_deref());
    let mut found = Vec::new();
    for (subject, calls) in subjects {
        for (who, own) in grouped(calls.iter().copied(), |one| Some(one.who.as_str())) {
            if many(own.len()) >= rules.repeated.value {
                let method = format!(
                    "{} 日内同一人员查询同一数据主体 {} 次（阈值 {}）",
                    rules.window_days.value,
                    own.len(),
                    rules.repeated.value
                );
                let common = format!("{who} {subject}");
                found.extend(Signal::of(SignalKind::Repeated, &common, method, &own));
            }
        }
        let callers: BTreeSet<&str> = calls.iter().map(|one| one.who.as_str()).collect();
        if many(callers.len()) >= rules.crowd.value {
            let method = format!(
                "{} 日内 {} 名人员查询同一数据主体（阈值 {}）",
                rules.window_days.value,
                callers.len(),
                rules.crowd.value
            );
            found.extend(Signal::of(SignalKind::Crowd, subject, method, &calls));
        }
    }
    found
}
