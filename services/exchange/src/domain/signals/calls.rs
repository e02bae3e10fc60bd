//! Refused calls in a row, and grants that wake up.

use chrono::Duration;

use super::{Past, ReadingSignalRules, Seen, Signal, SignalKind, grouped, many};

/// Refused again and again, with nothing answered in between.
pub(super) fn refused(rules: &ReadingSignalRules, ordered: &[&Seen]) -> Vec<Signal> {
    let mut found = Vec::new();
    for (who, calls) in grouped(ordered.iter().copied(), |one| Some(one.who.as_str())) {
        for row in calls.split(|one| one.answered) {
            for part in crowded(row, rules.refused.value, rules.refused_minutes.value) {
                let method = format!(
                    "{} 分钟内连续被拒绝达到 {} 次，此次共 {} 次",
                    rules.refused_minutes.value,
                    rules.refused.value,
                    part.len()
                );
                found.extend(Signal::of(SignalKind::Refused, who, method, part));
            }
        }
    }
    found
}

/// Many calls by a grant that nobody had used for long.
pub(super) fn after_silence(
    rules: &ReadingSignalRules,
    ordered: &[&Seen],
    past: &Past,
) -> Vec<Signal> {
    let silence = Duration::days(i64::from(rules.silent_days.value));
    let mut found = Vec::new();
    for (grant, calls) in grouped(ordered.iter().copied(), |one| Some(one.grant.as_str())) {
        let mut last = past.grants.get(grant).copied();
        for (place, one) in calls.iter().enumerate() {
            let silent = last.filter(|last| one.at - *last >= silence);
            last = Some(one.at);
            let Some(since) = silent else { continue };
            let until = one.at + Duration::minutes(i64::from(rules.silent_minutes.value));
            let burst: Vec<&Seen> =
                calls.iter().skip(place).copied().take_while(|later| later.at < until).collect();
            if many(burst.len()) >= rules.silent_calls.value {
                let method = format!(
                    "授权 {} 天未使用后，{} 分钟内调用 {} 次（阈值 {} 天、{} 次）",
                    (one.at - since).num_days(),
                    rules.silent_minutes.value,
                    burst.len(),
                    rules.silent_days.value,
                    rules.silent_calls.value
                );
                found.extend(Signal::of(SignalKind::Silent, grant, method, &burst));
            }
        }
    }
    found
}

/// Stretches of which every call lies among `least` within so many minutes.
fn crowded<'a, 'b>(calls: &'b [&'a Seen], least: u32, minutes: u32) -> Vec<&'b [&'a Seen]> {
    let (span, least) = (Duration::minutes(i64::from(minutes)), least.max(2) as usize);
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut first = 0;
    for (last, one) in calls.iter().enumerate() {
        while calls.get(first).is_some_and(|earliest| one.at - earliest.at > span) {
            first += 1;
        }
        if last + 1 - first < least {
            continue;
        }
        match found.last_mut() {
            Some((_, until)) if *until >= first => *until = last,
            _ => found.push((first, last)),
        }
    }
    found.into_iter().filter_map(|(first, last)| calls.get(first..=last)).collect()
}
