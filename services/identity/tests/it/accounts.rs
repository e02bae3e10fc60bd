//! Accounts that administrators open and list.

use std::sync::Arc;

use sea_orm::EntityTrait as _;
use serde_json::json;
use tongban_contracts::identity::AccountEvent;
use tongban_identity::Identity;
use tongban_kernel::Role;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU, citizen, officer, system};

use crate::people::{
    CITY_OFFICE, PASSWORD, admin, haizhou_admin, host, loaded, opening, sign_in, text_of, vouched,
};

const PATH: &str = "/identity/v1/accounts";

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn an_officer_signs_in_with_the_password_made_for_him(city: &TestCity) {
        loaded(city).await;
        let caller = city.caller(&haizhou_admin()).with_key("k1");
        let opened = caller.post(PATH, &opening("wang.jianguo")).await.expect(201);
        let password = text_of(&opened.body["initial_password"]);
        let session = sign_in(city, "wang.jianguo", &password).await.expect(200);
        let principal = vouched(city, &text_of(&session.body["access_token"])).await;
        assert_eq!(principal.body.as_deref(), Some(APPROVAL_BUREAU));
        assert_eq!(principal.roles, [Role::WindowClerk].into());

        // The same request gets the same password, which lies in no table in the open.
        let again = caller.post(PATH, &opening("wang.jianguo")).await.expect(201);
        assert_eq!(again.body, opened.body);
        let kept = tongban_ledger::entity::request::Entity::find()
            .all(host(city).db().read()).await.expect("rows");
        assert_eq!(kept.len(), 1);
        assert!(!kept[0].body.contains(&password));
        let other = caller.post(PATH, &opening("li.hongmei")).await.expect(422);
        assert_eq!(other.code(), "idempotency_key_reused");
    }

    async fn a_chosen_password_is_not_told_again(city: &TestCity) {
        loaded(city).await;
        let mut body = opening("wang.jianguo");
        body["password"] = json!(PASSWORD);
        let opened = city.caller(&haizhou_admin()).post(PATH, &body).await.expect(201);
        assert!(!opened.body.to_string().contains(PASSWORD));
        assert!(opened.body.get("initial_password").is_none());
        sign_in(city, "wang.jianguo", PASSWORD).await.expect(200);
    }

    async fn every_fault_is_named_at_once(city: &TestCity) {
        loaded(city).await;
        let body = json!({
            "login": "clerk.haizhou.1", "kind": "system", "name": "", "password": "x",
            "body": "11320706MB0000001X", "region": HAIZHOU, "roles": ["identity_admin"],
        });
        let refused = city.caller(&haizhou_admin()).post(PATH, &body).await.expect(422);
        let pointers = ["/body", "/login", "/name", "/password", "/password", "/roles"];
        assert_eq!(refused.pointers(), pointers);

        let body = json!({"kind": "citizen", "region": "99", "roles": ["mayor"]});
        let refused = city.caller(&haizhou_admin()).post(PATH, &body).await.expect(422);
        let pointers = ["/body", "/kind", "/login", "/name", "/region", "/roles/0"];
        assert_eq!(refused.pointers(), pointers);

        let mut numbered = opening("window.3");
        numbered["name"] = json!("三号窗口3");
        let refused = city.caller(&haizhou_admin()).post(PATH, &numbered).await.expect(422);
        assert_eq!(refused.pointers(), ["/name"]);
    }

    async fn nobody_grants_beyond_the_own_region(city: &TestCity) {
        loaded(city).await;
        let refused = city.caller(&admin(GANYU)).post(PATH, &opening("a.b.c")).await.expect(403);
        assert_eq!(refused.code(), "not_your_region");
        // A body of the city, though only for the district.
        let mut upward = opening("a.b.c");
        upward["body"] = json!(CITY_OFFICE);
        city.caller(&haizhou_admin()).post(PATH, &upward).await.expect(403);
        let mut wide = opening("a.b.c");
        wide["region"] = json!("320700");
        let refused = city.caller(&admin("320700")).post(PATH, &wide).await.expect(422);
        assert_eq!(refused.pointers(), ["/region"]);
        city.caller(&admin("320700")).post(PATH, &opening("a.b.c")).await.expect(201);
    }

    async fn only_administrators_open_and_list(city: &TestCity) {
        let body = opening("a.b.c");
        city.anyone().post(PATH, &body).await.expect(401);
        city.anyone().get(PATH).await.expect(401);
        let clerk = officer("c", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk, Role::Supervisor]);
        assert_eq!(city.caller(&clerk).post(PATH, &body).await.expect(403).code(), "wrong_role");
        assert_eq!(city.caller(&clerk).get(PATH).await.expect(403).code(), "wrong_role");
        let line = system("s", APPROVAL_BUREAU, HAIZHOU, &[Role::IdentityAdmin]);
        assert_eq!(city.caller(&line).post(PATH, &body).await.expect(403).code(), "wrong_kind");
        assert_eq!(city.caller(&citizen("x", "某")).get(PATH).await.expect(403).code(), "wrong_kind");
    }

    async fn a_list_ends_at_the_region(city: &TestCity) {
        loaded(city).await;
        let caller = city.caller(&admin(GANYU));
        let mut seen = Vec::new();
        let mut path = format!("{PATH}?limit=3");
        loop {
            let page = caller.get(&path).await.expect(200);
            seen.extend(page.body["items"].as_array().expect("items").clone());
            let Some(next) = page.body["next"].as_str() else { break };
            path = format!("{PATH}?limit=3&after={next}");
        }
        assert!(seen.len() > 3, "{seen:?}");
        assert!(seen.iter().all(|account| text_of(&account["region"]).starts_with(GANYU)));
        assert!(seen.iter().any(|account| account["login"] == "clerk.ganyu.1"));
        let mut ids: Vec<_> = seen.iter().map(|account| text_of(&account["id"])).collect();
        ids.dedup();
        assert_eq!(ids.len(), seen.len());

        let bureau = city.caller(&haizhou_admin()).get(&format!("{PATH}?body={APPROVAL_BUREAU}&limit=100")).await.expect(200);
        let bureau = bureau.body["items"].as_array().expect("items").clone();
        assert!(bureau.iter().all(|account| account["body"] == APPROVAL_BUREAU));
        let foreign = caller.get(&format!("{PATH}?body={APPROVAL_BUREAU}")).await.expect(200);
        assert_eq!(foreign.body["items"], json!([]));
        caller.get(&format!("{PATH}?limit=x")).await.expect(400);
    }

    async fn of_two_at_once_one_gets_the_login(city: &TestCity) {
        loaded(city).await;
        let asking = (0..4).map(|_| {
            let caller = city.caller(&haizhou_admin());
            tokio::spawn(async move { caller.post(PATH, &opening("wang.jianguo")).await.status })
        });
        let mut statuses = Vec::new();
        for asked in asking.collect::<Vec<_>>() {
            statuses.push(asked.await.expect("an answer"));
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422, 422, 422]);
    }

    async fn the_administrator_stands_in_the_event(city: &TestCity) {
        loaded(city).await;
        let opened = city.caller(&haizhou_admin()).post(PATH, &opening("wang.jianguo")).await.expect(201);
        let id = text_of(&opened.body["account"]["id"]);
        let events = city.published::<AccountEvent>(|seen| seen.iter().any(|event| event.subject == id)).await;
        let event = events.iter().find(|event| event.subject == id).expect("the event");
        assert_eq!(event.caused_by().unwrap().account, haizhou_admin().account);
    }
}
