//! Changing roles.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_contracts::identity::AccountEvent;
use tongban_identity::Identity;
use tongban_kernel::Role;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU, officer};
use tongban_testkit::{TestCity, on_every_backend};

use crate::people::{
    CITIZEN_NUMBER, admin, haizhou_admin, host, loaded, opening, registration, sign_in, text_of,
    vouched,
};

fn path(id: &str) -> String {
    format!("/identity/v1/accounts/{id}/roles")
}

async fn opened(city: &TestCity) -> Value {
    loaded(city).await;
    let caller = city.caller(&haizhou_admin());
    caller.post("/identity/v1/accounts", &opening("wang.jianguo")).await.expect(201).body
}

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn the_next_token_has_the_new_roles(city: &TestCity) {
        let opened = opened(city).await;
        let id = text_of(&opened["account"]["id"]);
        let roles = json!({"roles": ["approver", "matter_editor"]});
        let changed = city.caller(&haizhou_admin()).put(&path(&id), &roles).await.expect(200);
        assert_eq!(changed.body["roles"], json!(["approver", "matter_editor"]));
        let password = text_of(&opened["initial_password"]);
        let session = sign_in(city, "wang.jianguo", &password).await.expect(200);
        let principal = vouched(city, &text_of(&session.body["access_token"])).await;
        assert_eq!(principal.roles, [Role::Approver, Role::MatterEditor].into());
        city.published::<AccountEvent>(|seen| {
            seen.iter().any(|event| event.subject == id && event.sequence == "2")
        })
        .await;
    }

    async fn the_same_again_has_no_effect(city: &TestCity) {
        let id = text_of(&opened(city).await["account"]["id"]);
        let caller = city.caller(&haizhou_admin()).with_key("k1");
        let roles = json!({"roles": ["approver"]});
        let first = caller.put(&path(&id), &roles).await.expect(200);
        let other = json!({"roles": ["supervisor"]});
        city.caller(&haizhou_admin()).put(&path(&id), &other).await.expect(200);
        assert_eq!(caller.put(&path(&id), &roles).await.expect(200).body, first.body);
        assert_eq!(caller.put(&path(&id), &other).await.expect(422).code(), "idempotency_key_reused");
        // Without a key, the roles held already are no event.
        city.caller(&haizhou_admin()).put(&path(&id), &other).await.expect(200);
        let account = city.published::<AccountEvent>(|seen| {
            seen.iter().filter(|event| event.subject == id).count() == 3
        });
        account.await;
        let host = host(city);
        let version = host.ledger.db().read();
        let head = <tongban_ledger::entity::aggregate::Entity as sea_orm::EntityTrait>::find_by_id(
            ("account".to_owned(), id.clone()),
        );
        assert_eq!(head.one(version).await.expect("a row").expect("the account").version, 3);
    }

    async fn own_roles_and_other_regions_are_out_of_reach(city: &TestCity) {
        let id = text_of(&opened(city).await["account"]["id"]);
        let roles = json!({"roles": ["approver"]});
        let myself = officer(&id, APPROVAL_BUREAU, HAIZHOU, &[Role::IdentityAdmin]);
        assert_eq!(city.caller(&myself).put(&path(&id), &roles).await.expect(403).code(), "own_roles");
        let refused = city.caller(&admin(GANYU)).put(&path(&id), &roles).await.expect(403);
        assert_eq!(refused.code(), "not_your_region");
        let clerk = officer("c", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk]);
        assert_eq!(city.caller(&clerk).put(&path(&id), &roles).await.expect(403).code(), "wrong_role");
        city.anyone().put(&path(&id), &roles).await.expect(401);
        city.caller(&haizhou_admin()).put(&path("nobody"), &roles).await.expect(404);
    }

    async fn people_have_no_roles(city: &TestCity) {
        let citizen = registration("chen", CITIZEN_NUMBER);
        let citizen = city.anyone().post("/identity/v1/registrations", &citizen).await.expect(201);
        let path = path(&text_of(&citizen.body["id"]));
        let roles = json!({"roles": ["approver"]});
        city.caller(&haizhou_admin()).put(&path, &roles).await.expect(403);
        let refused = city.caller(&admin("320700")).put(&path, &roles).await.expect(409);
        assert_eq!(refused.code(), "roles_for_staff_only");
    }

    async fn unknown_roles_are_named(city: &TestCity) {
        let id = text_of(&opened(city).await["account"]["id"]);
        let bad = json!({"roles": ["mayor", "approver", 3], "extra": 1});
        let refused = city.caller(&haizhou_admin()).put(&path(&id), &bad).await.expect(422);
        assert!(refused.pointers().contains(&"/roles/0".to_owned()), "{:?}", refused.pointers());
        assert!(refused.pointers().contains(&"/extra".to_owned()));
    }

    async fn two_at_once_both_count(city: &TestCity) {
        let id = text_of(&opened(city).await["account"]["id"]);
        let asking = ["approver", "supervisor"].map(|role| {
            let (caller, path) = (city.caller(&haizhou_admin()), path(&id));
            tokio::spawn(async move { caller.put(&path, &json!({"roles": [role]})).await })
        });
        for asked in asking {
            asked.await.expect("an answer").expect(200);
        }
        city.published::<AccountEvent>(|seen| {
            seen.iter().filter(|event| event.subject == id).count() == 3
        })
        .await;
    }
}
