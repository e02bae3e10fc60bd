//! Client credentials.

use std::sync::Arc;

use reqwest::Method;
use tongban_identity::Identity;
use tongban_kernel::PrincipalKind;
use tongban_testkit::{Answer, TestCity, on_every_backend};

use crate::people::{loaded, text_of, vouched};

const PATH: &str = "/identity/v1/tokens";
const CLIENT: &str = "line.haizhou.shichang";

async fn ask(city: &TestCity, form: &[(&str, &str)]) -> Answer {
    city.anyone().send(city.anyone().request(Method::POST, PATH).form(form)).await
}

async fn ask_basic(city: &TestCity, client: &str, secret: &str, form: &[(&str, &str)]) -> Answer {
    let request = city.anyone().request(Method::POST, PATH).form(form);
    city.anyone().send(request.basic_auth(client, Some(secret))).await
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn a_line_system_gets_a_token_either_way(city: &TestCity) {
        let (_, secrets) = loaded(city).await;
        let secret = secrets[CLIENT].as_str();
        let body = ask(city, &[GRANT, ("client_id", CLIENT), ("client_secret", secret), ("scope", "x")]).await.expect(200);
        assert_eq!(body.headers["cache-control"], "no-store");
        assert_eq!((&body.body["token_type"], &body.body["expires_in"]), (&"Bearer".into(), &900.into()));
        let principal = vouched(city, &text_of(&body.body["access_token"])).await;
        assert_eq!(principal.kind, PrincipalKind::System);
        assert_eq!(principal.body.as_deref(), Some("11320706MB0000004L"));
        ask_basic(city, CLIENT, secret, &[GRANT]).await.expect(200);
    }

    async fn wrong_ones_are_refused_alike_and_locked(city: &TestCity) {
        let (password, secrets) = loaded(city).await;
        ask(city, &[GRANT, ("client_id", "clerk.haizhou.1"), ("client_secret", &password)]).await.expect(401);
        ask_basic(city, "nobody", "x", &[GRANT]).await.expect(401);
        for _ in 0..5 {
            let refused = ask_basic(city, CLIENT, "wrong", &[GRANT]).await.expect(401);
            assert_eq!(refused.code(), "wrong_credentials");
        }
        ask_basic(city, CLIENT, &secrets[CLIENT], &[GRANT]).await.expect(429);
    }

    async fn faults_are_named(city: &TestCity) {
        let refused = ask(city, &[]).await.expect(422);
        assert_eq!(refused.pointers(), ["/client_id", "/client_secret", "/grant_type"]);
        let refused = ask(city, &[("grant_type", "password"), ("client_id", "x")]).await.expect(422);
        assert_eq!(refused.pointers(), ["/client_secret", "/grant_type"]);
        let refused = ask_basic(city, "x", "y", &[GRANT, ("client_secret", "y")]).await.expect(422);
        assert_eq!(refused.pointers(), ["/client_secret"]);

        let json = city.anyone().post(PATH, &serde_json::json!({"grant_type": "client_credentials"})).await.expect(415);
        assert_eq!(json.code(), "not_form");
        let twice = ask(city, &[GRANT, GRANT]).await.expect(400);
        assert_eq!(twice.code(), "malformed_form");
        let request = city.anyone().request(Method::POST, PATH).form(&[GRANT]).header("authorization", "Basic !!");
        assert_eq!(city.anyone().send(request).await.expect(400).code(), "malformed_basic");
    }
}
