//! The published method of signals (异常查询信号方法): every threshold with what it means.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_calendar::Calendar;
use tongban_kernel::civil_date;
use utoipa::ToSchema;

/// A threshold (阈值).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadingThreshold)]
pub struct Threshold {
    /// The number.
    #[schema(example = 5)]
    pub value: u32,
    /// What it means (含义).
    #[schema(example = "同一人员一日内非工作时间查询达到的次数")]
    pub meaning: String,
}

/// When a body works (办公时间), by the clock of China.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeHours {
    /// Credit code of the body; the hours of all others where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("11320706MB0000001B"))]
    pub body: Option<String>,
    /// From (上班).
    #[schema(value_type = String, example = "08:00:00")]
    pub opens: NaiveTime,
    /// Until (下班).
    #[schema(value_type = String, example = "18:30:00")]
    pub closes: NaiveTime,
    /// Whether on days that are no business days, too (含休息日).
    #[serde(default)]
    #[schema(example = false)]
    pub every_day: bool,
}

/// The published method of signals (异常查询信号方法).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingSignalRules {
    /// Version.
    #[schema(example = "2026-1")]
    pub version: String,
    /// Document it rests on, or that it is a setting (来源).
    #[schema(example = "平台公布的异常查询信号方法（示例）")]
    pub source: String,
    /// Whether that document was read.
    #[schema(example = false)]
    pub verified: bool,
    /// When bodies work, each once; the entry without a body is that of all others.
    #[schema(min_items = 1)]
    pub hours: Vec<OfficeHours>,
    /// Days looked at.
    pub window_days: Threshold,
    /// Days before them that are somebody's own history.
    pub history_days: Threshold,
    /// Fewest days of that history on which somebody called.
    pub history_least: Threshold,
    /// Calls outside of office hours, of one caller on one day.
    pub outside_calls: Threshold,
    /// Percent of the own history outside of office hours, from which on it is a habit.
    pub outside_habit: Threshold,
    /// Calls without a fitting case, of one caller on one day.
    pub case_calls: Threshold,
    /// And at least so many percent of that day's calls.
    pub case_share: Threshold,
    /// Days after a case was closed on which it may still be read for.
    pub case_days: Threshold,
    /// People whose data one caller reads on one day.
    pub subjects: Threshold,
    /// And at least so many percent of the busiest day of the own history.
    pub subjects_share: Threshold,
    /// People on one day, for who has no history.
    pub subjects_new: Threshold,
    /// Readings of one person's data by one caller, in the days looked at.
    pub repeated: Threshold,
    /// Different callers who read one person's data, in the days looked at.
    pub crowd: Threshold,
    /// Refused calls of one caller in a row.
    pub refused: Threshold,
    /// Within so many minutes.
    pub refused_minutes: Threshold,
    /// Days without a call after which a grant was silent.
    pub silent_days: Threshold,
    /// Calls by it after that.
    pub silent_calls: Threshold,
    /// Within so many minutes.
    pub silent_minutes: Threshold,
}

impl ReadingSignalRules {
    /// The rules, when they hang together.
    ///
    /// # Errors
    /// What contradicts itself.
    pub fn check(&self) -> Result<(), String> {
        if self.source.trim().is_empty() {
            return Err("the method of signals has no source".to_owned());
        }
        if !self.hours.iter().any(|one| one.body.is_none()) {
            return Err("signals need the office hours of bodies that are not named".to_owned());
        }
        if self.hours.iter().any(|one| one.opens >= one.closes) {
            return Err("a body closes before it opens".to_owned());
        }
        let bodies: BTreeSet<&Option<String>> = self.hours.iter().map(|one| &one.body).collect();
        if bodies.len() < self.hours.len() {
            return Err("a body has office hours twice".to_owned());
        }
        if self.case_share.value > 100 || self.outside_habit.value > 100 {
            return Err("a share of calls is above 100 percent".to_owned());
        }
        let all = self.thresholds();
        if all.iter().any(|one| one.value == 0 || one.meaning.trim().is_empty()) {
            return Err("a threshold of signals is 0 or says nothing of its meaning".to_owned());
        }
        Ok(())
    }

    fn thresholds(&self) -> [&Threshold; 18] {
        [
            &self.window_days,
            &self.history_days,
            &self.history_least,
            &self.outside_calls,
            &self.outside_habit,
            &self.case_calls,
            &self.case_share,
            &self.case_days,
            &self.subjects,
            &self.subjects_share,
            &self.subjects_new,
            &self.repeated,
            &self.crowd,
            &self.refused,
            &self.refused_minutes,
            &self.silent_days,
            &self.silent_calls,
            &self.silent_minutes,
        ]
    }

    /// Whether a body does not work at that moment. Beyond the loaded calendar nothing is guessed: it is not said to be
    /// outside.
    pub fn outside(&self, calendar: &Calendar, body: &str, at: DateTime<Utc>) -> bool {
        let own = self.hours.iter().find(|one| one.body.as_deref() == Some(body));
        let Some(hours) = own.or_else(|| self.hours.iter().find(|one| one.body.is_none())) else {
            return false;
        };
        let time = in_china(at);
        let works = hours.every_day || calendar.is_business_day(civil_date(at)).unwrap_or(true);
        !works || time < hours.opens || time >= hours.closes
    }
}

fn in_china(at: DateTime<Utc>) -> NaiveTime {
    const EAST: i32 = 8 * 3_600;
    FixedOffset::east_opt(EAST).map_or(at.time(), |zone| at.with_timezone(&zone).time())
}
