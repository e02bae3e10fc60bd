//! What purchases add up to (采购统计), and signals of concentration (集中度信号).
//!
//! A signal says by which published method something is unusual and shows the purchases; it is no verdict. Whoever
//! reads it has to look at the purchases.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One purchase, as far as figures ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// Identifier.
    pub purchase: String,
    /// Who bought.
    pub owner: String,
    /// Budget, in fen.
    pub budget_fen: i64,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Agencies that registered.
    pub registered: BTreeSet<String>,
    /// Who was awarded, at what price and when.
    pub award: Option<(String, i64, DateTime<Utc>)>,
    /// When the contract was confirmed.
    pub contract_at: Option<DateTime<Utc>>,
    /// When the result was accepted.
    pub completed_at: Option<DateTime<Utc>>,
}

/// What purchases add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PurchaseFigures)]
pub struct Figures {
    /// Purchases published (采购数).
    #[schema(example = 120)]
    pub purchases: u64,
    /// Of them awarded (成交数).
    #[schema(example = 96)]
    pub awarded: u64,
    /// Of them completed (完成数).
    #[schema(example = 80)]
    pub completed: u64,
    /// Budgets of the awarded ones, in fen (成交项目预算).
    #[schema(example = 96_000_000)]
    pub budget_fen: i64,
    /// Awards, in fen (成交金额).
    #[schema(example = 84_000_000)]
    pub award_fen: i64,
    /// Saved against the budgets, in fen (节约金额).
    #[schema(example = 12_000_000)]
    pub saved_fen: i64,
    /// Saved against the budgets, in ten thousandths (节约率).
    #[schema(example = 1250)]
    pub saved_rate: i64,
    /// Mean time from the notice to the award, in seconds (平均选取时长).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(345_600))]
    pub mean_selection_seconds: Option<i64>,
    /// Mean time from the contract to the accepted result, in seconds (平均服务时长).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(1_036_800))]
    pub mean_service_seconds: Option<i64>,
    /// Mean number of registrants, in hundredths (平均报名机构数).
    #[schema(example = 540)]
    pub mean_registrants_hundredths: u64,
    /// Different agencies that registered (参与机构数).
    #[schema(example = 34)]
    pub agencies: u64,
}

/// Adds up.
pub fn figures(bought: &[Bought]) -> Figures {
    let mut all = Figures::default();
    let (mut selection, mut service) = (Vec::new(), Vec::new());
    let (mut registrations, mut agencies) = (0_u64, BTreeSet::new());
    for one in bought {
        all.purchases += 1;
        registrations += one.registered.len() as u64;
        agencies.extend(&one.registered);
        if let Some((_, price, at)) = &one.award {
            all.awarded += 1;
            all.budget_fen += one.budget_fen;
            all.award_fen += price;
            selection.push((*at - one.published_at).num_seconds());
        }
        if let Some(done) = one.completed_at {
            all.completed += 1;
            service.extend(one.contract_at.map(|from| (done - from).num_seconds()));
        }
    }
    all.saved_fen = all.budget_fen - all.award_fen;
    all.saved_rate = (i128::from(all.saved_fen) * 10_000)
        .checked_div(i128::from(all.budget_fen))
        .and_then(|rate| i64::try_from(rate).ok())
        .unwrap_or_default();
    all.mean_selection_seconds = mean(&selection);
    all.mean_service_seconds = mean(&service);
    all.mean_registrants_hundredths =
        (registrations * 100).checked_div(all.purchases).unwrap_or_default();
    all.agencies = agencies.len() as u64;
    all
}

fn mean(values: &[i64]) -> Option<i64> {
    let count = i64::try_from(values.len()).ok().filter(|count| *count > 0)?;
    Some(values.iter().sum::<i64>() / count)
}

/// The published method of signals (信号方法).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalRule {
    /// Version.
    #[schema(example = "2026-1")]
    pub version: String,
    /// Where it comes from (依据).
    #[schema(example = "平台公布的集中度信号方法（示例）")]
    pub source: String,
    /// Days looked back.
    #[schema(example = 365)]
    pub window_days: u32,
    /// Fewest wins of one agency at one owner, or of a group, to be looked at.
    #[schema(example = 5)]
    pub least_wins: u32,
    /// So many wins or more have to be less likely by chance than this, in millionths.
    #[schema(example = 1000)]
    pub chance_ppm: u32,
    /// Fewest purchases that agencies of a group registered for together.
    #[schema(example = 6)]
    pub least_together: u32,
    /// That many per cent of the purchases of either were together.
    #[schema(example = 80)]
    pub together_percent: u32,
    /// That many per cent of the group's wins in a row went to another of its agencies.
    #[schema(example = 80)]
    pub alternating_percent: u32,
}

/// What is unusual (信号类别).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// 同一机构在同一采购人处中选过于集中
    Concentrated,
    /// 同一批机构结伴报名、轮流中选
    Rotating,
}

/// A signal with its evidence (集中度信号). It is a reason to look, never a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PurchaseSignal)]
pub struct Signal {
    /// What is unusual.
    pub kind: SignalKind,
    /// At which owner; absent for a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("11320706MB0000001B"))]
    pub owner: Option<String>,
    /// Which agencies.
    #[schema(example = json!(["019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77"]))]
    pub agencies: Vec<String>,
    /// How it was found, with its numbers (方法与数值).
    #[schema(
        example = "报名 12 次，中选 11 次，按报名机构数期望 3.00 次，偶然达到的概率低于百万分之 1000"
    )]
    pub method: String,
    /// The purchases won.
    #[schema(example = json!(["019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"]))]
    pub evidence: Vec<String>,
}

/// All signals among these purchases, in a fixed order.
pub fn signals(rule: &SignalRule, bought: &[Bought]) -> Vec<Signal> {
    let mut found = concentrated(rule, bought);
    found.extend(rotating(rule, bought));
    found
}

/// What one owner and one agency had to do with each other.
#[derive(Default)]
struct Together {
    /// One in the number of registrants, for each purchase the agency registered for.
    shares: Vec<f64>,
    /// The purchases it won.
    wins: Vec<String>,
}

/// One agency wins too often at one owner: against a share of one in the number of registrants for each purchase it
/// registered for, so many wins or more are less likely than the rule allows. Purchases with one registrant say
/// nothing.
fn concentrated(rule: &SignalRule, bought: &[Bought]) -> Vec<Signal> {
    let mut pairs: BTreeMap<(&str, &str), Together> = BTreeMap::new();
    for one in bought {
        let Some((winner, _, _)) = &one.award else { continue };
        if one.registered.len() < 2 {
            continue;
        }
        for agency in &one.registered {
            let pair = pairs.entry((&one.owner, agency)).or_default();
            pair.shares.push(1.0 / one.registered.len() as f64);
            if agency == winner {
                pair.wins.push(one.purchase.clone());
            }
        }
    }
    let mut found = Vec::new();
    for ((owner, agency), Together { shares, wins }) in pairs {
        if wins.len() < rule.least_wins.max(1) as usize {
            continue;
        }
        let chance = at_least(&shares, wins.len());
        if chance * 1_000_000.0 >= f64::from(rule.chance_ppm) {
            continue;
        }
        let expected: f64 = shares.iter().sum();
        let method = format!(
            "报名 {} 次，中选 {} 次，按每次报名机构数期望 {expected:.2} 次；仅凭偶然达到该次数的概率低于百万分之 {}",
            shares.len(),
            wins.len(),
            rule.chance_ppm,
        );
        found.push(Signal {
            kind: SignalKind::Concentrated,
            owner: Some(owner.to_owned()),
            agencies: vec![agency.to_owned()],
            method,
            evidence: wins,
        });
    }
    found
}

/// The probability of `wins` or more successes of independent trials with these chances (Poisson binomial).
fn at_least(chances: &[f64], wins: usize) -> f64 {
    // `exactly[k]`: so far k successes; the last place holds `wins` or more.
    let mut exactly = vec![0.0; wins + 1];
    exactly[0] = 1.0;
    for chance in chances {
        let mut next = vec![0.0; wins + 1];
        for (count, probability) in exactly.iter().enumerate() {
            next[(count + 1).min(wins)] += probability * chance;
            next[count] += probability * (1.0 - chance);
        }
        exactly = next;
    }
    exactly.last().copied().unwrap_or_default()
}

/// Agencies that register together again and again and win in turn. Two belong together when they registered for
/// enough purchases together and these are most of the purchases of either; those that belong together pairwise in a
/// chain are a group.
fn rotating(rule: &SignalRule, bought: &[Bought]) -> Vec<Signal> {
    let mut own: BTreeMap<&str, u32> = BTreeMap::new();
    let mut together: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for one in bought {
        let names: Vec<&str> = one.registered.iter().map(String::as_str).collect();
        for (place, first) in names.iter().enumerate() {
            *own.entry(*first).or_default() += 1;
            for second in names.iter().skip(place + 1) {
                *together.entry((*first, *second)).or_default() += 1;
            }
        }
    }
    let close = together.iter().filter(|((first, second), count)| {
        let percent = rule.together_percent;
        let most = |agency: &&str| {
            let all = own.get(*agency).copied().unwrap_or_default();
            u64::from(**count) * 100 >= u64::from(percent) * u64::from(all)
        };
        **count >= rule.least_together.max(1) && most(first) && most(second)
    });
    groups(close.map(|(pair, _)| *pair))
        .into_iter()
        .filter_map(|group| rotation(rule, &group, bought))
        .collect()
}

/// Those connected by pairs.
fn groups<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<BTreeSet<&'a str>> {
    let mut groups: Vec<BTreeSet<&str>> = Vec::new();
    for (first, second) in pairs {
        let mut joined = BTreeSet::from([first, second]);
        groups.retain(|group| {
            let touches = group.contains(first) || group.contains(second);
            if touches {
                joined.extend(group);
            }
            !touches
        });
        groups.push(joined);
    }
    groups.sort();
    groups
}

/// Whether the wins of a group go round in it.
fn rotation(rule: &SignalRule, group: &BTreeSet<&str>, bought: &[Bought]) -> Option<Signal> {
    let mut wins: Vec<(DateTime<Utc>, &str, &str)> = bought
        .iter()
        .filter(|one| group.iter().filter(|name| one.registered.contains(**name)).count() > 1)
        .filter_map(|one| {
            let (winner, _, at) = one.award.as_ref()?;
            group.contains(winner.as_str()).then_some((*at, winner.as_str(), one.purchase.as_str()))
        })
        .collect();
    wins.sort_unstable();
    let winners: BTreeSet<_> = wins.iter().map(|(_, winner, _)| *winner).collect();
    if wins.len() < rule.least_wins.max(2) as usize || winners.len() < 2 {
        return None;
    }
    let steps = wins.len() - 1;
    let changes = wins.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    if changes * 100 < rule.alternating_percent as usize * steps {
        return None;
    }
    let method = format!(
        "{} 家机构多次一同报名（一同报名不少于各自报名的 {}%），其中 {} 家先后中选 {} 次，相邻两次中选机构不同的有 {changes}/{steps} 次",
        group.len(),
        rule.together_percent,
        winners.len(),
        wins.len(),
    );
    Some(Signal {
        kind: SignalKind::Rotating,
        owner: None,
        agencies: group.iter().map(|name| (*name).to_owned()).collect(),
        method,
        evidence: wins.iter().map(|(_, _, purchase)| (*purchase).to_owned()).collect(),
    })
}

#[cfg(test)]
mod tests;
