//! The published rule that turns credit events into a class (信用风险分类规则): versioned data, and a pure function.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_contracts::credit::{
    ClassChange, CountedEntry, CreditClass, CreditEntry, CreditSubject,
};
use tongban_kernel::Fault;
use utoipa::ToSchema;

use super::terms::add_months;

/// From how many points on a class is reached (分类标准).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassThreshold {
    /// The class.
    pub class: CreditClass,
    /// Fewest points.
    #[schema(example = 60)]
    pub at_least: i32,
}

/// What an event on some ground counts (事由).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditGround {
    /// Stable code.
    #[schema(example = "inspection.corrected")]
    pub ground: String,
    /// In words (事由名称).
    #[schema(example = "抽查发现问题经责令已改正")]
    pub name: String,
    /// Points added; below zero they are taken away.
    #[schema(example = -20)]
    pub points: i32,
    /// For how many months it counts (有效期).
    #[schema(example = 12)]
    pub months: u32,
    /// No better class while it counts (一票否决).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_best: Option<CreditClass>,
    /// Whether it may be repaired (可否修复).
    #[serde(default)]
    #[schema(example = true)]
    pub repairable: bool,
}

/// One version of the rule (分类规则).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditRule {
    /// Version (版本).
    #[schema(example = "2026-1")]
    pub version: String,
    /// First day it applies (施行日期).
    #[schema(example = "2026-01-01")]
    pub effective_from: NaiveDate,
    /// Title.
    #[schema(example = "信用风险分类规则（示例）")]
    pub title: String,
    /// Where it comes from (来源).
    #[schema(example = "示例规则")]
    pub source: String,
    /// Points that events are added to (基础分).
    #[schema(example = 90)]
    pub base: i32,
    /// Class of those without any event (初始类别).
    pub initial: CreditClass,
    /// What each class needs, the best first.
    pub classes: Vec<ClassThreshold>,
    /// What events count.
    pub grounds: Vec<CreditGround>,
}

impl CreditRule {
    /// What an event on `ground` counts.
    pub fn ground(&self, ground: &str) -> Option<&CreditGround> {
        self.grounds.iter().find(|one| one.ground == ground)
    }

    /// Points and term of an event on `ground`, entered into `entry`.
    ///
    /// # Errors
    /// `unknown_ground` when the rule has none such.
    pub fn weigh(&self, entry: &mut CreditEntry) -> Result<(), Fault> {
        let ground = self.ground(&entry.ground).ok_or_else(|| {
            let title = format!("信用规则 {} 没有事由 {}", self.version, entry.ground);
            Fault::conflict("unknown_ground", title)
        })?;
        entry.points = ground.points;
        entry.at_best = ground.at_best;
        entry.counts_until = add_months(entry.occurred_on, ground.months);
        entry.rule.clone_from(&self.version);
        Ok(())
    }

    /// The class on `on` that follows from the events that count then, and why.
    pub fn judge<'a>(
        &self,
        subject: &CreditSubject,
        former: CreditClass,
        entries: impl Iterator<Item = &'a CreditEntry>,
        on: NaiveDate,
    ) -> ClassChange {
        let counting: Vec<&CreditEntry> =
            entries.filter(|one| one.occurred_on <= on && on <= one.counts_until).collect();
        let sum: i32 = counting.iter().map(|one| one.points).fold(0, i32::saturating_add);
        let points = self.base.saturating_add(sum);
        let by_points = if counting.is_empty() { self.initial } else { self.class_at(points) };
        let bound =
            counting.iter().filter(|one| one.at_best.is_some()).max_by_key(|one| one.at_best);
        let worst = bound.and_then(|one| one.at_best).filter(|worst| *worst > by_points);
        let counted = counting.iter().map(|one| CountedEntry {
            id: one.id.clone(),
            ground: one.ground.clone(),
            points: one.points,
            counts_until: one.counts_until,
        });
        ClassChange {
            subject: subject.clone(),
            former,
            class: worst.unwrap_or(by_points),
            points,
            base: self.base,
            counted: counted.collect(),
            bound_by: bound.filter(|_| worst.is_some()).map(|one| one.id.clone()),
            rule: self.version.clone(),
            on,
        }
    }

    fn class_at(&self, points: i32) -> CreditClass {
        let reached = self.classes.iter().filter(|one| points >= one.at_least);
        reached.map(|one| one.class).min().unwrap_or(CreditClass::D)
    }
}

/// All versions of the rule.
#[derive(Debug, Clone)]
pub struct CreditRules(Vec<CreditRule>);

impl CreditRules {
    /// The versions given, in any order.
    ///
    /// # Errors
    /// In words: none at all, two from the same day or with the same name, a class without threshold, grounds twice.
    pub fn new(mut versions: Vec<CreditRule>) -> Result<Self, String> {
        versions.sort_by_key(|one| one.effective_from);
        if versions.is_empty() {
            return Err("there is no version of the credit rule".into());
        }
        for pair in versions.windows(2) {
            if pair[0].effective_from == pair[1].effective_from
                || pair[0].version == pair[1].version
            {
                return Err(format!(
                    "two credit rules are called {} or begin alike",
                    pair[1].version
                ));
            }
        }
        for rule in &versions {
            for class in CreditClass::ALL {
                if rule.classes.iter().filter(|one| one.class == class).count() != 1 {
                    return Err(format!("rule {} needs class {class:?} once", rule.version));
                }
            }
            let falling = rule.classes.windows(2).all(|pair| pair[0].at_least > pair[1].at_least);
            let best_first = rule.classes.windows(2).all(|pair| pair[0].class < pair[1].class);
            if !falling || !best_first {
                return Err(format!("rule {}: better classes need more points", rule.version));
            }
            for (index, one) in rule.grounds.iter().enumerate() {
                if rule.grounds[..index].iter().any(|other| other.ground == one.ground) {
                    return Err(format!("rule {}: ground {} twice", rule.version, one.ground));
                }
            }
        }
        Ok(Self(versions))
    }

    /// The version in force on `day`; before the first, the first.
    pub fn on(&self, day: NaiveDate) -> &CreditRule {
        let in_force = self.0.iter().rev().find(|one| one.effective_from <= day);
        // `new` takes no empty list.
        in_force.unwrap_or(&self.0[0])
    }

    /// All versions, oldest first.
    pub fn all(&self) -> &[CreditRule] {
        &self.0
    }

    /// The first day after `day` on which another version comes into force.
    pub fn next_version(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.0.iter().map(|one| one.effective_from).find(|from| *from > day)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use tongban_contracts::credit::{CreditSource, EvidenceReference};
    use tongban_kernel::RegionCode;

    pub fn rules() -> CreditRules {
        let text = include_str!("../../../../data/supervision/credit-rules.json");
        CreditRules::new(serde_json::from_str(text).unwrap()).unwrap()
    }

    pub fn subject() -> CreditSubject {
        CreditSubject {
            code: "91320706MA0000000X".into(),
            name: "云港示例餐饮有限公司（示例）".into(),
            natural_person: false,
            account: Some("owner".into()),
        }
    }

    pub fn entry(id: &str, ground: &str, on: &str) -> CreditEntry {
        let mut entry = CreditEntry {
            id: id.into(),
            source: CreditSource::Inspection,
            ground: ground.into(),
            points: 0,
            at_best: None,
            summary: "示例".into(),
            occurred_on: on.parse().unwrap(),
            counts_until: on.parse().unwrap(),
            evidence: EvidenceReference {
                service: "supervision".into(),
                kind: "inspection".into(),
                id: id.into(),
            },
            body: "11320706MB0000005X".into(),
            body_name: "海州区市场监督管理局（示例）".into(),
            region: RegionCode::parse("320706").unwrap(),
            recorded_by: "inspector".into(),
            rule: String::new(),
        };
        rules().on(entry.occurred_on).weigh(&mut entry).unwrap();
        entry
    }

    fn class(entries: &[CreditEntry], on: &str) -> ClassChange {
        let on = on.parse().unwrap();
        rules().on(on).judge(&subject(), CreditClass::B, entries.iter(), on)
    }

    #[test]
    fn the_class_follows_from_what_counts_that_day() {
        let entries = [
            entry("a", "inspection.corrected", "2026-03-11"),
            entry("b", "inspection.clean", "2026-05-01"),
        ];
        assert_eq!(class(&[], "2026-03-11").class, CreditClass::B);
        assert_eq!(class(&entries, "2026-03-10").class, CreditClass::B, "nothing happened yet");
        let corrected = class(&entries, "2026-03-11");
        assert_eq!((corrected.class, corrected.points), (CreditClass::C, 70));
        assert_eq!(corrected.counted.len(), 1);
        let better = class(&entries, "2026-05-01");
        assert_eq!((better.class, better.points), (CreditClass::C, 75));
        assert_eq!(class(&entries, "2027-03-11").points, 75, "the last day counts");
        let expired = class(&entries, "2027-03-12");
        assert_eq!((expired.class, expired.points), (CreditClass::A, 95));
    }

    #[test]
    fn a_veto_binds_whatever_the_points() {
        let mut entries = vec![entry("v", "licence.taken_away", "2026-03-11")];
        entries.extend((0..20).map(|n| entry(&n.to_string(), "inspection.clean", "2026-03-11")));
        let bound = class(&entries, "2026-03-11");
        assert_eq!((bound.class, bound.bound_by.as_deref()), (CreditClass::D, Some("v")));
        assert!(bound.points > 100);
    }

    #[test]
    fn what_a_rule_does_not_know_is_not_recorded() {
        let mut unknown = entry("x", "inspection.clean", "2026-03-11");
        unknown.ground = "invented".into();
        let rules = rules();
        let fault = rules.on(unknown.occurred_on).weigh(&mut unknown).unwrap_err();
        assert_eq!(fault.code(), "unknown_ground");
    }

    #[test]
    fn rules_that_contradict_themselves_are_refused() {
        let rule = rules().all()[0].clone();
        assert!(CreditRules::new(vec![]).is_err());
        assert!(CreditRules::new(vec![rule.clone(), rule.clone()]).is_err());
        let mut upside = rule.clone();
        upside.classes.reverse();
        assert!(CreditRules::new(vec![upside]).is_err());
        let mut without = rule.clone();
        without.classes.pop();
        assert!(CreditRules::new(vec![without]).is_err());
        let mut twice = rule;
        twice.grounds.push(twice.grounds[0].clone());
        assert!(CreditRules::new(vec![twice]).is_err());
    }

    #[test]
    fn a_version_applies_from_its_day() {
        let first = rules().all()[0].clone();
        let second = CreditRule {
            version: "2026-2".into(),
            effective_from: "2026-07-01".parse().unwrap(),
            base: 70,
            ..first.clone()
        };
        let rules = CreditRules::new(vec![second, first]).unwrap();
        assert_eq!(rules.on("2026-06-30".parse().unwrap()).version, "2026-1");
        assert_eq!(rules.on("2026-07-01".parse().unwrap()).version, "2026-2");
        assert_eq!(rules.on("2020-01-01".parse().unwrap()).version, "2026-1");
        let next = rules.next_version("2026-06-30".parse().unwrap());
        assert_eq!(next, Some("2026-07-01".parse().unwrap()));
    }
}
