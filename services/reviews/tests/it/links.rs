//! Rights by their links: for whoever holds one, once, and never from a counter.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tongban_kernel::Role;
use tongban_reviews::Reviews;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};

use crate::fixtures::{decision, opened, rights, zhang};

/// The smallest PNG there is.
fn png() -> Vec<u8> {
    let mut bytes =
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89".to_vec();
    bytes.extend_from_slice(
        b"\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82",
    );
    bytes
}

fn link(right: &Value) -> String {
    right["link"].as_str().unwrap().to_owned()
}

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn whoever_holds_the_link_reviews_once_without_signing_in(city: &TestCity) {
        let path = link(&opened(city, "case-1", &decision()).await);
        let anyone = city.anyone();
        let shown = anyone.get(&path).await.expect(200).body;
        assert_eq!((&shown["open"], &shown["number_ends"]), (&json!(true), &json!("000001")));
        assert!(!shown.to_string().contains("zhang"), "it does not say whose the case is");
        let code = anyone.get(&format!("{path}/code")).await.expect(200);
        assert!(code.body.as_str().unwrap().contains("<svg"));

        let body = json!({"stars": 2, "tags": ["209"], "text": "我的号码 13800008001，请回电"});
        let given = anyone.with_key("k").post(&path, &body).await.expect(201).body;
        assert_eq!(given["channel"], "qr_code");
        assert_eq!(given["text"], "我的号码 138******01，请回电");
        let again = anyone.with_key("k").post(&path, &body).await.expect(201).body;
        assert_eq!(again, given, "the same request, the same answer");
        assert_eq!(anyone.post(&path, &body).await.expect(409).code(), "already_reviewed");
        assert_eq!(anyone.get(&path).await.expect(200).body["open"], false);
        assert_eq!(rights(&city.caller(&zhang())).await.len(), 0);
    }

    async fn keys_of_different_links_do_not_meet(city: &TestCity) {
        for (case, stars) in [("case-1", 5), ("case-2", 4)] {
            let path = link(&opened(city, case, &decision()).await);
            let answer = city.anyone().with_key("k").post(&path, &json!({"stars": stars})).await;
            assert_eq!(answer.expect(201).body["stars"], stars);
        }
    }

    async fn a_link_is_not_guessed_nor_used_too_late(city: &TestCity) {
        let path = link(&opened(city, "case-1", &decision()).await);
        let (base, token) = path.rsplit_once('/').unwrap();
        let mut other = token.to_owned();
        other.replace_range(20..21, if &other[20..21] == "A" { "B" } else { "A" });
        for guessed in ["case-1", "AAAA", "%00", other.as_str()] {
            let answer = city.anyone().post(&format!("{base}/{guessed}"), &json!({"stars": 5})).await;
            assert!([400, 404].contains(&answer.status), "{guessed}: {:#}", answer.body);
        }
        let now = city.hosts()[0].clock.now();
        city.set_time(now + chrono::Duration::days(32));
        let late = city.anyone().post(&path, &json!({"stars": 5})).await.expect(409);
        assert_eq!(late.code(), "right_expired");
        assert_eq!(city.anyone().get(&path).await.expect(200).body["open"], false);
        assert_eq!(rights(&city.caller(&zhang())).await.len(), 0);
    }

    async fn officers_never_review_by_a_link(city: &TestCity) {
        let path = link(&opened(city, "case-1", &decision()).await);
        for role in [Role::WindowClerk, Role::Approver, Role::Supervisor] {
            let caller = city.caller(&officer("clerk", APPROVAL_BUREAU, HAIZHOU, &[role]));
            let refused = caller.post(&path, &json!({"stars": 5})).await.expect(403);
            assert_eq!(refused.code(), "officer_cannot_review");
        }
        let forged = city.bearer("forged".into()).post(&path, &json!({"stars": 5})).await;
        assert_eq!(forged.expect(401).code(), "invalid_token");
        city.caller(&zhang()).post(&path, &json!({"stars": 5})).await.expect(201);
    }

    async fn markup_and_masses_are_refused(city: &TestCity) {
        let path = link(&opened(city, "case-1", &decision()).await);
        let anyone = city.anyone();
        for text in ["<script>alert(1)</script>", "好<b>", "&#60;i&#62;"] {
            let body = json!({"stars": 5, "text": text});
            let refused = anyone.post(&path, &body).await.expect(422);
            assert_eq!(refused.body["errors"][0]["code"], "markup", "{text}");
        }
        let large = json!({"stars": 5, "text": "长".repeat(400_000)});
        let refused = anyone.post(&path, &large).await.expect(413);
        assert_eq!(refused.code(), "body_too_large");
        // Of 10 MB nobody reads the end: the sender may see the refusal, or the connection closed on it.
        let huge = json!({"stars": 5, "text": "长".repeat(3_500_000)});
        let sent = anyone.request(Method::POST, &path).json(&huge).send().await;
        assert!(sent.is_err() || sent.is_ok_and(|answer| answer.status() == 413));
        assert_eq!(anyone.get(&path).await.expect(200).body["open"], true);
        anyone.post(&path, &json!({"stars": 5, "text": "3 < 5"})).await.expect(201);
    }

    async fn photographs_go_with_a_review(city: &TestCity) {
        let path = link(&opened(city, "case-1", &decision()).await);
        let anyone = city.anyone();
        let photos = format!("{path}/photos");
        let photo = anyone.upload(&photos, "窗口.png", png()).await.expect(201).body;
        let pdf = anyone.upload(&photos, "a.pdf", b"%PDF-1.7\n%%EOF".to_vec()).await;
        assert!(pdf.status == 422, "{:#}", pdf.body);
        let strange = json!({"stars": 1, "photos": ["019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"]});
        let refused = anyone.post(&path, &strange).await.expect(422);
        assert_eq!(refused.pointers(), ["/photos/0"]);
        let body = json!({"stars": 1, "photos": [photo["id"]]});
        anyone.post(&path, &body).await.expect(201);
        let own = format!("/reviews/v1/reviews/case-1/photos/{}", photo["id"].as_str().unwrap());
        city.caller(&zhang()).get(&own).await.expect(200);
        city.caller(&crate::fixtures::li()).get(&own).await.expect(403);
        anyone.upload(&photos, "b.png", png()).await.expect(409);
    }
}
