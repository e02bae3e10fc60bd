//! Disabling accounts.

use std::sync::Arc;

use serde_json::json;
use tongban_contracts::identity::AccountEvent;
use tongban_identity::Identity;
use tongban_kernel::Role;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU, officer};

use crate::people::{
    CITIZEN_NUMBER, PASSWORD, admin, haizhou_admin, loaded, opening, registration, sign_in, text_of,
};

fn path(id: &str) -> String {
    format!("/identity/v1/accounts/{id}/disablement")
}

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn a_disabled_account_cannot_sign_in(city: &TestCity) {
        loaded(city).await;
        let caller = city.caller(&haizhou_admin());
        let opened = caller.post("/identity/v1/accounts", &opening("wang.jianguo")).await.expect(201);
        let id = text_of(&opened.body["account"]["id"]);
        let password = text_of(&opened.body["initial_password"]);
        let reason = json!({"reason": "离职"});
        let keyed = caller.with_key("k1");
        let disabled = keyed.post(&path(&id), &reason).await.expect(200);
        assert_eq!(disabled.body["disabled"], "离职");
        assert_eq!(keyed.post(&path(&id), &reason).await.expect(200).body, disabled.body);
        assert_eq!(caller.post(&path(&id), &reason).await.expect(409).code(), "already_disabled");

        let refused = sign_in(city, "wang.jianguo", &password).await.expect(403);
        assert_eq!(refused.code(), "account_disabled");
        // Only who knows the password learns that.
        sign_in(city, "wang.jianguo", "wrong").await.expect(401);

        let roles = json!({"roles": []});
        let refused = caller.put(&format!("/identity/v1/accounts/{id}/roles"), &roles).await.expect(409);
        assert_eq!(refused.code(), "account_disabled");
        let myself = officer(&id, APPROVAL_BUREAU, HAIZHOU, &[]);
        let change = json!({"current_password": password, "new_password": PASSWORD});
        city.caller(&myself).put("/identity/v1/me/password", &change).await.expect(403);

        let list = caller.get(&format!("/identity/v1/accounts?body={APPROVAL_BUREAU}&limit=100")).await.expect(200);
        let listed = list.body["items"].as_array().expect("items").iter()
            .find(|account| account["id"] == id.as_str()).expect("listed").clone();
        assert_eq!(listed["disabled"], true);
        let events = city.published::<AccountEvent>(|seen| {
            seen.iter().any(|event| event.subject == id && event.sequence == "2")
        }).await;
        let disabled: AccountEvent = events.iter()
            .find(|event| event.subject == id && event.sequence == "2").expect("it").read().expect("it");
        assert_eq!(disabled, AccountEvent::Disabled { reason: "离职".into() });
    }

    async fn a_disabled_system_gets_no_token(city: &TestCity) {
        let (_, secrets) = loaded(city).await;
        let caller = city.caller(&haizhou_admin());
        let list = caller.get("/identity/v1/accounts?limit=100").await.expect(200);
        let line = list.body["items"].as_array().expect("items").iter()
            .find(|account| account["login"] == "line.haizhou.zhujian").expect("the system").clone();
        caller.post(&path(&text_of(&line["id"])), &json!({"reason": "下线"})).await.expect(200);
        let form = [("grant_type", "client_credentials"), ("client_id", "line.haizhou.zhujian"),
            ("client_secret", &secrets["line.haizhou.zhujian"])];
        let request = city.anyone().request(reqwest::Method::POST, "/identity/v1/tokens").form(&form);
        assert_eq!(city.anyone().send(request).await.expect(403).code(), "account_disabled");
    }

    async fn who_may_not_disable(city: &TestCity) {
        loaded(city).await;
        let caller = city.caller(&haizhou_admin());
        let opened = caller.post("/identity/v1/accounts", &opening("wang.jianguo")).await.expect(201);
        let id = text_of(&opened.body["account"]["id"]);
        let reason = json!({"reason": "离职"});
        city.anyone().post(&path(&id), &reason).await.expect(401);
        assert_eq!(city.caller(&admin(GANYU)).post(&path(&id), &reason).await.expect(403).code(), "not_your_region");
        let clerk = officer("c", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk]);
        assert_eq!(city.caller(&clerk).post(&path(&id), &reason).await.expect(403).code(), "wrong_role");
        let myself = officer(&id, APPROVAL_BUREAU, HAIZHOU, &[Role::IdentityAdmin]);
        assert_eq!(city.caller(&myself).post(&path(&id), &reason).await.expect(403).code(), "own_account");
        caller.post(&path("nobody"), &reason).await.expect(404);
        assert_eq!(caller.post(&path(&id), &json!({"reason": ""})).await.expect(422).pointers(), ["/reason"]);
        assert_eq!(caller.post(&path(&id), &json!({"reason": " "})).await.expect(422).pointers(), ["/reason"]);
    }

    async fn people_are_disabled_by_the_city_only(city: &TestCity) {
        let citizen = registration("chen", CITIZEN_NUMBER);
        let citizen = city.anyone().post("/identity/v1/registrations", &citizen).await.expect(201);
        let path = path(&text_of(&citizen.body["id"]));
        let reason = json!({"reason": "冒名注册"});
        city.caller(&haizhou_admin()).post(&path, &reason).await.expect(403);
        let disabled = city.caller(&admin("320700")).post(&path, &reason).await.expect(200);
        assert_eq!(disabled.body["document"]["number"], "3****************4");
        sign_in(city, "chen", PASSWORD).await.expect(403);
    }
}
