//! Limits of the exchange (期限和限额), as data with their sources, and the calendar that counts them.

use std::sync::Arc;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use tongban_calendar::{Calendar, Limit, LimitUnit};
use tongban_kernel::Fault;
use utoipa::ToSchema;

use super::signals::ReadingSignalRules;

/// A time limit that an installation sets, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExchangeLimit)]
pub struct SourcedLimit {
    /// The limit.
    pub limit: Limit,
    /// Document it rests on, or that it is a setting (来源).
    #[schema(example = "广平县政务数据共享办法：有条件共享且已发布的，数源部门 5 个工作日内答复")]
    pub source: String,
    /// Whether that document was read.
    #[schema(example = true)]
    pub verified: bool,
}

/// A number that an installation sets, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExchangeNumber)]
pub struct SourcedNumber {
    /// The number.
    #[schema(example = 12)]
    pub value: u32,
    /// Document it rests on, or that it is a setting (来源).
    #[schema(example = "平台设置：单次授权最长月数")]
    pub source: String,
    /// Whether that document was read.
    #[schema(example = false)]
    pub verified: bool,
}

/// Limits of objections to readings (查询异议期限), in business days from the objection or from the request for a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionLimits {
    /// For the answer of the body that read (答复期限).
    pub answer: SourcedLimit,
    /// After which it goes up to the supervisor without an answer (督办期限); not before the answer is due.
    pub escalation: SourcedLimit,
    /// For the supervisor's decision that the objector asked for (复核期限).
    pub review: SourcedLimit,
}

/// The limits of one installation (`data/exchange/rules.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRules {
    /// What the file says of itself.
    #[schema(example = "数据共享交换的期限和限额")]
    pub about: String,
    /// Version, from 1.
    #[schema(example = 1)]
    pub version: u32,
    /// For the source body's answer (答复期限).
    pub answer: SourcedLimit,
    /// For its second answer, after an objection (协商期限).
    pub negotiation: SourcedLimit,
    /// For the ruling of the authority (裁定期限).
    pub ruling: SourcedLimit,
    /// For the answer to a correction (校核期限).
    pub correction: SourcedLimit,
    /// For objections to readings (查询异议期限).
    pub objection: ObjectionLimits,
    /// How unusual reading is looked for (异常查询信号方法).
    pub signals: ReadingSignalRules,
    /// Longest term of a grant, in months (最长使用期限).
    pub longest_term: SourcedNumber,
    /// Most calls a day that a grant may allow (每日调用上限).
    pub most_daily_calls: SourcedNumber,
    /// Most calls a minute by one grant (单个授权每分钟调用上限).
    pub grant_calls_a_minute: SourcedNumber,
}

impl ExchangeRules {
    /// The rules, when they hang together.
    ///
    /// # Errors
    /// What contradicts itself.
    pub fn checked(self) -> Result<Self, String> {
        let numbers = [&self.longest_term, &self.most_daily_calls, &self.grant_calls_a_minute];
        if numbers.iter().any(|one| one.value == 0) {
            return Err("nothing could be granted: a limit is 0".to_owned());
        }
        let ObjectionLimits { answer, escalation, review } = &self.objection;
        let days = [answer, escalation, review].map(|one| one.limit);
        if days.iter().any(|one| one.unit != LimitUnit::BusinessDay || one.amount == 0) {
            return Err("limits of objections are business days, one or more".to_owned());
        }
        if escalation.limit.amount < answer.limit.amount {
            return Err("an objection goes up before its answer is due".to_owned());
        }
        let steps = [&self.answer, &self.negotiation, &self.ruling, &self.correction];
        let limits = steps.into_iter().chain([answer, escalation, review]);
        let unsourced = limits.filter(|one| one.source.trim().is_empty()).count();
        if unsourced > 0 || numbers.iter().any(|one| one.source.trim().is_empty()) {
            return Err("a limit has no source".to_owned());
        }
        self.signals.check()?;
        Ok(self)
    }
}

/// Rules and calendar together.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The rules.
    pub rules: ExchangeRules,
    /// Business days.
    pub calendar: Arc<Calendar>,
}

impl Ground {
    /// Last day of a limit that starts on `start`.
    ///
    /// # Errors
    /// `calendar_not_loaded`, never a guess.
    pub fn due(&self, start: NaiveDate, limit: &SourcedLimit) -> Result<NaiveDate, Fault> {
        self.calendar.due_date(start, limit.limit, &[]).map_err(|error| {
            Fault::conflict("calendar_not_loaded", "工作日历尚未加载到该期限，暂时无法计算")
                .internally(error)
        })
    }

    /// The last day that a grant made on `start` may hold.
    pub fn latest(&self, start: NaiveDate) -> NaiveDate {
        start
            .checked_add_months(Months::new(self.rules.longest_term.value))
            .unwrap_or(NaiveDate::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_rules_hang_together() {
        let text = include_str!("../../../../data/exchange/rules.json");
        let rules: ExchangeRules = serde_json::from_str(text).unwrap();
        assert!(rules.answer.verified, "read in a county's rules");
        let mut empty = rules.clone().checked().unwrap();
        empty.ruling.source.clear();
        assert!(empty.checked().unwrap_err().contains("no source"));
        let mut never = rules;
        never.longest_term.value = 0;
        assert!(never.clone().checked().is_err());
        never.longest_term.value = 12;
        never.objection.escalation.limit.amount = 1;
        assert!(never.checked().unwrap_err().contains("before its answer"));
    }
}
