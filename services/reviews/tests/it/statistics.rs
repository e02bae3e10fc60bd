//! What reviews add up to.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_contracts::intake::Decision;
use tongban_kernel::RegionCode;
use tongban_reviews::Reviews;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::fixtures::{decision, matter, opened, review_of, zhang};

const GANYU_BUREAU: &str = "11320707MB0000001R";

/// Five cases of two matters at two bodies; four of them reviewed.
async fn fill(city: &TestCity) {
    let elsewhere = |mut decision: Decision| {
        decision.matter.body = GANYU_BUREAU.into();
        decision.matter.body_name = "赣榆区行政审批局（示例）".into();
        decision.matter.region = RegionCode::parse(GANYU).unwrap();
        decision
    };
    let mut second = decision();
    second.matter.matter_id = matter(2);
    second.matter.name = "老年人优待证办理".into();
    let caller = city.caller(&zhang());
    for (case, decision, stars) in [
        ("a", decision(), Some(5)),
        ("b", decision(), Some(2)),
        ("c", decision(), None),
        ("d", second, Some(3)),
        ("e", elsewhere(decision()), Some(5)),
    ] {
        opened(city, case, &decision).await;
        if let Some(stars) = stars {
            caller.post(&review_of(case), &json!({"stars": stars})).await.expect(201);
        }
    }
    counted(city, 5, 4).await;
}

/// Waits until figures have followed.
async fn counted(city: &TestCity, opened: i64, given: i64) {
    eventually("figures to follow", async || {
        let all = figures(city, "").await;
        (all["opened"] == opened && all["count"] == given).then_some(())
    })
    .await;
}

async fn figures(city: &TestCity, query: &str) -> Value {
    city.anyone().get(&format!("/reviews/v1/statistics{query}")).await.expect(200).body
}

fn counts(figures: &Value) -> Vec<i64> {
    let levels = figures["distribution"].as_array().unwrap();
    levels.iter().map(|level| level["count"].as_i64().unwrap()).collect()
}

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn figures_add_up(city: &TestCity) {
        fill(city).await;
        let all = figures(city, "").await;
        assert_eq!((&all["opened"], &all["count"]), (&json!(5), &json!(4)));
        assert_eq!(all["mean_stars"], 3.75);
        assert_eq!(all["satisfaction"], 0.75);
        assert_eq!(all["participation"], 0.8);
        assert_eq!(all["distribution"], json!([
            {"stars": 5, "name": "非常满意", "code": "1", "count": 2},
            {"stars": 4, "name": "满意", "code": "2", "count": 0},
            {"stars": 3, "name": "基本满意", "code": "3", "count": 1},
            {"stars": 2, "name": "不满意", "code": "4", "count": 1},
            {"stars": 1, "name": "非常不满意", "code": "5", "count": 0},
        ]));
        let groups: Vec<(&Value, &Value, Vec<i64>)> = all["groups"]["items"].as_array().unwrap()
            .iter()
            .map(|group| (&group["matter_name"], &group["body"], counts(group)))
            .collect();
        assert_eq!(groups, [
            (&json!("建筑工程施工许可证核发"), &json!(APPROVAL_BUREAU), vec![1, 0, 0, 1, 0]),
            (&json!("建筑工程施工许可证核发"), &json!(GANYU_BUREAU), vec![1, 0, 0, 0, 0]),
            (&json!("老年人优待证办理"), &json!(APPROVAL_BUREAU), vec![0, 0, 1, 0, 0]),
        ]);
    }

    async fn figures_can_be_narrowed(city: &TestCity) {
        fill(city).await;
        for (query, opened, levels) in [
            (format!("?matter={}", matter(1)), 4, vec![2, 0, 0, 1, 0]),
            (format!("?body={APPROVAL_BUREAU}"), 4, vec![1, 0, 1, 1, 0]),
            (format!("?matter={}&body={APPROVAL_BUREAU}", matter(1)), 3, vec![1, 0, 0, 1, 0]),
            ("?region=320700".into(), 5, vec![2, 0, 1, 1, 0]),
            (format!("?region={GANYU}"), 1, vec![1, 0, 0, 0, 0]),
            ("?region=330000".into(), 0, vec![0; 5]),
        ] {
            let found = figures(city, &query).await;
            assert_eq!(found["opened"], opened, "{query}");
            assert_eq!(counts(&found), levels, "{query}");
        }
        city.anyone().get("/reviews/v1/statistics?region=1").await.expect(400);
        city.anyone().get("/reviews/v1/statistics?matter=1").await.expect(400);
    }

    async fn groups_come_in_pages_and_the_total_stays_whole(city: &TestCity) {
        fill(city).await;
        let first = figures(city, "?limit=2").await;
        let next = first["groups"]["next"].as_str().unwrap();
        let second = figures(city, &format!("?limit=2&after={next}")).await;
        assert_eq!(first["groups"]["items"].as_array().unwrap().len(), 2);
        assert_eq!(second["groups"]["items"].as_array().unwrap().len(), 1);
        assert!(second["groups"].get("next").is_none());
        assert_eq!(first["distribution"], second["distribution"]);
        let answer = city.anyone().get("/reviews/v1/statistics?after=nonsense").await;
        assert_eq!(answer.expect(400).code(), "bad_cursor");
    }

    async fn without_reviews_there_is_no_mean(city: &TestCity) {
        let none = figures(city, "").await;
        assert_eq!((&none["opened"], &none["count"]), (&json!(0), &json!(0)));
        for name in ["mean_stars", "satisfaction", "participation"] {
            assert!(none.get(name).is_none(), "{name}");
        }
        opened(city, "case-1", &decision()).await;
        counted(city, 1, 0).await;
        let one = figures(city, "").await;
        assert_eq!(one["participation"], 0.0);
        assert!(one.get("mean_stars").is_none());
    }
}
