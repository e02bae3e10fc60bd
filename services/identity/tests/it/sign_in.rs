//! Signing in, and being locked out.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;
use tongban_identity::Identity;
use tongban_kernel::Clock as _;
use tongban_testkit::{TestCity, on_every_backend};

use crate::people::{CITIZEN_NUMBER, PASSWORD, loaded, registration, sign_in, steady, text_of};

async fn registered(city: &TestCity) {
    let body = registration("chen", CITIZEN_NUMBER);
    city.anyone().post("/identity/v1/registrations", &body).await.expect(201);
}

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn unknown_and_wrong_look_the_same(city: &TestCity) {
        registered(city).await;
        for _ in 0..7 {
            let wrong = steady(sign_in(city, "chen", "wrong password").await);
            let unknown = steady(sign_in(city, "nobody", "wrong password").await);
            assert_eq!(wrong, unknown);
        }
        assert_eq!(sign_in(city, "chen", PASSWORD).await.expect(429).code(), "too_many_failures");
        // A login of others is free.
        assert_eq!(sign_in(city, "someone", "x").await.expect(401).code(), "wrong_credentials");
    }

    async fn five_failures_lock_for_a_quarter_of_an_hour(city: &TestCity) {
        registered(city).await;
        for _ in 0..5 {
            sign_in(city, "chen", "wrong password").await.expect(401);
        }
        let locked = sign_in(city, "chen", PASSWORD).await.expect(429);
        let wait: i64 = locked.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
        assert!((895..=901).contains(&wait), "{wait}");
        city.set_time(city.clock.now() + TimeDelta::minutes(15) - TimeDelta::seconds(1));
        sign_in(city, "chen", PASSWORD).await.expect(429);
        city.set_time(city.clock.now() + TimeDelta::seconds(1));
        sign_in(city, "chen", "wrong password").await.expect(401);
        sign_in(city, "chen", PASSWORD).await.expect(200);
    }

    async fn success_and_time_forgive_failures(city: &TestCity) {
        registered(city).await;
        for _ in 0..3 {
            for _ in 0..4 {
                sign_in(city, "chen", "wrong password").await.expect(401);
            }
            sign_in(city, "chen", PASSWORD).await.expect(200);
        }
        for _ in 0..3 {
            for _ in 0..4 {
                sign_in(city, "chen", "wrong password").await.expect(401);
            }
            city.set_time(city.clock.now() + TimeDelta::minutes(15));
        }
        sign_in(city, "chen", PASSWORD).await.expect(200);
    }

    async fn guesses_all_at_once_are_all_counted(city: &TestCity) {
        registered(city).await;
        let asking = (0..12).map(|number| {
            let anyone = city.anyone();
            tokio::spawn(async move {
                let body = json!({"login": "chen", "password": format!("guess {number}")});
                anyone.post("/identity/v1/sessions", &body).await.status
            })
        });
        for asked in asking.collect::<Vec<_>>() {
            assert!(matches!(asked.await.expect("an answer"), 401 | 429));
        }
        sign_in(city, "chen", PASSWORD).await.expect(429);
    }

    async fn many_may_sign_in_at_once(city: &TestCity) {
        registered(city).await;
        let asking = (0..12).map(|_| {
            let anyone = city.anyone();
            tokio::spawn(async move {
                anyone.post("/identity/v1/sessions", &json!({"login": "chen", "password": PASSWORD})).await
            })
        });
        for asked in asking.collect::<Vec<_>>() {
            asked.await.expect("an answer").expect(200);
        }
    }

    async fn faults_are_named(city: &TestCity) {
        let anyone = city.anyone();
        let refused = anyone.post("/identity/v1/sessions", &json!({"user": "chen"})).await.expect(422);
        assert_eq!(refused.pointers(), ["/login", "/password", "/user"]);
        // Longer than any password: refused without being hashed.
        sign_in(city, "chen", &"x".repeat(1000)).await.expect(401);
    }

    async fn a_system_does_not_sign_in_as_a_person(city: &TestCity) {
        let (password, secrets) = loaded(city).await;
        let client = "line.haizhou.zhujian";
        sign_in(city, client, &secrets[client]).await.expect(401);
        let session = sign_in(city, "clerk.haizhou.1", &password).await.expect(200);
        assert_eq!(text_of(&session.body["token_type"]), "Bearer");
    }
}
