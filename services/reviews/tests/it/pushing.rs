//! Other systems: signed, in batches, each row judged alone, nothing counted twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sm3::Sm3;
use tongban_kernel::Principal;
use tongban_reviews::Reviews;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, system};
use tongban_testkit::{Answer, TestCity, eventually, on_every_backend};

use crate::fixtures::{decision, opened, supervisor, zhang};

const SERVICES: &str = "/reviews/v1/pushed/services";
const REVIEWS: &str = "/reviews/v1/pushed/reviews";
const BODY: &str = "11320706MB0000004L";

static NONCE: AtomicU32 = AtomicU32::new(0);

/// A system with its secret.
struct Line<'a> {
    city: &'a TestCity,
    account: Principal,
    secret: String,
}

impl<'a> Line<'a> {
    async fn registered(city: &'a TestCity) -> Self {
        let account = system("line", BODY, HAIZHOU, &[]);
        let entry = json!({"account": "line", "name": "示例系统", "region": HAIZHOU});
        let caller = city.caller(&supervisor(HAIZHOU));
        let answer = caller.post("/reviews/v1/systems", &entry).await.expect(201).body;
        Self { city, account, secret: answer["secret"].as_str().unwrap().to_owned() }
    }

    fn now(&self) -> i64 {
        self.city.hosts()[0].clock.now().timestamp()
    }

    async fn send(&self, path: &str, body: &Value, nonce: &str, time: i64) -> Answer {
        let text = body.to_string();
        let mut mac = Hmac::<Sm3>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(format!("{nonce}.{time}.{text}").as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let caller = self.city.caller(&self.account);
        let request = caller
            .request(Method::POST, path)
            .header("content-type", "application/json")
            .header("tongban-nonce", nonce)
            .header("tongban-time", time.to_string())
            .header("tongban-signature", format!("hmac-sm3={signature}"))
            .body(text);
        caller.send(request).await
    }

    async fn push(&self, path: &str, body: &Value) -> Vec<Value> {
        let nonce = NONCE.fetch_add(1, Ordering::Relaxed).to_string();
        let answer = self.send(path, body, &nonce, self.now()).await.expect(200);
        answer.body["rows"].as_array().unwrap().clone()
    }

    async fn reviews(&self, reviews: &[Value]) -> Vec<String> {
        let rows = self.push(REVIEWS, &json!({"reviews": reviews})).await;
        rows.iter().map(|row| row["status"].as_str().unwrap().to_owned()).collect()
    }

    fn service(&self, case: &str, number: &str) -> Value {
        json!({"case_number": case, "service_number": number, "matter_code": "M1",
            "matter_name": "食品经营许可", "body": BODY, "body_name": "市场监管局（示例）",
            "region": HAIZHOU, "served_at": self.time(-60), "window": "B07", "officer": "SC0107"})
    }

    fn review(&self, id: &str, case: &str, number: Option<&str>, stars: i64) -> Value {
        let mut review = json!({"id": id, "case_number": case, "stars": stars,
            "text": "电话 13800008001", "channel": "telephone", "said_at": self.time(-30)});
        if let Some(number) = number {
            review["service_number"] = json!(number);
        }
        review
    }

    fn time(&self, seconds: i64) -> String {
        let at = chrono::DateTime::from_timestamp(self.now() + seconds, 0).unwrap();
        at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }
}

/// Waits until so many rights were opened and so many reviews given.
async fn figures(city: &TestCity, expected: (i64, i64)) {
    eventually("figures to follow", async || {
        let all = city.anyone().get("/reviews/v1/statistics").await.expect(200).body;
        let found = (all["opened"].as_i64().unwrap(), all["count"].as_i64().unwrap());
        (found == expected).then_some(())
    })
    .await;
}

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn services_and_reviews_come_once_under_whatever_number(city: &TestCity) {
        let line = Line::registered(city).await;
        let services = json!({"services": [line.service("C1", "1"), line.service("C1", "2"), line.service("C1", "1")]});
        let rows = line.push(SERVICES, &services).await;
        let statuses: Vec<&Value> = rows.iter().map(|row| &row["status"]).collect();
        assert_eq!(statuses, ["taken", "taken", "repeated"]);
        let rows = line.push(SERVICES, &services).await;
        assert!(rows.iter().all(|row| row["status"] == "repeated"), "{rows:?}");
        figures(city, (2, 0)).await;

        let first = line.review("a", "C1", Some("1"), 2);
        let renumbered = line.review("b", "C1", Some("1"), 2);
        let other = line.review("c", "C1", Some("1"), 5);
        let found = line.reviews(&[first.clone(), renumbered.clone(), other.clone()]).await;
        assert_eq!(found, ["taken", "repeated", "refused"]);
        let found = line.reviews(&[first, renumbered, other, line.review("d", "C1", Some("2"), 4)]).await;
        assert_eq!(found, ["repeated", "repeated", "refused", "taken"]);
        figures(city, (2, 2)).await;
    }

    async fn a_review_finds_the_case_known_from_its_events(city: &TestCity) {
        let line = Line::registered(city).await;
        opened(city, "case-1", &decision()).await;
        let number = decision().number;
        let whole = json!({"case_number": number, "matter_code": "M1", "matter_name": "施工许可",
            "body": APPROVAL_BUREAU, "body_name": "审批局（示例）", "region": HAIZHOU, "served_at": line.time(0)});
        eventually("the case is known", async || {
            let rows = line.push(SERVICES, &json!({"services": [whole.clone()]})).await;
            ["known", "repeated"].contains(&rows[0]["status"].as_str().unwrap()).then_some(())
        })
        .await;
        assert_eq!(line.reviews(&[line.review("a", &number, None, 3)]).await, ["taken"]);
        let own = city.caller(&zhang()).post("/reviews/v1/reviews/case-1", &json!({"stars": 5})).await;
        assert_eq!(own.expect(409).code(), "already_reviewed");
        let read = city.caller(&zhang()).get("/reviews/v1/reviews/case-1").await.expect(200).body;
        assert_eq!((&read["stars"], &read["channel"]), (&json!(3), &json!("telephone")));
        assert_eq!(read["text"], "电话 138******01");
    }

    async fn unmatched_reviews_wait_apart_and_are_taken_when_the_case_comes(city: &TestCity) {
        let line = Line::registered(city).await;
        let number = decision().number;
        let early = line.review("a", &number, None, 2);
        assert_eq!(line.reviews(&[early.clone(), line.review("b", "NOBODY", None, 5)]).await, ["waiting", "waiting"]);
        assert_eq!(line.reviews(&[early]).await, ["waiting"]);
        let caller = city.caller(&supervisor(HAIZHOU));
        let list = "/reviews/v1/pushed/unmatched";
        let waiting = caller.get(list).await.expect(200).body;
        assert_eq!(waiting["items"].as_array().unwrap().len(), 2);
        let elsewhere = city.caller(&supervisor("320707")).get(list).await.expect(200).body;
        assert_eq!(elsewhere["items"], json!([]));
        figures(city, (0, 0)).await;

        crate::fixtures::decide(city, "case-1", 5, &decision()).await;
        figures(city, (1, 1)).await;
        eventually("and noted", async || {
            let matched = caller.get(&format!("{list}?stage=matched")).await.expect(200).body;
            (matched["items"][0]["foreign_id"] == "a").then_some(())
        })
        .await;
        let waiting = caller.get(list).await.expect(200).body;
        assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
    }

    async fn defaults_are_stored_apart_and_never_counted(city: &TestCity) {
        let line = Line::registered(city).await;
        line.push(SERVICES, &json!({"services": [line.service("C1", "1")]})).await;
        let mut silent = line.review("a", "C1", Some("1"), 3);
        silent["is_default"] = json!(true);
        silent.as_object_mut().unwrap().remove("text");
        assert_eq!(line.reviews(&[silent]).await, ["taken"]);
        figures(city, (1, 0)).await;
        assert_eq!(line.reviews(&[line.review("b", "C1", Some("1"), 1)]).await, ["taken"]);
        figures(city, (1, 1)).await;
    }

    async fn every_fault_of_a_row_is_named_and_the_others_go_on(city: &TestCity) {
        let line = Line::registered(city).await;
        line.push(SERVICES, &json!({"services": [line.service("C1", "1"), line.service("C1", "2")]})).await;
        let mut bad = line.review("a", "C1", Some("1"), 2);
        bad["tags"] = json!(["510", "999"]);
        bad["text"] = json!("<b>x</b>");
        bad["said_at"] = json!(line.time(3600));
        let mut level = line.review("b", "C1", Some("1"), 9);
        level["text"] = json!("x");
        let good = line.review("c", "C1", Some("2"), 5);
        let rows = line.push(REVIEWS, &json!({"reviews": [bad, level, good]})).await;
        let codes = |row: &Value| -> Vec<String> {
            let errors = row["errors"].as_array().cloned().unwrap_or_default();
            errors.iter().map(|error| format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect()
        };
        assert_eq!(codes(&rows[0]), ["/tags/0 other_level", "/tags/1 unknown_tag", "/text markup", "/said_at in_the_future"]);
        assert_eq!(codes(&rows[1]), ["/stars stars"]);
        assert_eq!(rows[2]["status"], "taken");
        let mut elsewhere = line.service("C2", "1");
        elsewhere["region"] = json!("330000");
        elsewhere["body"] = json!("1");
        let rows = line.push(SERVICES, &json!({"services": [elsewhere, line.service("C2", "2")]})).await;
        assert_eq!(codes(&rows[0]), ["/region not_your_region", "/body uscc"]);
        assert_eq!(rows[1]["status"], "taken");
    }

    async fn only_signed_requests_of_registered_systems_are_taken_each_once(city: &TestCity) {
        let line = Line::registered(city).await;
        let body = json!({"services": [line.service("C1", "1")]});
        let now = line.now();
        line.send(SERVICES, &body, "n", now).await.expect(200);
        assert_eq!(line.send(SERVICES, &body, "n", now).await.expect(409).code(), "replayed");
        for apart in [-301, 301] {
            let late = line.send(SERVICES, &body, "m", now + apart).await.expect(403);
            assert_eq!(late.code(), "outside_time_window");
        }
        let unsigned = city.caller(&line.account).post(SERVICES, &body).await.expect(403);
        assert_eq!(unsigned.code(), "bad_signature");
        let wrong = Line { city, account: line.account.clone(), secret: "x".repeat(64) };
        assert_eq!(wrong.send(SERVICES, &body, "o", now).await.expect(403).code(), "bad_signature");
        let stranger = Line { city, account: system("other", BODY, HAIZHOU, &[]), secret: line.secret.clone() };
        assert_eq!(stranger.send(SERVICES, &body, "p", now).await.expect(403).code(), "not_registered");
        city.caller(&supervisor(HAIZHOU)).post(SERVICES, &body).await.expect(403);

        let entry = json!({"account": "line", "name": "示例系统", "region": HAIZHOU});
        let caller = city.caller(&supervisor(HAIZHOU));
        let rekeyed = caller.post("/reviews/v1/systems", &entry).await.expect(201).body;
        assert_eq!(line.send(SERVICES, &body, "q", now).await.expect(403).code(), "bad_signature");
        let secret = rekeyed["secret"].as_str().unwrap().to_owned();
        let line = Line { city, account: line.account, secret };
        line.send(SERVICES, &body, "r", now).await.expect(200);
        let path = "/reviews/v1/systems/line/retirement";
        caller.post(path, &json!({"reason": "系统下线"})).await.expect(200);
        assert_eq!(line.send(SERVICES, &body, "s", now).await.expect(403).code(), "not_registered");
        let refused = city.caller(&supervisor("320707")).post(path, &json!({"reason": "x"})).await;
        assert_eq!(refused.expect(403).code(), "not_your_region");
    }

    async fn a_batch_too_large_is_refused(city: &TestCity) {
        let line = Line::registered(city).await;
        let mut review = line.review("a", "C1", None, 1);
        review["text"] = json!("长".repeat(400_000));
        let body = json!({"reviews": [review]});
        assert_eq!(line.send(REVIEWS, &body, "n", line.now()).await.expect(413).code(), "body_too_large");
        let many: Vec<Value> = (0..501).map(|at| line.review(&at.to_string(), "C", None, 5)).collect();
        let body = json!({"reviews": many});
        line.send(REVIEWS, &body, "m", line.now()).await.expect(422);
    }
}
