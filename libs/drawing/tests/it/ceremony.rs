//! A draw from the proposal to a file that anyone can check.

use serde_json::Value;
use tongban_contracts::draws::{DrawEvent, DrawResult};
use tongban_contracts::of::{Of, Supervision, read};
use tongban_draw::{Announcement, Checks, Terms, verify};
use tongban_proof::{PublishedKeys, Receipt};
use tongban_testkit::draws::{Witness, hold, pass, until, view};
use tongban_testkit::{TestCity, on_every_backend};

use crate::fixtures::{draws, path, proposal, proposed, services};

/// The text behind an address.
pub async fn download(city: &TestCity, path: &str) -> String {
    let answer = city.anyone().request(reqwest::Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// The steps of a draw.
pub fn steps(view: &Value) -> Vec<&str> {
    let timeline = view["timeline"].as_array().unwrap();
    timeline.iter().map(|step| step["step"].as_str().unwrap()).collect()
}

/// What a transcript says, checked against everything that is published beside it.
pub async fn checked(city: &TestCity, path: &str) -> tongban_draw::Verified {
    let mut keys = Vec::new();
    for source in ["matters", "licences"] {
        let published = city.anyone().get(&format!("/{source}/v1/history/keys")).await.expect(200);
        let published: PublishedKeys = serde_json::from_value(published.body).unwrap();
        keys.extend(published.read().unwrap());
    }
    let announced = view(city, path).await["announcement"].as_str().unwrap().parse().unwrap();
    let file = download(city, &format!("{path}/transcript")).await;
    verify(file.as_bytes(), Checks { announced: Some(announced), keys: &keys }).unwrap()
}

on_every_backend! {
    services: services(),

    async fn a_draw_is_held_and_anyone_can_check_it(city: &TestCity) {
        let witnesses = [Witness::new("inspection"), Witness::new("notary")];
        let made = proposed(city, proposal("plan-1", &witnesses)).await;
        assert_eq!((made.draw.as_str(), made.again), ("plan-1/1", false));
        let path = path(&made.draw);

        let terms = download(city, &format!("{path}/terms")).await;
        let terms: Terms = serde_json::from_str(&terms).unwrap();
        assert_eq!(terms.digest().unwrap().to_string(), made.terms);
        let early = city.anyone().get(&format!("{path}/transcript")).await.expect(409);
        assert_eq!(early.code(), "not_drawn_yet");
        assert_eq!(city.anyone().get(&format!("{path}/announcement")).await.expect(409).code(), "not_announced");

        let drawn = hold(city, &path, &witnesses).await;
        assert_eq!(
            steps(&drawn),
            ["proposed", "committed", "committed", "committed", "announced", "value_recorded",
             "opened", "opened", "opened", "closed", "drawn"]
        );
        let announcement = download(city, &format!("{path}/announcement")).await;
        let announcement: Announcement = serde_json::from_str(&announcement).unwrap();
        assert_eq!(announcement.digest().unwrap().to_string(), drawn["announcement"]);

        let says = checked(city, &path).await;
        assert!(says.announcement_compared && says.signatures_checked);
        assert_eq!((says.candidates, says.selected.len(), says.seeds.len()), (12, 2, 3));
        let told: Vec<Box<str>> =
            serde_json::from_value(drawn["result"]["drawn"].clone()).unwrap();
        assert_eq!(told, says.selected);
        let selected = draws(city).selected("plan-1/1").await.unwrap();
        assert_eq!(selected.iter().map(|name| Box::from(name.as_str())).collect::<Vec<Box<str>>>(), told);

        // The service learns it as an event of its own.
        let events = city.published::<Of<Supervision, DrawEvent>>(|seen| seen.len() >= 11).await;
        let last = read::<DrawEvent>(events.last().unwrap()).unwrap();
        let DrawEvent::Drawn(result) = last else { panic!("{last:?}") };
        let DrawResult { draw, count, drawn: Some(names), .. } = *result else { panic!() };
        assert_eq!((draw.as_str(), count, names.len()), ("plan-1/1", 2, 2));
        assert!(events.iter().all(|event| event.subject == "plan-1"));
    }

    async fn what_was_fixed_is_cached_for_good(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        let made = proposed(city, proposal("plan-1", &witnesses)).await;
        let path = path(&made.draw);
        hold(city, &path, &witnesses).await;
        for (file, cache) in [("terms", "immutable"), ("announcement", "immutable"), ("transcript", "no-cache")] {
            let address = format!("{path}/{file}");
            let first = city.anyone().get(&address).await.expect(200);
            let tag = first.headers["etag"].clone();
            assert!(first.headers["cache-control"].to_str().unwrap().contains(cache), "{file}");
            let again = city.anyone().request(reqwest::Method::GET, &address);
            let again = city.anyone().send(again.header("if-none-match", tag)).await;
            assert_eq!((again.status, again.body), (304, Value::String(String::new())), "{file}");
        }
    }

    async fn each_step_has_its_receipt(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        let made = proposed(city, proposal("plan-1", &witnesses)).await;
        let path = path(&made.draw);
        witnesses[0].commit(city, &path).await.expect(201);
        let announced = until(city, &path, |view| view["announcement"].is_string()).await;
        let keys = city.anyone().get("/supervision/v1/history/keys").await.expect(200).body;
        let keys: PublishedKeys = serde_json::from_value(keys).unwrap();
        for step in announced["timeline"].as_array().unwrap() {
            let event = step["event"].as_str().unwrap();
            let note = download(city, &format!("{path}/receipts/{event}")).await;
            let receipt = Receipt::open(&note, &keys.read().unwrap()).unwrap();
            assert_eq!((receipt.case.as_str(), receipt.event.as_str()), ("plan-1/1", event));
        }
        let other = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f";
        city.anyone().get(&format!("{path}/receipts/{other}")).await.expect(404);
    }

    async fn draws_are_listed_by_purpose_and_state(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        for purpose in ["plan-1", "plan-2", "plan-3"] {
            let made = proposed(city, proposal(purpose, &witnesses)).await;
            pass(city, &view(city, &path(&made.draw)).await["proposed_at"]);
        }
        let purposes = async |query: &str| -> Vec<String> {
            let page = city.anyone().get(&format!("/supervision/v1/draws?{query}")).await.expect(200);
            let items = page.body["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["purpose"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(purposes("limit=100").await, ["plan-3", "plan-2", "plan-1"]);
        assert_eq!(purposes("purpose=plan-2").await, ["plan-2"]);
        assert_eq!(purposes("state=proposed").await.len(), 3);
        assert!(purposes("state=drawn").await.is_empty());
        let first = city.anyone().get("/supervision/v1/draws?limit=2").await.expect(200).body;
        let next = first["next"].as_str().unwrap();
        assert_eq!(purposes(&format!("limit=2&after={next}")).await, ["plan-1"]);
        assert_eq!(city.anyone().get("/supervision/v1/draws?after=x").await.expect(400).code(), "bad_cursor");
        city.anyone().get("/supervision/v1/draws/plan-9/1").await.expect(404);
        city.anyone().get("/supervision/v1/draws/plan-1/2").await.expect(404);
    }
}
