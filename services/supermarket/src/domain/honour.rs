//! The red and the black list (红黑榜): who is listed follows from a published rule, never from an opinion.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::market::{HonourColour, HonourEntry, HonourEvent};
use tongban_kernel::{Context, Fault, FaultKind, Faults, Role, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;

use super::complaint::given;
use super::purchase::SERVICE;

/// When an agency is listed as good (红榜规则).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedRule {
    /// Days looked back.
    #[schema(example = 365)]
    pub window_days: u32,
    /// Fewest completed services.
    #[schema(example = 3)]
    pub least_completed: u32,
    /// Least mean of the overall marks given, in hundredths. Defaults do not count.
    #[schema(example = 450)]
    pub least_mean_hundredths: u32,
    /// Most breaches found.
    #[schema(example = 0)]
    pub most_breaches: u32,
    /// How long an entry stands, in days.
    #[schema(example = 365)]
    pub term_days: u32,
}

/// When an agency is listed as bad (黑榜规则).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlackRule {
    /// Days looked back.
    #[schema(example = 365)]
    pub window_days: u32,
    /// Fewest breaches found.
    #[schema(example = 1)]
    pub least_breaches: u32,
    /// How long an entry stands, in days.
    #[schema(example = 365)]
    pub term_days: u32,
}

/// The published rule of both lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HonourRule {
    /// Version.
    #[schema(example = "2026-1")]
    pub version: String,
    /// Where it comes from (依据).
    #[schema(example = "平台公布的红黑榜规则（示例）")]
    pub source: String,
    /// Of the red list.
    pub red: RedRule,
    /// Of the black list.
    pub black: BlackRule,
    /// Within how many days an agency may object.
    #[schema(example = 15)]
    pub objection_days: u32,
}

/// One service of an agency that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// The purchase.
    pub purchase: String,
    /// When it was completed or stopped.
    pub ended_at: DateTime<Utc>,
    /// Whether it was completed.
    pub completed: bool,
    /// The overall mark, when the owner gave one.
    pub overall: Option<u8>,
    /// Whether an officer found a breach of the agency.
    pub breach: bool,
}

/// Which list the rule puts an agency on, with reason and evidence; black goes before red.
pub fn judge(
    rule: &HonourRule,
    past: &[Past],
    now: DateTime<Utc>,
) -> Option<(HonourColour, String, Vec<String>)> {
    let within = |days: u32| {
        let from = now - Duration::days(i64::from(days));
        past.iter().filter(move |one| one.ended_at > from && one.ended_at <= now)
    };
    let ids = |list: &[&Past]| list.iter().map(|one| one.purchase.clone()).collect();
    let breaches: Vec<_> = within(rule.black.window_days).filter(|one| one.breach).collect();
    if breaches.len() >= rule.black.least_breaches.max(1) as usize {
        let days = rule.black.window_days;
        let reason = format!("{days} 日内经认定违约 {} 次", breaches.len());
        return Some((HonourColour::Black, reason, ids(&breaches)));
    }
    let completed: Vec<_> = within(rule.red.window_days).filter(|one| one.completed).collect();
    let broken = within(rule.red.window_days).filter(|one| one.breach).count();
    let marks: Vec<u32> = completed.iter().filter_map(|one| one.overall).map(u32::from).collect();
    let count = u32::try_from(marks.len()).unwrap_or(u32::MAX);
    let sum: u32 = marks.iter().sum();
    let good = completed.len() >= rule.red.least_completed as usize
        && broken <= rule.red.most_breaches as usize
        && count > 0
        && u64::from(sum) * 100 >= u64::from(rule.red.least_mean_hundredths) * u64::from(count);
    if !good {
        return None;
    }
    let mean = u64::from(sum) * 100 / u64::from(count.max(1));
    let reason = format!(
        "{} 日内完成服务 {} 项，业主评价 {count} 项，平均 {}.{:02} 分，经认定违约 {broken} 次",
        rule.red.window_days,
        completed.len(),
        mean / 100,
        mean % 100,
    );
    Some((HonourColour::Red, reason, ids(&completed)))
}

/// The last day of an entry made at `now`, and until when the agency may object.
pub fn terms(
    rule: &HonourRule,
    colour: HonourColour,
    now: DateTime<Utc>,
) -> (NaiveDate, DateTime<Utc>) {
    let days = match colour {
        HonourColour::Red => rule.red.term_days,
        HonourColour::Black => rule.black.term_days,
    };
    let until = civil_date(now).checked_add_days(Days::new(u64::from(days)));
    let object = now + Duration::days(i64::from(rule.objection_days));
    (until.unwrap_or(NaiveDate::MAX), object)
}

/// How an entry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HonourState {
    /// 有效
    Listed,
    /// 异议处理中
    Contested,
    /// 已移出
    Removed,
    /// 期满
    Expired,
}

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Honour {
    /// The entry.
    pub entry: HonourEntry,
    /// When it was made.
    pub listed_at: DateTime<Utc>,
    /// How it stands.
    pub state: HonourState,
    /// The objection.
    pub objection: Option<String>,
    /// Reasons of the officer who decided it.
    pub answer: Option<String>,
}

/// What can be asked of an entry.
#[derive(Debug, Clone)]
pub enum Command {
    /// 列入
    List(Box<HonourEntry>),
    /// 提出异议
    Object {
        /// Why.
        text: String,
    },
    /// 异议处理
    Decide {
        /// Whether the agency is right.
        upheld: bool,
        /// Reasons.
        reason: String,
    },
    /// 到期
    Tick,
}

impl Aggregate for Honour {
    type Event = HonourEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<HonourEvent>, Fault> {
        let platform = context.actor.account == SERVICE;
        let Some(honour) = current else {
            return match command {
                Command::List(entry) if platform => Ok(vec![HonourEvent::Listed(entry)]),
                Command::List(_) => {
                    Err(Fault::forbidden("only_the_platform", "红黑榜由平台按公布的规则生成"))
                }
                _ => Err(Fault::not_found("该红黑榜记录")),
            };
        };
        let own = context.actor.account == honour.entry.account;
        if matches!(command, Command::Object { .. }) && !own {
            return Err(Fault::forbidden("not_your_agency", "只有被列入的机构可以提出异议"));
        }
        match (command, honour.state) {
            (Command::List(_), _) => Ok(Vec::new()),
            (Command::Object { text }, HonourState::Listed) => {
                if honour.objection.is_some() {
                    return Err(Fault::conflict("already_objected", "已提出过异议"));
                }
                if context.now >= honour.entry.object_until {
                    return Err(Fault::conflict("objection_over", "异议期限已过"));
                }
                let mut faults = Faults::new();
                if text.trim().is_empty() {
                    faults.add("/text", "required", "请写明异议理由");
                }
                faults.into_result("invalid_objection", "异议有误")?;
                Ok(vec![HonourEvent::Objected { text }])
            }
            (Command::Decide { upheld, reason }, HonourState::Contested) => {
                if !context.actor.roles.contains(&Role::MarketManager) {
                    return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
                }
                given(&reason)?;
                Ok(vec![HonourEvent::ObjectionDecided { upheld, reason }])
            }
            (Command::Tick, HonourState::Listed) if platform => {
                let over = civil_date(context.now) > honour.entry.until;
                Ok(if over { vec![HonourEvent::Expired] } else { Vec::new() })
            }
            (Command::Tick, _) if platform => Ok(Vec::new()),
            _ => {
                let title = "该记录所处状态不能办理此操作";
                Err(Fault::new(FaultKind::Conflict, "not_in_this_state", title))
            }
        }
    }

    fn evolve(current: Option<Self>, event: &HonourEvent, meta: &Meta) -> Option<Self> {
        let mut honour = match (event, current) {
            (HonourEvent::Listed(entry), None) => {
                return Some(Self {
                    entry: entry.as_ref().clone(),
                    listed_at: meta.at,
                    state: HonourState::Listed,
                    objection: None,
                    answer: None,
                });
            }
            (_, honour) => honour?,
        };
        honour.state = match (event, honour.state) {
            (HonourEvent::Objected { text }, HonourState::Listed) => {
                honour.objection = Some(text.clone());
                HonourState::Contested
            }
            (HonourEvent::ObjectionDecided { upheld, reason }, HonourState::Contested) => {
                honour.answer = Some(reason.clone());
                if *upheld { HonourState::Removed } else { HonourState::Listed }
            }
            (HonourEvent::Expired, HonourState::Listed) => HonourState::Expired,
            _ => return None,
        };
        Some(honour)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn rule() -> HonourRule {
        HonourRule {
            version: "t".into(),
            source: "t".into(),
            red: RedRule {
                window_days: 365,
                least_completed: 3,
                least_mean_hundredths: 450,
                most_breaches: 0,
                term_days: 365,
            },
            black: BlackRule { window_days: 365, least_breaches: 1, term_days: 365 },
            objection_days: 15,
        }
    }

    fn past(days_ago: i64, overall: Option<u8>, breach: bool) -> Past {
        Past {
            purchase: format!("p{days_ago}"),
            ended_at: now() - Duration::days(days_ago),
            completed: !breach,
            overall,
            breach,
        }
    }

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 2, 0, 0).unwrap()
    }

    #[test]
    fn red_needs_enough_good_marks_given() {
        let good = [past(1, Some(5), false), past(2, Some(4), false), past(3, None, false)];
        let (colour, reason, evidence) = judge(&rule(), &good, now()).unwrap();
        assert_eq!(colour, HonourColour::Red);
        assert!(reason.contains("平均 4.50 分"), "{reason}");
        assert_eq!(evidence.len(), 3);
        let low = [past(1, Some(5), false), past(2, Some(3), false), past(3, Some(5), false)];
        assert!(judge(&rule(), &low, now()).is_none(), "4.33 is below");
        let defaults = [past(1, None, false), past(2, None, false), past(3, None, false)];
        assert!(judge(&rule(), &defaults, now()).is_none(), "defaults are no marks");
        let old = [past(1, Some(5), false), past(2, Some(5), false), past(400, Some(5), false)];
        assert!(judge(&rule(), &old, now()).is_none());
    }

    #[test]
    fn one_breach_found_is_black_whatever_the_marks() {
        let mixed = [past(1, Some(5), false), past(2, None, true)];
        let (colour, _, evidence) = judge(&rule(), &mixed, now()).unwrap();
        assert_eq!((colour, evidence), (HonourColour::Black, vec!["p2".to_owned()]));
        assert!(judge(&rule(), &[past(400, None, true)], now()).is_none());
    }
}
