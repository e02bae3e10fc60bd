//! What is wrong with terms, before anything is counted.

use std::collections::HashSet;

use crate::bounds;
use crate::findings::Findings;
use crate::terms::{Candidate, RULE, Strata, Terms};

/// Notes what is wrong; whether nothing was.
pub(crate) fn terms(terms: &Terms, at: &str, findings: &mut Findings) -> bool {
    let before = findings.count();
    head(terms, at, findings);
    candidates(terms, at, findings);
    exclusions(terms, at, findings);
    constraints(terms, at, findings);
    terms.randomness.find(&format!("{at}/randomness"), findings);
    findings.count() == before
}

fn head(terms: &Terms, at: &str, findings: &mut Findings) {
    if terms.rule != RULE {
        findings.add(format!("{at}/rule"), "unknown_rule", "不认识的抽取规则或版本");
    }
    findings.name(|| format!("{at}/draw"), &terms.draw);
    findings.name(|| format!("{at}/purpose"), &terms.purpose);
    findings.text(|| format!("{at}/title"), &terms.title);
    let attempts = 1..=u64::from(bounds::ATTEMPTS);
    findings.number(|| format!("{at}/attempt"), terms.attempt.into(), attempts);
    findings.number(|| format!("{at}/number"), terms.number.into(), 1..=u64::from(u32::MAX));
    let replacements = 0..=u64::from(bounds::REPLACEMENTS);
    findings.number(
        || format!("{at}/max_replacements"),
        terms.max_replacements.into(),
        replacements,
    );
    if let Some(previous) = &terms.previous {
        findings.text(|| format!("{at}/previous/reason"), &previous.reason);
    }
    if (terms.attempt > 1) != terms.previous.is_some() {
        let message = "再次抽取须写明上一次的公告和理由，首次抽取则无";
        findings.add(format!("{at}/previous"), "attempt_mismatch", message);
    }
}

fn candidates(terms: &Terms, at: &str, findings: &mut Findings) {
    let list = &terms.candidates;
    let pointer = |place: usize, member: &str| format!("{at}/candidates/{place}{member}");
    if list.is_empty() {
        findings.add(format!("{at}/candidates"), "no_candidates", "候选名单为空");
    }
    if list.len() > bounds::CANDIDATES {
        findings.add(format!("{at}/candidates"), "out_of_range", "候选名单过长");
    }
    for (place, one) in list.iter().enumerate() {
        let Candidate { id, weight, stratum: _, region, group } = one;
        findings.name(|| pointer(place, "/0"), id);
        if !(1..=bounds::WEIGHT).contains(weight) {
            findings.add(pointer(place, "/1"), "bad_weight", "权重应为 1 至 10 亿的整数");
        }
        if !region.is_empty() {
            findings.name(|| pointer(place, "/3"), region);
        }
        if !group.is_empty() {
            findings.name(|| pointer(place, "/4"), group);
        }
    }
    findings.ascending(list.iter().map(|one| &one.id), |place| pointer(place, "/0"));
}

fn exclusions(terms: &Terms, at: &str, findings: &mut Findings) {
    let list = &terms.exclusions;
    let pointer = |place: usize, member: &str| format!("{at}/exclusions/{place}/{member}");
    if list.len() > bounds::CANDIDATES {
        findings.add(format!("{at}/exclusions"), "out_of_range", "剔除名单过长");
    }
    for (place, one) in list.iter().enumerate() {
        findings.name(|| pointer(place, "candidate"), &one.candidate);
        findings.text(|| pointer(place, "reason"), &one.reason);
        // In a list out of order this may miss one; that list is refused in any case.
        if terms.candidates.binary_search_by(|other| other.id.cmp(&one.candidate)).is_ok() {
            let message = "已回避或剔除的仍在候选名单中";
            findings.add(pointer(place, "candidate"), "excluded_candidate", message);
        }
    }
    findings.ascending(list.iter().map(|one| &one.candidate), |place| pointer(place, "candidate"));
}

fn constraints(terms: &Terms, at: &str, findings: &mut Findings) {
    let table = terms.strata.as_ref().map(Strata::table);
    let (kind, parts) = match terms.strata {
        Some(Strata::Shares(_)) => ("shares", 1..=bounds::SHARE),
        _ => ("rates", 0..=bounds::WHOLE),
    };
    let pointer = |place: usize, member: &str| format!("{at}/strata/{kind}/{place}{member}");
    for (place, row) in table.unwrap_or_default().iter().enumerate() {
        findings.name(|| pointer(place, "/0"), &row.0);
        findings.number(|| pointer(place, "/1"), row.1, parts.clone());
    }
    let names = || table.unwrap_or_default().iter().map(|row| &*row.0);
    findings.ascending(names(), |place| pointer(place, "/0"));
    if table.is_some_and(|table| !(1..=bounds::CONSTRAINTS).contains(&table.len())) {
        findings.add(format!("{at}/strata"), "out_of_range", "分层应为 1 至 64 层");
    }
    let listed: HashSet<&str> = names().collect();
    let known = |name: &str| match table {
        Some(_) => listed.contains(name),
        None => name.is_empty(),
    };
    for (place, one) in terms.candidates.iter().enumerate() {
        if !known(&one.stratum) {
            let message = "所属层不在分层表中";
            findings.add(format!("{at}/candidates/{place}/2"), "unknown_stratum", message);
        }
    }
    quotas(terms, at, findings, known);
    if let Some(limit) = terms.group_limit {
        findings.number(|| format!("{at}/group_limit"), limit.into(), 1..=u64::from(u32::MAX));
    }
}

fn quotas(terms: &Terms, at: &str, findings: &mut Findings, known: impl Fn(&str) -> bool) {
    let list = &terms.quotas;
    let pointer = |place: usize, member: &str| format!("{at}/quotas/{place}{member}");
    if list.len() > bounds::CONSTRAINTS {
        findings.add(format!("{at}/quotas"), "out_of_range", "地区名额不超过 64 项");
    }
    for (place, one) in list.iter().enumerate() {
        findings.name(|| pointer(place, "/region"), &one.region);
        let least = 1..=u64::from(u32::MAX);
        findings.number(|| pointer(place, "/at_least"), one.at_least.into(), least);
        let stratum = one.stratum.as_deref();
        if stratum == Some("") || !known(stratum.unwrap_or_default()) {
            let message = "地区名额所属层不在分层表中";
            findings.add(pointer(place, "/stratum"), "unknown_stratum", message);
        }
    }
    let order = list.iter().map(|one| (one.stratum.as_deref().unwrap_or_default(), &one.region));
    findings.ascending(order, |place| pointer(place, ""));
}
