//! Self-registration.

use std::sync::Arc;

use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use tongban_contracts::identity::AccountEvent;
use tongban_identity::Identity;
use tongban_kernel::PrincipalKind;
use tongban_testkit::people::citizen;
use tongban_testkit::{TestCity, on_every_backend};

use crate::people::{
    CITIZEN_NUMBER, PASSWORD, host, registration, sign_in, steady, text_of, vouched,
};

const PATH: &str = "/identity/v1/registrations";

async fn column(city: &TestCity, query: &str) -> Vec<String> {
    let db = host(city).db().read();
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.expect("rows");
    rows.iter().map(|row| row.try_get_by_index(0).expect("text")).collect()
}

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn a_citizen_registers_signs_in_and_sees_the_own_number(city: &TestCity) {
        let opened = city.anyone().post(PATH, &registration("chen", CITIZEN_NUMBER)).await.expect(201);
        assert_eq!(opened.body["document"]["number"], "3****************4");
        let id = text_of(&opened.body["id"]);

        let session = sign_in(city, "chen", PASSWORD).await.expect(200);
        assert_eq!(session.headers["cache-control"], "no-store");
        assert_eq!(session.body["expires_in"], 900);
        assert_eq!(session.body["account"]["document"]["number"], "3****************4");
        let principal = vouched(city, &text_of(&session.body["access_token"])).await;
        assert_eq!((principal.account.as_str(), principal.kind), (id.as_str(), PrincipalKind::Citizen));

        let me = city.caller(&principal).get("/identity/v1/me").await.expect(200);
        assert_eq!(me.body["document"]["number"], CITIZEN_NUMBER);
        assert_eq!(me.body["login"], "chen");

        let events = city.published::<AccountEvent>(|seen| !seen.is_empty()).await;
        assert_eq!(events[0].caused_by().unwrap().account, id);
        let AccountEvent::Registered(account) = events[0].read().expect("the event") else {
            panic!("{events:?}");
        };
        assert_eq!(account.document.expect("a document").number, CITIZEN_NUMBER);
    }

    async fn an_organisation_registers_under_its_credit_code(city: &TestCity) {
        let body = json!({
            "login": "org.x", "password": PASSWORD, "kind": "organisation",
            "name": "云港示例建设有限公司（示例）", "document_number": "91320706MA0000000X",
        });
        let opened = city.anyone().post(PATH, &body).await.expect(201);
        assert_eq!(opened.body["document"]["number"], "91320706MA0000000X");
        assert_eq!(opened.body["kind"], "organisation");
    }

    async fn every_fault_is_named_at_once(city: &TestCity) {
        let body = json!({
            "login": "陈", "password": "short", "kind": "citizen", "name": "  ",
            "document_number": "320706194803120015",
        });
        let refused = city.anyone().post(PATH, &body).await.expect(422);
        assert_eq!(refused.code(), "invalid_account");
        let pointers = ["/document_number", "/login", "/name", "/password", "/password"];
        assert_eq!(refused.pointers(), pointers);

        let refused = city.anyone().post(PATH, &json!({"kind": "officer", "roles": []})).await.expect(422);
        let pointers = ["/document_number", "/kind", "/login", "/name", "/password", "/roles"];
        assert_eq!(refused.pointers(), pointers);
    }

    async fn one_account_per_document_and_login(city: &TestCity) {
        city.anyone().post(PATH, &registration("chen", CITIZEN_NUMBER)).await.expect(201);
        let refused = city.anyone().post(PATH, &registration("chen", CITIZEN_NUMBER)).await.expect(422);
        assert_eq!(refused.pointers(), ["/document_number", "/login"]);
        let codes: Vec<_> = refused.body["errors"].as_array().expect("errors").iter()
            .map(|error| text_of(&error["code"])).collect();
        assert_eq!(codes, ["already_registered", "taken"]);
    }

    async fn the_same_request_again_gets_the_same_answer(city: &TestCity) {
        let caller = city.anyone().with_key("k1");
        let body = registration("chen", CITIZEN_NUMBER);
        let first = caller.post(PATH, &body).await.expect(201);
        let again = caller.post(PATH, &body).await.expect(201);
        assert_eq!(first.body, again.body);
        let mut other = body.clone();
        other["password"] = json!("another good password 1");
        assert_eq!(caller.post(PATH, &other).await.expect(422).code(), "idempotency_key_reused");
        // Strangers who happen to use the same key do not meet.
        caller.post(PATH, &registration("fu.dehai", "460105193506070310")).await.expect(201);
    }

    async fn of_two_at_once_one_gets_the_document(city: &TestCity) {
        let asking = (0..6).map(|number| {
            let anyone = city.anyone();
            tokio::spawn(async move {
                anyone.post(PATH, &registration(&format!("chen{number}"), CITIZEN_NUMBER)).await
            })
        });
        let mut statuses = Vec::new();
        for asked in asking.collect::<Vec<_>>() {
            statuses.push(asked.await.expect("an answer").status);
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422, 422, 422, 422, 422]);
    }

    async fn the_same_request_at_once_gets_one_answer(city: &TestCity) {
        let asking = (0..4).map(|_| {
            let caller = city.anyone().with_key("k1");
            tokio::spawn(async move { caller.post(PATH, &registration("chen", CITIZEN_NUMBER)).await })
        });
        let mut answers = Vec::new();
        for asked in asking.collect::<Vec<_>>() {
            answers.push(steady(asked.await.expect("an answer").expect(201)));
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    }

    async fn no_password_is_stored(city: &TestCity) {
        city.anyone().with_key("k1").post(PATH, &registration("chen", CITIZEN_NUMBER)).await.expect(201);
        let hashes = column(city, "SELECT hash FROM credential").await;
        assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        for query in ["SELECT data FROM ledger_event", "SELECT state FROM ledger_aggregate", "SELECT body FROM ledger_request"] {
            let texts = column(city, query).await;
            assert!(!texts.is_empty());
            assert!(texts.iter().all(|text| !text.contains(PASSWORD) && !text.contains("argon2")), "{texts:?}");
        }
    }

    async fn nobody_sees_an_account_that_is_none(city: &TestCity) {
        city.caller(&citizen("nobody", "无名")).get("/identity/v1/me").await.expect(404);
        city.anyone().get("/identity/v1/me").await.expect(401);
    }
}
