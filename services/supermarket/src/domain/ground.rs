//! What decisions about agencies stand on: limits and rules of discipline, as data, and the calendar.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;
use tongban_calendar::{Calendar, Limit};
use tongban_contracts::supermarket::{Measure, Named};
use tongban_kernel::checks::uscc;
use tongban_kernel::{Fault, Faults, Principal, RegionCode, Role};

/// A limit that an installation sets, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The limit.
    pub limit: Limit,
    /// Document it rests on, or that it is a sample (来源).
    pub source: String,
}

/// What a broken rule leads to, always (“六个一律”).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisciplineRule {
    /// Stable code.
    pub code: String,
    /// The rule in words (规则内容).
    pub text: String,
    /// What it leads to.
    pub measure: Measure,
    /// For how many months; absent when only a decision ends it.
    pub months: Option<u32>,
}

/// Limits and rules of one installation (`data/supermarket/entry.json`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryRules {
    /// Version of the rules of discipline, from 1.
    pub version: u32,
    /// Their title.
    pub title: String,
    /// Document they come from, or that they are a sample.
    pub source: String,
    /// Whether they were invented.
    pub sample: bool,
    /// How long the industry body has for a link (挂接审核期限).
    pub link_review: Setting,
    /// How long an agency has to appeal (申诉期限).
    pub appeal: Setting,
    /// How long the decision on an appeal may take (申诉处理期限).
    pub appeal_decision: Setting,
    /// The rules.
    pub rules: Vec<DisciplineRule>,
}

impl EntryRules {
    /// The rules, when they hang together.
    ///
    /// # Errors
    /// What contradicts itself.
    pub fn checked(self) -> Result<Self, String> {
        let mut seen = BTreeSet::new();
        for rule in &self.rules {
            if !seen.insert(&rule.code) {
                return Err(format!("rule {} stands there twice", rule.code));
            }
            if rule.months == Some(0) {
                return Err(format!("rule {} ends before it begins", rule.code));
            }
            if rule.measure == Measure::Suspension && rule.months.is_none() {
                return Err(format!("rule {} suspends without an end", rule.code));
            }
        }
        if self.rules.is_empty() { Err("there is no rule".to_owned()) } else { Ok(self) }
    }

    /// The rule with this code.
    ///
    /// # Errors
    /// `unknown_rule`: nothing is held against an agency without a published rule.
    pub fn rule(&self, code: &str) -> Result<&DisciplineRule, Fault> {
        self.rules.iter().find(|rule| rule.code == code).ok_or_else(|| {
            let mut faults = tongban_kernel::Faults::new();
            faults.add("/rule", "unknown_rule", "惩戒必须依据已公布的规则，没有该规则");
            let refused = faults.into_result("unknown_rule", "没有该惩戒规则");
            refused.err().unwrap_or_else(|| Fault::internal("a refusal named no fault"))
        })
    }
}

/// Rules and calendar together.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The rules.
    pub rules: EntryRules,
    /// Business days.
    pub calendar: Arc<Calendar>,
}

impl Ground {
    /// Last day of a limit that starts on `start`.
    ///
    /// # Errors
    /// `calendar_not_loaded`, never a guess.
    pub fn due(&self, start: NaiveDate, setting: &Setting) -> Result<NaiveDate, Fault> {
        self.calendar.due_date(start, setting.limit, &[]).map_err(|error| {
            Fault::conflict("calendar_not_loaded", "工作日历尚未加载到该期限，暂时无法计算")
                .internally(error)
        })
    }
}

/// Who acts, as it is recorded.
pub fn named(actor: &Principal) -> Named {
    Named { id: actor.account.clone(), name: actor.name.clone() }
}

/// Only the managers of the supermarket in the region.
///
/// # Errors
/// `not_your_region`.
pub fn manager(actor: &Principal, region: &RegionCode) -> Result<(), Fault> {
    if actor.roles.contains(&Role::MarketManager) && actor.reaches(region) {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_region", "只有本区域的中介超市管理人员可以办理"))
}

/// The second of two officers is not the first.
///
/// # Errors
/// `same_officer`.
pub fn another(actor: &Principal, before: &[&Named]) -> Result<(), Fault> {
    if before.iter().any(|one| one.id == actor.account) {
        return Err(Fault::forbidden("same_officer", "须由另一名工作人员复核，不能由同一人办理"));
    }
    Ok(())
}

/// Names every fault of a body at `pointer`, against the names of those that are registered, by credit code.
pub fn registered(
    faults: &mut Faults,
    pointer: &str,
    body: &Named,
    bodies: &BTreeMap<String, String>,
) {
    let (id, name) = (format!("{pointer}/id"), format!("{pointer}/name"));
    match (uscc::check(&body.id), bodies.get(&body.id)) {
        (Err(invalid), _) => faults.add(id, invalid.reason(), invalid.message_zh()),
        (Ok(_), None) => faults.add(id, "unknown_body", "没有登记该单位"),
        (Ok(_), Some(known)) if *known != body.name => {
            faults.add(name, "other_name", format!("该代码登记的单位名称是“{known}”"));
        }
        (Ok(_), Some(_)) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rules: serde_json::Value) -> Result<EntryRules, String> {
        let limit =
            serde_json::json!({"limit": {"amount": 5, "unit": "business_day"}, "source": "示例"});
        let text = serde_json::json!({"version": 1, "title": "示例", "source": "示例", "sample": true,
            "link_review": limit, "appeal": limit, "appeal_decision": limit, "rules": rules});
        serde_json::from_value::<EntryRules>(text).unwrap().checked()
    }

    #[test]
    fn rules_that_contradict_themselves_are_not_taken() {
        let rule = |code: &str, measure: &str, months: Option<u32>| serde_json::json!({"code": code, "text": "一律", "measure": measure, "months": months});
        let good =
            serde_json::json!([rule("a", "suspension", Some(6)), rule("b", "exclusion", None)]);
        let good = rules(good).unwrap();
        assert_eq!(good.rule("b").unwrap().months, None);
        assert_eq!(good.rule("c").unwrap_err().code(), "unknown_rule");
        for bad in [
            serde_json::json!([]),
            serde_json::json!([rule("a", "suspension", None)]),
            serde_json::json!([rule("a", "exclusion", Some(0))]),
            serde_json::json!([rule("a", "exclusion", None), rule("a", "exclusion", None)]),
        ] {
            rules(bad).unwrap_err();
        }
    }
}
