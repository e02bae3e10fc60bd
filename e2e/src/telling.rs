//! How a story ends: the case's history, and its clocks day by day.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use crate::case::step;
use crate::story::at;
use crate::{Caller, Error, Story};

impl Story<'_> {
    /// Tells the timeline and the clocks of a case.
    pub(crate) async fn look_back(&mut self, by: &Caller, case_id: &str) -> Result<(), Error> {
        let timeline = by.get(&step(case_id, "timeline")).await?;
        let timeline = self.step("办件进度 Timeline", timeline, 200, |body| {
            format!("{}, 哈希链完整 chain intact: {}", at(body, "number"), body["intact"])
        })?;
        if timeline.body["intact"] != Value::Bool(true) {
            return Err(Error::Unexpected(format!("{}: not intact", timeline.what)));
        }
        for entry in timeline.body["entries"].as_array().into_iter().flatten() {
            self.say(&format!(
                "      {} {}  {} {}  {}",
                entry["version"],
                china_time(at(entry, "at")),
                at(entry, "title"),
                at(entry, "text"),
                at(&entry["by"], "name"),
            ));
        }
        let clock = by.get(&step(case_id, "clock")).await?;
        let clock = self.step("办理期限 Clocks", clock, 200, |body| {
            format!("今天 today {}", at(body, "today"))
        })?;
        let limits = [
            ("notice", "一次性告知 correction notice"),
            ("promised", "承诺办结 promised decision"),
            ("legal", "法定办结 decision by law"),
        ];
        for (name, title) in limits {
            if let Some(limit) = clock.body.get(name) {
                self.tell_limit(title, limit);
            }
        }
        for name in ["promised", "legal"] {
            if clock.body.get(name).is_some_and(|limit| limit["overdue"] != Value::Bool(false)) {
                return Err(Error::Unexpected(format!("{}: {name} exceeded", clock.what)));
            }
        }
        Ok(())
    }

    fn tell_limit(&mut self, title: &str, limit: &Value) {
        let done = limit["done_on"].as_str().map(|day| format!(", 已于 {day} 完成 done"));
        self.say(&format!(
            "      {title}: {} {}, 截止 due {}{}",
            limit["limit"]["amount"],
            at(&limit["limit"], "unit"),
            at(limit, "due"),
            done.unwrap_or_default(),
        ));
        for day in limit["explained"]["days"].as_array().into_iter().flatten() {
            let counted = day["counted"].as_u64().map_or("  –".to_owned(), |n| format!("{n:>3}"));
            self.say(&format!("        {} {counted}  {}", at(day, "date"), at(day, "note_zh")));
        }
    }
}

/// A moment as clocks in China show it.
fn china_time(at: &str) -> String {
    let china = FixedOffset::east_opt(8 * 3600);
    match (DateTime::parse_from_rfc3339(at), china) {
        (Ok(moment), Some(china)) => {
            moment.with_timezone(&china).format("%Y-%m-%d %H:%M:%S").to_string()
        }
        _ => at.to_owned(),
    }
}
