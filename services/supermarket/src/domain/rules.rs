//! The published rules of purchases (采购规则): each value with its source, none a constant of the program.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_calendar::{Calendar, Limit};
use tongban_contracts::purchases::SelectionMethod;
use tongban_kernel::{Fault, civil_date};
use utoipa::ToSchema;

use super::figures::SignalRule;
use super::honour::HonourRule;

/// What a term is counted in (期限单位).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MarketTermUnit)]
pub enum Unit {
    /// 工作日: ends with the last day.
    BusinessDay,
    /// 自然日: ends with the last day; moved on from a rest day.
    CalendarDay,
    /// 秒: of the sample city.
    Second,
}

/// A term (期限).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MarketTerm)]
pub struct Term {
    /// How many.
    #[schema(example = 3)]
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}

impl Term {
    /// The moment it ends that begins at `from`: the end of its last day in China, or so many seconds later.
    ///
    /// # Errors
    /// `calendar_not_loaded` when the calendar does not reach so far.
    pub fn end(self, from: DateTime<Utc>, calendar: &Calendar) -> Result<DateTime<Utc>, Fault> {
        match self.unit {
            Unit::Second => Ok(from + Duration::seconds(i64::from(self.amount))),
            Unit::BusinessDay | Unit::CalendarDay => Ok(end_of_day(self.last_day(from, calendar)?)),
        }
    }

    /// The last day of a term that begins at `from`.
    ///
    /// # Errors
    /// `calendar_not_loaded` when the calendar does not reach so far.
    pub fn last_day(self, from: DateTime<Utc>, calendar: &Calendar) -> Result<NaiveDate, Fault> {
        let limit = match self.unit {
            Unit::BusinessDay => Limit::business_days(self.amount),
            Unit::CalendarDay => {
                // Half a year reaches beyond what is loaded at the end of a year; what is known of rest days is
                // used, and where nothing is known the plain day stands.
                let plain = civil_date(from)
                    .checked_add_days(Days::new(u64::from(self.amount)))
                    .unwrap_or(NaiveDate::MAX);
                return Ok(calendar.business_day_from(plain).unwrap_or(plain));
            }
            Unit::Second => {
                return Ok(civil_date(from + Duration::seconds(i64::from(self.amount))));
            }
        };
        calendar.due_date(civil_date(from), limit, &[]).map_err(|error| {
            Fault::conflict("calendar_not_loaded", "期限超出已加载的工作日历").internally(error)
        })
    }
}

/// The moment a day in China is over.
pub fn end_of_day(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    midnight + Duration::hours(24 - 8)
}

/// A value of the rules and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from (依据).
    pub source: String,
    /// Whether the source was read; the others are settings of the deployment.
    pub verified: bool,
}

/// Every value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// Up to which budget an owner may name an agency, in fen (直接选取限额).
    pub direct_limit_fen: Sourced<i64>,
    /// From which budget a purchase has to be tendered elsewhere, in fen (招标限额).
    pub tender_limit_fen: Sourced<i64>,
    /// Least time for registration (公告期).
    pub notice_term: Sourced<Term>,
    /// How long an award is on notice (中选公示期).
    pub award_notice_term: Sourced<Term>,
    /// Time for the contract (合同签订期限).
    pub contract_term: Sourced<Term>,
    /// Time for the owner to pick from the small list (选定期限).
    pub choice_term: Sourced<Term>,
    /// Time for the rating (评价期限).
    pub rating_term: Sourced<Term>,
    /// Time to take up a complaint (投诉受理期限).
    pub complaint_accept_term: Sourced<Term>,
    /// Time to decide a complaint (投诉处理期限).
    pub complaint_decide_term: Sourced<Term>,
    /// Time to answer for a purchase outside (体外采购说明期限).
    pub outside_answer_term: Sourced<Term>,
    /// Fewest registrants for a random draw.
    pub least_random_draw: Sourced<u32>,
    /// Fewest valid bids for the lowest price.
    pub least_lowest_price: Sourced<u32>,
    /// Fewest valid bids for the mean.
    pub least_nearest_mean: Sourced<u32>,
    /// Fewest registrants for the choice by credit.
    pub least_credit_choice: Sourced<u32>,
    /// Weight in a weighted draw by credit class; the empty key is for agencies without one.
    pub credit_weights: Sourced<BTreeMap<String, u32>>,
    /// Most attempts at the same.
    pub most_attempts: Sourced<u32>,
    /// After how many failures an owner may name an agency above the limit.
    pub direct_after_failures: Sourced<u32>,
}

/// What is otherwise in the sample city, whose days are seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    direct_limit_fen: Option<i64>,
    notice_term: Option<Term>,
    award_notice_term: Option<Term>,
    choice_term: Option<Term>,
}

/// `data/supermarket/purchase-rules.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchaseRules {
    #[serde(default)]
    about: String,
    /// Version, kept with every purchase that was judged by it.
    pub version: String,
    /// The values.
    pub rules: Values,
    #[serde(default)]
    sample: Overrides,
    /// Of the red and black list.
    pub honours: HonourRule,
    /// Of the signals.
    pub signals: SignalRule,
}

impl PurchaseRules {
    /// The rules as they hold in the sample city.
    #[must_use]
    pub fn of_sample(mut self) -> Self {
        fn replace<T>(value: &mut Sourced<T>, sample: Option<T>) {
            if let Some(sample) = sample {
                *value =
                    Sourced { value: sample, source: "示例城市".to_owned(), verified: false };
            }
        }
        let sample = std::mem::take(&mut self.sample);
        replace(&mut self.rules.direct_limit_fen, sample.direct_limit_fen);
        replace(&mut self.rules.notice_term, sample.notice_term);
        replace(&mut self.rules.award_notice_term, sample.award_notice_term);
        replace(&mut self.rules.choice_term, sample.choice_term);
        self
    }

    /// Weight of a credit class in a weighted draw.
    pub fn weight(&self, class: Option<&str>) -> u32 {
        let weights = &self.rules.credit_weights.value;
        let found = weights.get(class.unwrap_or_default()).or_else(|| weights.get(""));
        found.copied().unwrap_or(1).max(1)
    }

    /// Fewest registrants, or valid bids, that a method needs.
    pub fn least(&self, method: SelectionMethod) -> u32 {
        let rules = &self.rules;
        match method {
            SelectionMethod::RandomDraw => rules.least_random_draw.value,
            SelectionMethod::LowestPrice => rules.least_lowest_price.value,
            SelectionMethod::NearestMean => rules.least_nearest_mean.value,
            SelectionMethod::CreditChoice => rules.least_credit_choice.value,
            SelectionMethod::DirectChoice => 1,
        }
    }
}
