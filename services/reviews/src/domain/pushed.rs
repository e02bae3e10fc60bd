//! What other systems push (来源系统推送): each row is judged alone, and every fault of it is named.

use chrono::{DateTime, Duration, Utc};
use tongban_contracts::review_sources::ReviewChannel;
use tongban_contracts::reviews::{ReviewKind, ReviewRight};
use tongban_kernel::{Fault, Faults, FieldFault, RegionCode};
use uuid::Uuid;

use super::level::Level;
use super::review::service_id;
use super::tags::Catalogue;
use super::text;

/// By how much another system's clock may be ahead of ours.
const AHEAD: Duration = Duration::seconds(30);

/// A review as a system tells of it.
#[derive(Debug, Clone)]
pub struct ReviewRow {
    /// Its identifier there.
    pub id: String,
    /// Number of the case.
    pub case_number: String,
    /// Number of the service within the case.
    pub service_number: Option<String>,
    /// Stars, 5 for the best.
    pub stars: i64,
    /// Codes of tags.
    pub tags: Vec<String>,
    /// Free text.
    pub text: Option<String>,
    /// By which way it was given.
    pub channel: ReviewChannel,
    /// When it was given.
    pub said_at: DateTime<Utc>,
    /// Whether silence was counted as it.
    pub is_default: bool,
}

/// A service as a system tells of it.
#[derive(Debug, Clone)]
pub struct ServiceRow {
    /// Number of the case.
    pub case_number: String,
    /// Number of the service within the case; absent for the case as a whole, completed.
    pub service_number: Option<String>,
    /// Identifier of the matter in the catalogue, when the system knows it.
    pub matter_id: Option<Uuid>,
    /// Implementation code of the matter (实施编码).
    pub matter_code: String,
    /// Its name.
    pub matter_name: String,
    /// Body that served.
    pub body: String,
    /// Its name.
    pub body_name: String,
    /// Region.
    pub region: String,
    /// When.
    pub served_at: DateTime<Utc>,
    /// At which window.
    pub window: Option<String>,
    /// Staff number of who served.
    pub officer: Option<String>,
}

impl ReviewRow {
    /// What is wrong with it at `now`; its stars when nothing is.
    ///
    /// # Errors
    /// Every fault, by pointers into the row.
    pub fn check(&self, now: DateTime<Utc>, tags: &Catalogue) -> Result<u8, Vec<FieldFault>> {
        let mut faults = Faults::new();
        let level = u8::try_from(self.stars).ok().and_then(Level::of);
        match level {
            Some(level) => tags.check(level, &self.tags, &mut faults),
            None => faults.add("/stars", "stars", "评价应为 1 至 5 星"),
        }
        if let Some(text) = &self.text {
            text::check(text, "/text", &mut faults);
        }
        if self.is_default && (!self.tags.is_empty() || self.text.is_some()) {
            faults.add("/is_default", "default_says_nothing", "默认评价不应带有标签或文字");
        }
        in_the_past(self.said_at, now, "/said_at", &mut faults);
        named(faults)?;
        Ok(level.map_or(0, Level::stars))
    }
}

impl ServiceRow {
    /// The right it opens at `now` for a system registered for `reach`, and the right's identifier.
    ///
    /// # Errors
    /// Every fault, by pointers into the row.
    pub fn right(
        self,
        system: &str,
        reach: &RegionCode,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(String, ReviewRight), Vec<FieldFault>> {
        let mut faults = Faults::new();
        in_the_past(self.served_at, now, "/served_at", &mut faults);
        let region = RegionCode::parse(&self.region).ok();
        match &region {
            None => faults.add("/region", "region", "行政区划代码有误"),
            Some(region) if !reach.contains(region) => {
                faults.add("/region", "not_your_region", "该来源系统不能推送此区域的服务");
            }
            Some(_) => {}
        }
        if tongban_kernel::checks::uscc::check(&self.body).is_err() {
            faults.add("/body", "uscc", "统一社会信用代码有误");
        }
        named(faults)?;
        let Some(region) = region else { return Err(Vec::new()) };
        let number = self.service_number.clone().unwrap_or_default();
        let id = service_id(&self.case_number, &number);
        let kind =
            if self.service_number.is_some() { ReviewKind::Window } else { ReviewKind::Case };
        let right = ReviewRight {
            case_id: id.clone(),
            case_number: self.case_number,
            matter_id: self.matter_id.unwrap_or_else(|| matter_of(&self.matter_code)),
            matter_name: self.matter_name,
            body: self.body,
            body_name: self.body_name,
            region,
            applicant_account: String::new(),
            kind,
            service_number: self.service_number,
            window: self.window,
            officers: self.officer.into_iter().collect(),
            expires_at: Some(expires_at),
            system: Some(system.to_owned()),
        };
        Ok((id, right))
    }
}

/// Identifier for a matter of which only the code is known.
pub fn matter_of(code: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("tongban:reviews:matter:{code}").as_bytes())
}

fn in_the_past(at: DateTime<Utc>, now: DateTime<Utc>, pointer: &str, faults: &mut Faults) {
    if at > now + AHEAD {
        faults.add(pointer, "in_the_future", "时间不能晚于当前时间");
    }
}

fn named(faults: Faults) -> Result<(), Vec<FieldFault>> {
    let refused = faults.into_result("invalid_row", "该条内容有误");
    refused.map_err(|fault: Fault| fault.errors().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tags::{ReviewTag, TagGroup};

    const NOW: &str = "2026-03-13T02:00:00Z";

    fn tags() -> Catalogue {
        let tag = |code: &str, stars| ReviewTag {
            code: code.into(),
            stars,
            group: TagGroup::Basic,
            name: code.into(),
        };
        Catalogue::new(vec![tag("209", Level::Dissatisfied), tag("510", Level::VerySatisfied)])
            .unwrap()
    }

    fn row() -> ReviewRow {
        ReviewRow {
            id: "1".into(),
            case_number: "N".into(),
            service_number: None,
            stars: 2,
            tags: vec!["209".into()],
            text: None,
            channel: ReviewChannel::Other,
            said_at: NOW.parse().unwrap(),
            is_default: false,
        }
    }

    fn codes(faults: &[FieldFault]) -> Vec<(&str, &str)> {
        faults.iter().map(|fault| (&*fault.pointer, &*fault.code)).collect()
    }

    #[test]
    fn every_fault_of_a_review_is_named() {
        let now = NOW.parse().unwrap();
        assert_eq!(row().check(now, &tags()), Ok(2));
        let bad = ReviewRow {
            tags: vec!["510".into(), "999".into()],
            text: Some("<script>".into()),
            said_at: now + Duration::minutes(2),
            ..row()
        };
        let faults = bad.check(now, &tags()).unwrap_err();
        let expected = [
            ("/tags/0", "other_level"),
            ("/tags/1", "unknown_tag"),
            ("/text", "markup"),
            ("/said_at", "in_the_future"),
        ];
        assert_eq!(codes(&faults), expected);
        for stars in [0, 6, -1, i64::MAX] {
            let faults = ReviewRow { stars, ..row() }.check(now, &tags()).unwrap_err();
            assert_eq!(codes(&faults), [("/stars", "stars")]);
        }
        let silent = ReviewRow { is_default: true, ..row() };
        assert_eq!(codes(&silent.check(now, &tags()).unwrap_err())[0].1, "default_says_nothing");
    }

    #[test]
    fn every_fault_of_a_service_is_named() {
        let now: DateTime<Utc> = NOW.parse().unwrap();
        let service = ServiceRow {
            case_number: "N".into(),
            service_number: Some("2".into()),
            matter_id: None,
            matter_code: "M".into(),
            matter_name: "某事".into(),
            body: "11320706MB0000004L".into(),
            body_name: "某局".into(),
            region: "320706".into(),
            served_at: now,
            window: None,
            officer: Some("7".into()),
        };
        let reach = RegionCode::parse("320706").unwrap();
        let right = |row: ServiceRow| row.right("system", &reach, now, now);
        let (id, opened) = right(service.clone()).unwrap();
        assert_eq!((id, opened.kind), (service_id("N", "2"), ReviewKind::Window));
        assert_eq!(opened.officers, ["7"]);
        let bad = ServiceRow {
            body: "x".into(),
            region: "330000".into(),
            served_at: now + Duration::days(1),
            ..service
        };
        let faults = right(bad).unwrap_err();
        let expected =
            [("/served_at", "in_the_future"), ("/region", "not_your_region"), ("/body", "uscc")];
        assert_eq!(codes(&faults), expected);
    }
}
