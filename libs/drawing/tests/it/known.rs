//! What histories tell: keys as they change, answers as they come, and nothing that is not theirs to tell.

use std::sync::Arc;

use serde_json::json;
use tongban_contracts::of::{Licences, Matters, Of, Owner};
use tongban_contracts::pulses::PulseEvent;
use tongban_kernel::{Clock as _, Principal, Role, SystemEntropy};
use tongban_proof::{Checkpoint, Signer};
use tongban_runtime::Service;
use tongban_testkit::draws::{Witness, hold, pass, sources_known, until, view};
use tongban_testkit::people::officer;
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::ceremony::checked;
use crate::fixtures::{Holder, draws, path, proposal, proposed, service, services};

/// A history of the test's own, told of as its service would.
struct Told {
    service: &'static str,
    signer: Signer,
}

impl Told {
    fn new(service: &'static str, origin: &str) -> Self {
        Self { service, signer: Signer::generate(origin, &SystemEntropy).unwrap() }
    }

    fn note(&self, city: &TestCity, size: u64) -> String {
        let origin = self.signer.public().name().to_owned();
        let made = Checkpoint { origin, size, root: [7; 32], at: city.clock.now() };
        made.sign(&self.signer).unwrap()
    }

    fn offered(&self, city: &TestCity, origin: &str) -> PulseEvent {
        PulseEvent::Offered {
            origin: origin.to_owned(),
            keys: vec![self.signer.public().vkey()],
            checkpoint: Some(self.note(city, 3)),
        }
    }

    async fn tell<S: Owner>(&self, city: &TestCity, version: i64, event: PulseEvent) {
        let event = Of::<S, _>::from(event);
        city.emit(self.service, version, &event, &Principal::service(self.service)).await;
    }
}

fn alone() -> Vec<Arc<dyn Service>> {
    vec![Arc::new(Holder)]
}

async fn parked(city: &TestCity) -> usize {
    let operator = officer("ops", "11320700MB0000001K", "320700", &[Role::Operator]);
    let page = city.caller(&operator).get("/supervision/v1/parked-events").await.expect(200);
    page.body["items"].as_array().unwrap().len()
}

on_every_backend! {
    services: services(),

    async fn a_key_that_is_rotated_meanwhile_is_learnt(city: &TestCity) {
        let witness = Witness::new("inspection");
        let made = proposed(city, proposal("plan-1", std::slice::from_ref(&witness))).await;
        let path = path(&made.draw);
        witness.commit(city, &path).await.expect(201);
        let announced = until(city, &path, |view| view["announcement"].is_string()).await;
        let admin = officer("admin", "11320700MB0000001K", "320700", &[Role::IdentityAdmin]);
        let rotated = city.caller(&admin).post("/matters/v1/history/keys/rotation", &json!({})).await;
        let new = rotated.expect(200).body["vkey"].as_str().unwrap().to_owned();
        pass(city, &announced["randomness"]["value"]["after"]);
        let valued = until(city, &path, |view| view["value"].is_object()).await;
        let note = valued["value"]["note"].as_str().unwrap();
        let signed_by = Checkpoint::open(note, &[tongban_proof::VerifyKey::parse(&new).unwrap()]);
        assert!(signed_by.is_ok(), "the new key signed");
        witness.open(city, &path).await.expect(201);
        until(city, &path, |view| view["state"] == "drawn").await;
        assert!(checked(city, &path).await.signatures_checked);
    }

    async fn many_draws_at_once_each_get_their_value(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        for number in 1..=3 {
            proposed(city, proposal(&format!("plan-{number}"), &witnesses)).await;
        }
        let first = path("plan-1/1");
        hold(city, &first, &witnesses).await;
        // The others missed their time to commit meanwhile, and say so.
        for number in 2..=3 {
            let over = until(city, &path(&format!("plan-{number}/1")), |view| view["state"] == "cancelled").await;
            assert_eq!(over["cancelled"]["kind"], "not_committed");
        }
        assert_eq!(view(city, &first).await["state"], "drawn");
    }
}

on_every_backend! {
    services: alone(),

    async fn nobody_draws_before_a_source_is_known(city: &TestCity) {
        let fault = draws(city).propose(proposal("plan-1", &[Witness::new("inspection")]), &service()).await;
        assert_eq!(fault.unwrap_err().code(), "no_public_value");
    }

    async fn no_service_speaks_for_the_history_of_another(city: &TestCity) {
        let forger = Told::new("licences", "tongban/matters/1");
        forger.tell::<Licences>(city, 1, forger.offered(city, "tongban/matters/1")).await;
        let other = Told::new("matters", "tongban/matters/2");
        other.tell::<Matters>(city, 1, other.offered(city, "tongban/matters/1")).await;
        eventually("both to be parked", async || (parked(city).await == 2).then_some(())).await;
        let fault = draws(city).propose(proposal("plan-1", &[Witness::new("inspection")]), &service()).await;
        assert_eq!(fault.unwrap_err().code(), "no_public_value");
    }

    async fn the_first_answer_counts_and_needs_its_signature(city: &TestCity) {
        let matters = Told::new("matters", "tongban/matters/1");
        let licences = Told::new("licences", "tongban/licences/1");
        matters.tell::<Matters>(city, 1, matters.offered(city, "tongban/matters/1")).await;
        licences.tell::<Licences>(city, 1, licences.offered(city, "tongban/licences/1")).await;
        sources_known(city).await;
        let witness = Witness::new("inspection");
        let made = proposed(city, proposal("plan-1", std::slice::from_ref(&witness))).await;
        let path = path(&made.draw);
        witness.commit(city, &path).await.expect(201);
        let announced = until(city, &path, |view| view["announcement"].is_string()).await;
        assert_eq!(announced["randomness"]["value"]["above"], 3);
        pass(city, &announced["randomness"]["value"]["after"]);
        let signed = |checkpoint, draw: &str| PulseEvent::Signed {
            checkpoint, answers: vec![format!("supervision:{draw}")],
        };
        // To another draw, then the answer, then a later one, and the answer once more.
        let first = matters.note(city, 9);
        matters.tell::<Matters>(city, 2, signed(matters.note(city, 8), "plan-9/1")).await;
        matters.tell::<Matters>(city, 3, signed(first.clone(), "plan-1/1")).await;
        matters.tell::<Matters>(city, 4, signed(matters.note(city, 10), "plan-1/1")).await;
        matters.tell::<Matters>(city, 3, signed(first.clone(), "plan-1/1")).await;
        let valued = until(city, &path, |view| view["value"].is_object()).await;
        assert_eq!(valued["value"]["note"], first);
        // The fallback comes of a forger who knows no key: it is seen, and never taken.
        pass(city, &announced["randomness"]["open_until"]);
        until(city, &path, |view| view["withheld"].is_array()).await;
        let forger = Told::new("licences", "tongban/licences/1");
        licences.tell::<Licences>(city, 2, signed(forger.note(city, 9), "plan-1/1")).await;
        eventually("it to be parked", async || (parked(city).await == 1).then_some(())).await;
        let waiting = view(city, &path).await;
        assert_eq!((&waiting["fallback"], &waiting["state"]), (&json!(null), &"closed".into()));
    }
}
