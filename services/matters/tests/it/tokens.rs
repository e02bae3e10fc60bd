//! Tokens that vouch for nobody.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use tongban_matters::Matters;
use tongban_testkit::{Answer, TestCity, on_every_backend};
use tongban_web::token::Claims;

use crate::fixtures::{MATTERS, editor, entry};

/// A key of nobody we trust.
const FORGER: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcUt4zs0HTmV8ACxM
R6Z1CPGmQBX6gWae3AKTD8DLaCmhRANCAARDuWPdrqqEMSUrL+1oix4xLwXU55NP
SsV0WGlUAJ+WESuMYcf3anhAY+jOVxk4xF7NVHCNl9R9ZJR6GZsRXJY0
-----END PRIVATE KEY-----
";

fn bent(city: &TestCity, bend: impl FnOnce(&mut Claims)) -> String {
    let mut claims = city.claims(&editor());
    bend(&mut claims);
    city.sign(&claims)
}

/// Any header over the editor's claims, with any signature.
fn unsigned(city: &TestCity, header: &serde_json::Value, signature: &str) -> String {
    let claims = serde_json::to_vec(&city.claims(&editor())).unwrap();
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims))
}

fn refused(answer: Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {:#}", answer.body);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
    assert_eq!(answer.headers["www-authenticate"], "Bearer", "{what}");
    assert_eq!(answer.body["status"], 401, "{what}");
    assert!(!answer.body["title"].as_str().unwrap().is_empty());
    assert!(answer.body.get("detail").is_none(), "{what}: nobody learns why");
}

on_every_backend! {
    services: vec![Arc::new(Matters)],

    async fn only_a_valid_token_signs_in(city: &TestCity) {
        let now = city.claims(&editor()).iat;
        let good = city.token(&editor());
        let (head, rest) = good.split_once('.').unwrap();
        let (claims, signature) = rest.split_once('.').unwrap();
        let forged = {
            let key = EncodingKey::from_ec_pem(FORGER.as_bytes()).unwrap();
            let header = Header { kid: Some("testkit".into()), ..Header::new(Algorithm::ES256) };
            jsonwebtoken::encode(&header, &city.claims(&editor()), &key).unwrap()
        };
        let confused = {
            let header = Header { kid: Some("testkit".into()), ..Header::new(Algorithm::HS256) };
            let key = EncodingKey::from_secret(b"testkit");
            jsonwebtoken::encode(&header, &city.claims(&editor()), &key).unwrap()
        };
        let tokens = [
            ("expired", bent(city, |claims| claims.exp = now - 31)),
            ("not yet valid", bent(city, |claims| claims.nbf = now + 31)),
            ("another audience", bent(city, |claims| claims.aud = "elsewhere".into())),
            ("another issuer", bent(city, |claims| claims.iss = "urn:elsewhere".into())),
            ("forged", forged),
            ("a secret for a key", confused),
            ("alg none", unsigned(city, &json!({"alg": "none", "kid": "testkit"}), "")),
            ("alg None", unsigned(city, &json!({"alg": "None", "kid": "testkit"}), "")),
            ("no signature", format!("{head}.{claims}.")),
            ("another's signature", format!("{head}.{claims}.{}", &signature[1..])),
            ("unknown key", unsigned(city, &json!({"alg": "ES256", "kid": "other"}), signature)),
            ("no key", unsigned(city, &json!({"alg": "ES256"}), signature)),
            ("other claims", {
                let mut claims = city.claims(&editor());
                claims.sub = "somebody".into();
                let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).unwrap());
                format!("{head}.{claims}.{signature}")
            }),
            ("two parts", format!("{head}.{claims}")),
            ("four parts", format!("{good}.x")),
            ("garbage", "garbage".into()),
            ("dots", "..".into()),
            ("empty", String::new()),
            ("long", "x".repeat(8000)),
        ];
        for (what, token) in tokens {
            refused(city.bearer(token).post(MATTERS, &entry()).await, what);
        }
        refused(city.anyone().post(MATTERS, &entry()).await, "none");
        for header in ["Basic ZWRpdG9yOng=", "Bearer", &good, &format!("Token {good}")] {
            let caller = city.anyone();
            let request = caller.request(reqwest::Method::POST, MATTERS).json(&entry());
            refused(caller.send(request.header("Authorization", header)).await, header);
        }
        assert_eq!(city.anyone().get(MATTERS).await.body, json!({"items": []}));

        // Two machines' clocks may differ by half a minute; the scheme is written as one likes.
        for token in [bent(city, |claims| claims.exp = now - 29), bent(city, |claims| claims.nbf = now + 29)] {
            city.bearer(token).post(MATTERS, &entry()).await.expect(201);
        }
        let caller = city.anyone();
        let request = caller.request(reqwest::Method::POST, MATTERS).json(&entry());
        caller.send(request.header("Authorization", format!("bearer {good}"))).await.expect(201);
    }

    async fn a_token_ends_with_its_time(city: &TestCity) {
        let caller = city.caller(&editor());
        caller.post(MATTERS, &entry()).await.expect(201);
        let start = city.claims(&editor()).iat;
        city.set_time(chrono::DateTime::from_timestamp(start + 900 + 31, 0).unwrap());
        refused(caller.post(MATTERS, &entry()).await, "after its time");
    }

    /// A wrong token does no harm where none is needed.
    async fn the_guide_is_for_everyone(city: &TestCity) {
        city.bearer("garbage".into()).get(MATTERS).await.expect(200);
    }
}
