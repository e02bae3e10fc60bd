//! Figures by every dimension, and what is kept apart.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use tongban_contracts::handlings::{BadReview, CallBackOutcome, HandlingEvent, HandlingTerms};
use tongban_contracts::review_sources::{ReviewChannel, ReviewSource};
use tongban_contracts::reviews::{ReviewEvent, ReviewGiven, ReviewKind, ReviewRight};
use tongban_kernel::{Clock as _, Principal, RegionCode};
use tongban_reviews::Reviews;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::fixtures::{matter, supervisor};

/// A right of 海州区.
pub fn right(id: &str) -> ReviewRight {
    ReviewRight {
        case_id: id.into(),
        case_number: format!("N{id}"),
        matter_id: matter(1),
        matter_name: "建筑工程施工许可证核发".into(),
        body: APPROVAL_BUREAU.into(),
        body_name: "海州区行政审批局（示例）".into(),
        region: RegionCode::parse(HAIZHOU).unwrap(),
        applicant_account: String::new(),
        kind: ReviewKind::Case,
        service_number: None,
        window: Some("A03".into()),
        officers: vec!["clerk".into()],
        expires_at: None,
        system: None,
    }
}

/// A review with stars, from a device.
pub fn given(stars: u8, device: &str) -> ReviewGiven {
    let source = ReviewSource {
        channel: ReviewChannel::QrCode,
        device: Some(device.into()),
        network: None,
        window: None,
        officer: None,
    };
    ReviewGiven {
        stars,
        tags: if stars == 1 { vec!["110".into()] } else { Vec::new() },
        text: None,
        photos: Vec::new(),
        source: Some(source),
        pushed: None,
    }
}

/// Tells the service of a right and what came of it, as its own log does.
pub async fn told(city: &TestCity, right: ReviewRight, then: Vec<ReviewEvent>) {
    let (id, actor) = (right.case_id.clone(), Principal::service("reviews"));
    city.emit(&id, 1, &ReviewEvent::Opened(Box::new(right)), &actor).await;
    for (event, version) in then.iter().zip(2..) {
        city.emit(&id, version, event, &actor).await;
    }
}

/// Tells of a right and its review.
pub async fn reviewed(city: &TestCity, id: &str, stars: u8, device: &str) {
    told(city, right(id), vec![ReviewEvent::Given(Box::new(given(stars, device)))]).await;
}

/// The statistics once so many reviews are in them.
pub async fn statistics(city: &TestCity, count: i64) -> Value {
    eventually("figures to follow", async || {
        let all = city.anyone().get("/reviews/v1/statistics").await.expect(200).body;
        (all["count"] == count).then_some(all)
    })
    .await
}

async fn indicators(city: &TestCity, query: &str) -> Vec<Value> {
    let path = format!("/reviews/v1/indicators?{query}");
    let answer = city.caller(&supervisor(HAIZHOU)).get(&path).await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}

fn terms(now: DateTime<Utc>) -> HandlingTerms {
    let day = |days| now + Duration::days(days);
    HandlingTerms { verify_by: day(1), answer_by: day(5), rectify_by: day(15) }
}

/// A bad review of a right, received.
pub fn received(id: &str, now: DateTime<Utc>) -> HandlingEvent {
    let right = right(id);
    let bad = BadReview {
        review: id.into(),
        case_number: right.case_number,
        matter_id: right.matter_id,
        matter_name: right.matter_name,
        body: right.body,
        body_name: right.body_name,
        region: right.region,
        officers: right.officers,
        stars: 1,
        tags: vec!["110".into()],
        text: None,
        channel: None,
    };
    HandlingEvent::Received { bad: Box::new(bad), terms: terms(now), rules: "1".into() }
}

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn figures_by_every_dimension(city: &TestCity) {
        reviewed(city, "a", 5, "d1").await;
        reviewed(city, "b", 1, "d2").await;
        told(city, right("c"), Vec::new()).await;
        statistics(city, 2).await;
        for (query, item) in [
            ("by=body", APPROVAL_BUREAU.to_owned()),
            ("by=matter", matter(1).to_string()),
            ("by=window", "A03".into()),
            ("by=officer", "clerk".into()),
            ("by=channel", "qr_code".into()),
            ("by=month", "2026-03".into()),
            ("by=officer&item=clerk&from=2026-03&until=2026-03", "clerk".into()),
        ] {
            let found = indicators(city, query).await;
            assert_eq!(found.len(), 1, "{query}: {found:?}");
            assert_eq!((&found[0]["item"], &found[0]["count"]), (&json!(item), &json!(2)), "{query}");
            assert_eq!(found[0]["satisfaction"], 0.5, "{query}");
        }
        let by_body = &indicators(city, "by=body").await[0];
        assert_eq!(by_body["opened"], 3);
        assert_eq!(by_body["participation"], 0.6667);
        assert_eq!(by_body["satisfaction_interval"], json!({"low": 0.0945, "high": 0.9055}));
        assert_eq!(indicators(city, "by=officer&until=2026-02").await, Vec::<Value>::new());

        let elsewhere = city.caller(&supervisor(GANYU));
        let none = elsewhere.get("/reviews/v1/indicators?by=officer").await.expect(200).body;
        assert_eq!(none["items"], json!([]));
        let path = "/reviews/v1/indicators?by=officer&region=320706";
        assert_eq!(elsewhere.get(path).await.expect(403).code(), "other_region");
        let own = city.caller(&supervisor(HAIZHOU));
        let wrong = own.get("/reviews/v1/indicators?by=body&from=2026-13").await.expect(400);
        assert_eq!(wrong.code(), "bad_month");

        let complaints = city.anyone().get("/reviews/v1/complaints").await.expect(200).body;
        let expected = json!([[matter(1), "110", "无理由超过法定办理时间", 1]]);
        let found: Vec<_> = complaints.as_array().unwrap().iter()
            .map(|one| json!([one["matter_id"], one["tag"], one["tag_name"], one["count"]]))
            .collect();
        assert_eq!(json!(found), expected);
        let path = format!("/reviews/v1/complaints?matter={}", matter(2));
        assert_eq!(city.anyone().get(&path).await.expect(200).body, json!([]));
    }

    async fn a_matter_under_two_names_is_one(city: &TestCity) {
        // More than one transaction takes, so that some of them hold both names.
        for number in 0..30 {
            let mut right = right(&format!("r{number}"));
            right.matter_name = if number % 2 == 0 { "新名称".into() } else { "旧名称".into() };
            told(city, right, vec![ReviewEvent::Given(Box::new(given(5, "d")))]).await;
        }
        statistics(city, 30).await;
        // The page is read before the total, so once more.
        let all = statistics(city, 30).await;
        let groups = all["groups"]["items"].as_array().unwrap();
        assert_eq!((groups.len(), &groups[0]["count"]), (1, &json!(30)));
    }

    async fn lists_show_the_own_region_only(city: &TestCity) {
        reviewed(city, "a", 5, "d1").await;
        reviewed(city, "b", 1, "d2").await;
        statistics(city, 2).await;
        let own = city.caller(&supervisor(HAIZHOU));
        let list = own.get("/reviews/v1/reviews?limit=1").await.expect(200).body;
        assert_eq!(list["items"][0]["id"], "b");
        let next = list["next"].as_str().unwrap();
        let rest = own.get(&format!("/reviews/v1/reviews?limit=1&after={next}")).await.expect(200);
        assert_eq!(rest.body["items"][0]["id"], "a");
        assert!(rest.body.get("next").is_none());
        let bad = own.get("/reviews/v1/reviews?stars=1").await.expect(200).body;
        assert_eq!(bad["items"].as_array().unwrap().len(), 1);
        assert!(!list.to_string().contains("d2"), "not even hashes of devices");
        let elsewhere = city.caller(&supervisor(GANYU));
        let none = elsewhere.get("/reviews/v1/reviews").await.expect(200).body;
        assert_eq!(none["items"], json!([]));
        city.anyone().get("/reviews/v1/reviews").await.expect(401);
    }

    async fn default_ratings_and_excluded_reviews_are_kept_apart(city: &TestCity) {
        let at = city.clock.now();
        let defaulted = || ReviewEvent::Defaulted { stars: 3, system: "s".into(), at };
        reviewed(city, "a", 2, "d1").await;
        told(city, right("b"), vec![defaulted()]).await;
        told(city, right("c"), vec![
            defaulted(), ReviewEvent::Given(Box::new(given(5, "d2"))),
        ]).await;
        told(city, right("d"), vec![
            ReviewEvent::Given(Box::new(given(1, "d3"))), ReviewEvent::Excluded { handling: "h".into() },
        ]).await;
        let all = eventually("figures to follow", async || {
            let all = city.anyone().get("/reviews/v1/statistics").await.expect(200).body;
            (all["handling"]["excluded"] == 1 && all["defaults"]["count"] == 1 && all["count"] == 2)
                .then_some(all)
        })
        .await;
        assert_eq!((&all["opened"], &all["participation"]), (&json!(4), &json!(0.75)));
        assert_eq!(all["satisfaction"], 0.5);
        assert_eq!(all["defaults"], json!({"count": 1, "satisfaction_with": 0.6667}));
    }

    async fn handling_is_counted(city: &TestCity) {
        reviewed(city, "a", 1, "d1").await;
        let (now, actor) = (city.clock.now(), Principal::service("reviews"));
        city.emit("h", 1, &received("a", now), &actor).await;
        let findings = String::new();
        city.emit("h", 2, &HandlingEvent::Verified { contacted: true, findings }, &actor).await;
        city.set_time(now + Duration::days(6));
        let answer = HandlingEvent::Answered { answer: String::new(), to_rectify: false };
        city.emit("h", 3, &answer, &actor).await;
        let outcome = CallBackOutcome::Satisfied;
        city.emit("h", 4, &HandlingEvent::CalledBack { outcome, note: String::new() }, &actor).await;
        let handling = eventually("figures to follow", async || {
            let all = city.anyone().get("/reviews/v1/statistics").await.expect(200).body;
            (all["handling"]["called_back"] == 1 && all["count"] == 1).then(|| all["handling"].clone())
        })
        .await;
        assert_eq!(handling, json!({
            "bad": 1, "verified": 1, "verified_in_time": 1, "answered": 1, "answered_in_time": 0,
            "put_right": 1, "put_right_in_time": 1, "called_back": 1, "called_back_content": 1,
            "excluded": 0,
        }));
    }
}
