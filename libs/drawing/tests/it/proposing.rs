//! Proposals: what is taken, what is refused, and what comes after.

use tongban_draw::{Candidate, Exclusion, ExclusionKind};
use tongban_drawing::SourceKind;
use tongban_kernel::Fault;
use tongban_testkit::draws::{Witness, hold, sources_known, view};
use tongban_testkit::on_every_backend;

use crate::fixtures::{draws, path, proposal, proposed, service, services};

fn faults(fault: &Fault) -> Vec<(&str, &str)> {
    let mut found: Vec<_> =
        fault.errors().iter().map(|one| (one.pointer.as_str(), one.code.as_str())).collect();
    found.sort_unstable();
    found
}

on_every_backend! {
    services: services(),

    async fn every_fault_of_a_proposal_is_named_at_once(city: &TestCity) {
        sources_known(city).await;
        let mut bad = proposal("plan/1", &[Witness::new("11320706MB0000001B")]);
        bad.candidates = vec![Candidate::new("a", 0), Candidate::new("b", -5), Candidate::new("b", 1)];
        bad.exclusions = vec![Exclusion {
            candidate: "a".into(), kind: ExclusionKind::Recusal, reason: "本人申请回避".into(),
        }];
        bad.quorum = Some(2);
        bad.again = Some("再来一次".into());
        bad.witnesses[0].account = "service:supervision".into();
        let fault = draws(city).propose(bad, &service()).await.unwrap_err();
        assert_eq!(fault.code(), "invalid_draw");
        assert_eq!(
            faults(&fault),
            [("/again", "no_earlier_draw"), ("/candidates/0/1", "bad_weight"),
             ("/candidates/1/1", "bad_weight"), ("/candidates/2/0", "duplicate"),
             ("/exclusions/0/candidate", "excluded_candidate"), ("/purpose", "bad_purpose"),
             ("/quorum", "out_of_range"), ("/witnesses/0/account", "own_witness"),
             ("/witnesses/0/party", "duplicate")]
        );
    }

    async fn too_few_candidates_are_refused(city: &TestCity) {
        sources_known(city).await;
        let witnesses = [Witness::new("inspection")];
        let mut bad = proposal("plan-1", &witnesses);
        bad.candidates.truncate(1);
        let fault = draws(city).propose(bad, &service()).await.unwrap_err();
        assert!(faults(&fault).iter().any(|one| one.1 == "too_few_candidates"), "{fault}");
        let mut empty = proposal("plan-1", &witnesses);
        empty.candidates.clear();
        let fault = draws(city).propose(empty, &service()).await.unwrap_err();
        assert!(faults(&fault).iter().any(|one| one.1 == "no_candidates"), "{fault}");
        let alone = draws(city).propose(proposal("plan-1", &[]), &service()).await.unwrap_err();
        assert_eq!(faults(&alone), [("/witnesses", "bad_parties")]);
        assert!(draws(city).find("plan-1").await.unwrap().is_none(), "nothing was recorded");
    }

    async fn the_same_again_is_the_same_and_another_waits(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        let first = proposed(city, proposal("plan-1", &witnesses)).await;
        let again = proposed(city, proposal("plan-1", &witnesses)).await;
        assert_eq!((&again.draw, &again.terms, again.again), (&first.draw, &first.terms, true));
        let mut other = proposal("plan-1", &witnesses);
        other.candidates.pop();
        let fault = draws(city).propose(other, &service()).await.unwrap_err();
        assert_eq!(fault.code(), "draw_open");
        // Nobody changes a list after a commitment: the digest stands in the ledger.
        witnesses[0].commit(city, &path(&first.draw)).await.expect(201);
        let kept = view(city, &path(&first.draw)).await;
        assert_eq!(kept["terms"], first.terms);
    }

    async fn two_proposals_at_once_are_one_draw(city: &TestCity) {
        sources_known(city).await;
        let witnesses = [Witness::new("inspection")];
        let draws = draws(city);
        let caller = service();
        let both = [proposal("plan-1", &witnesses), proposal("plan-1", &witnesses)];
        let [one, other] = both.map(|proposal| draws.propose(proposal, &caller));
        let (one, other) = tokio::join!(one, other);
        assert_eq!(one.unwrap().terms, other.unwrap().terms);
        assert_eq!(draws.find("plan-1").await.unwrap().unwrap().proposals.len(), 1);
    }

    async fn a_proposal_stands_or_falls_with_the_transaction(city: &TestCity) {
        sources_known(city).await;
        let witnesses = [Witness::new("inspection")];
        let (draws, db) = (draws(city), city.hosts()[0].db());
        let transaction = db.begin().await.unwrap();
        let within = proposal("plan-1", &witnesses);
        draws.propose_within(&transaction, within.clone(), &service()).await.unwrap();
        transaction.rollback().await.unwrap();
        assert!(draws.find("plan-1").await.unwrap().is_none());
        let transaction = db.begin().await.unwrap();
        let made = draws.propose_within(&transaction, within, &service()).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(view(city, &path(&made.draw)).await["state"], "proposed");
    }

    async fn a_further_attempt_names_the_one_before(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        let first = proposed(city, proposal("plan-1", &witnesses)).await;
        let drawn = hold(city, &path(&first.draw), &witnesses).await;
        let fault = draws(city).propose(proposal("plan-1", &witnesses), &service()).await;
        assert_eq!(faults(&fault.unwrap_err()), [("/again", "reason_needed")]);
        let mut again = proposal("plan-1", &witnesses);
        again.again = Some("中签企业均已停业".into());
        let second = proposed(city, again).await;
        assert_eq!(second.draw, "plan-1/2");
        let second = view(city, &path(&second.draw)).await;
        assert_eq!((&second["attempt"], &second["previous"]["announcement"]), (&2.into(), &drawn["announcement"]));
        assert_eq!(view(city, &path("plan-1/1")).await["state"], "drawn", "the first stays");
    }

    async fn cancelled_before_the_announcement_only(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        let first = proposed(city, proposal("plan-1", &witnesses)).await;
        draws(city).cancel("plan-1", "计划调整", &service()).await.unwrap();
        let cancelled = view(city, &path(&first.draw)).await;
        assert_eq!((&cancelled["state"], &cancelled["cancelled"]["kind"]), (&"cancelled".into(), &"by_organiser".into()));
        let late = witnesses[0].commit(city, &path(&first.draw)).await.expect(409);
        assert_eq!(late.code(), "draw_cancelled");
        // What was never announced is no attempt.
        let second = proposed(city, proposal("plan-1", &witnesses)).await;
        assert_eq!(view(city, &path(&second.draw)).await["attempt"], 1);
        hold(city, &path(&second.draw), &witnesses).await;
        let fault = draws(city).cancel("plan-1", "计划调整", &service()).await.unwrap_err();
        assert_eq!(fault.code(), "already_announced");
    }

    async fn without_a_beacon_none_is_offered(city: &TestCity) {
        sources_known(city).await;
        let mut wants = proposal("plan-1", &[Witness::new("inspection")]);
        wants.source = Some(SourceKind::Beacon);
        let fault = draws(city).propose(wants, &service()).await.unwrap_err();
        assert_eq!(fault.code(), "no_beacon");
    }
}
