//! Who sees a review, and the tags.

use std::sync::Arc;

use serde_json::json;
use tongban_kernel::Role;
use tongban_reviews::Reviews;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU, officer};

use crate::fixtures::{decision, li, opened, review_of, supervisor, zhang};

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn applicant_and_supervisors_read_and_nobody_else(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let path = review_of("case-1");
        let early = city.caller(&zhang()).get(&path).await.expect(404);
        assert_eq!(early.code(), "not_reviewed");
        let body = json!({"stars": 1, "tags": ["110"], "text": "跑了三趟"});
        let given = city.caller(&zhang()).post(&path, &body).await.expect(201).body;
        for principal in [zhang(), supervisor(HAIZHOU), supervisor("320700")] {
            assert_eq!(city.caller(&principal).get(&path).await.expect(200).body, given);
        }
        city.anyone().get(&path).await.expect(401);
        let every = [Role::WindowClerk, Role::Approver, Role::MatterEditor, Role::LicenceOfficer];
        for (principal, code) in [
            (li(), "not_your_review"),
            (supervisor(GANYU), "not_your_review"),
            (officer("own", APPROVAL_BUREAU, HAIZHOU, &every), "wrong_role"),
        ] {
            let answer = city.caller(&principal).get(&path).await.expect(403);
            assert_eq!(answer.code(), code);
        }
        city.caller(&zhang()).get(&review_of("case-9")).await.expect(404);
    }

    async fn everyone_sees_the_forty_tags(city: &TestCity) {
        let tags = city.anyone().get("/reviews/v1/tags").await.expect(200).body;
        let tags = tags.as_array().unwrap();
        assert_eq!(tags.len(), 40);
        assert_eq!(tags[0], json!({
            "code": "510", "stars": 5, "group": "basic", "name": "一窗受理一次办结",
        }));
        assert_eq!(tags[39]["stars"], 1);
    }
}
