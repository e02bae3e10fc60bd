//! Changing one's password.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_identity::Identity;
use tongban_kernel::Principal;
use tongban_testkit::people::citizen;
use tongban_testkit::{TestCity, on_every_backend};

use crate::people::{CITIZEN_NUMBER, PASSWORD, registration, sign_in, text_of};

const PATH: &str = "/identity/v1/me/password";
const NEW: &str = "东海县的好收成 2027";

async fn registered(city: &TestCity) -> Principal {
    let body = registration("chen", CITIZEN_NUMBER);
    let opened = city.anyone().post("/identity/v1/registrations", &body).await.expect(201);
    citizen(&text_of(&opened.body["id"]), "陈守义")
}

fn change(current: &str, new: &str) -> Value {
    json!({"current_password": current, "new_password": new})
}

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn the_new_one_counts_from_now_on(city: &TestCity) {
        let chen = registered(city).await;
        let caller = city.caller(&chen).with_key("k1");
        let changed = caller.put(PATH, &change(PASSWORD, NEW)).await.expect(200);
        assert_eq!(changed.body["account"], chen.account.as_str());
        sign_in(city, "chen", PASSWORD).await.expect(401);
        sign_in(city, "chen", NEW).await.expect(200);
        let again = caller.put(PATH, &change(PASSWORD, NEW)).await.expect(200);
        assert_eq!(again.body, changed.body);
        let other = caller.put(PATH, &change(NEW, PASSWORD)).await.expect(422);
        assert_eq!(other.code(), "idempotency_key_reused");
    }

    async fn every_fault_is_named_at_once(city: &TestCity) {
        let chen = registered(city).await;
        let refused = city.caller(&chen).put(PATH, &change("wrong", "chen")).await.expect(422);
        assert_eq!(refused.code(), "invalid_password");
        let pointers = ["/current_password", "/new_password", "/new_password", "/new_password"];
        assert_eq!(refused.pointers(), pointers);
        let refused = city.caller(&chen).put(PATH, &change(PASSWORD, PASSWORD)).await.expect(422);
        assert_eq!(refused.pointers(), ["/new_password"]);
        let refused = city.caller(&chen).put(PATH, &json!({})).await.expect(422);
        assert_eq!(refused.pointers(), ["/current_password", "/new_password"]);
        city.anyone().put(PATH, &change(PASSWORD, NEW)).await.expect(401);
        city.caller(&citizen("nobody", "无名")).put(PATH, &change(PASSWORD, NEW)).await.expect(404);
    }

    async fn guessing_the_current_one_locks(city: &TestCity) {
        let chen = registered(city).await;
        for _ in 0..5 {
            city.caller(&chen).put(PATH, &change("wrong", NEW)).await.expect(422);
        }
        city.caller(&chen).put(PATH, &change(PASSWORD, NEW)).await.expect(429);
        sign_in(city, "chen", PASSWORD).await.expect(429);
    }

    async fn the_same_request_at_once_gets_one_answer(city: &TestCity) {
        let chen = registered(city).await;
        let asking = [(); 3].map(|()| {
            let caller = city.caller(&chen).with_key("k1");
            tokio::spawn(async move { caller.put(PATH, &change(PASSWORD, NEW)).await.expect(200).body })
        });
        let mut answers = Vec::new();
        for asked in asking {
            answers.push(asked.await.expect("an answer"));
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
        sign_in(city, "chen", NEW).await.expect(200);
    }
}
