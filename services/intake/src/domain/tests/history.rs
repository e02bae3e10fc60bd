//! Whatever is asked of a case, by whomever and in whatever order, its invariants hold.

use proptest::prelude::*;
use serde_json::json;
use tongban_contracts::intake::{CaseEvent, Outcome, RefusalGround};
use tongban_kernel::{Principal, Role};

use super::samples::{Walk, applicant, filing, item, material, officer, terms};
use crate::domain::command::Command;
use crate::domain::rights::CaseAction;

fn people() -> Vec<Principal> {
    let both = [Role::WindowClerk, Role::Approver];
    vec![
        applicant("org"),
        applicant("stranger"),
        officer("clerk", &[Role::WindowClerk]),
        officer("both.1", &both),
        officer("both.2", &both),
        officer("approver", &[Role::Approver]),
        officer("supervisor", &[Role::Supervisor]),
        Principal::service("intake"),
    ]
}

fn commands() -> Vec<Command> {
    let refuse = |ground, body: Option<&str>| Command::RefuseAcceptance {
        ground,
        reason: "理由".into(),
        competent_body: body.map(str::to_owned),
    };
    let resubmit = |codes: &[&str]| Command::Resubmit {
        form: json!({"project_name": "另一项目"}),
        materials: codes.iter().map(|code| material(code)).collect(),
    };
    vec![
        filing(&["M01", "M02"]),
        filing(&["M01"]),
        Command::RequestCorrection { items: vec![item("/materials/M02")], terms: terms() },
        resubmit(&["M01", "M02"]),
        resubmit(&["M02"]),
        Command::Accept { terms: terms() },
        refuse(RefusalGround::NotNeeded, None),
        refuse(RefusalGround::NotCompetent, Some("某局")),
        refuse(RefusalGround::NotCorrected, None),
        Command::Decide { outcome: Outcome::Approved, reason: String::new() },
        Command::Decide { outcome: Outcome::Denied, reason: "理由".into() },
        Command::Withdraw { reason: "理由".into() },
        Command::RecordLicence { identifier: "L1".into() },
        Command::RecordLicence { identifier: "L2".into() },
    ]
}

fn action_of(command: &Command) -> Option<CaseAction> {
    Some(match command {
        Command::RequestCorrection { .. } => CaseAction::RequestCorrection,
        Command::Resubmit { .. } => CaseAction::Resubmit,
        Command::Accept { .. } => CaseAction::Accept,
        Command::RefuseAcceptance { .. } => CaseAction::RefuseAcceptance,
        Command::Decide { .. } => CaseAction::Decide,
        Command::Withdraw { .. } => CaseAction::Withdraw,
        Command::Submit(_) | Command::RecordLicence { .. } => return None,
    })
}

/// What may happen to a case never depends on luck: an action is offered exactly when some form of it
/// would be let through.
fn offers_agree_with_rules(walk: &Walk) {
    for actor in people() {
        let offered = walk.case().actions(&actor, &terms());
        let mut allowed = Vec::new();
        for command in commands() {
            let Some(action) = action_of(&command) else { continue };
            if walk.judge(&actor, command).is_ok() && !allowed.contains(&action) {
                allowed.push(action);
            }
        }
        let sorted = |mut actions: Vec<CaseAction>| {
            actions.sort_by_key(|action| format!("{action:?}"));
            actions
        };
        let stage = walk.case().stage;
        assert_eq!(sorted(offered), sorted(allowed), "{} in {stage:?}", actor.account);
    }
}

fn invariants_hold(walk: &Walk) {
    let count = |wanted: fn(&CaseEvent) -> bool| {
        walk.events.iter().filter(|(event, _)| wanted(event)).count()
    };
    assert!(count(|event| matches!(event, CaseEvent::CorrectionRequested { .. })) <= 1);
    assert!(count(|event| matches!(event, CaseEvent::LicenceRecorded { .. })) <= 1);
    assert!(count(|event| matches!(event, CaseEvent::Submitted(_))) == 1);
    let actor_of = |wanted: fn(&CaseEvent) -> bool| {
        let found = walk.events.iter().find(|(event, _)| wanted(event));
        found.map(|(_, meta)| meta.actor.account.as_str())
    };
    let decided = actor_of(|event| matches!(event, CaseEvent::Decided(_)));
    if let Some(decided) = decided {
        let accepted = actor_of(|event| matches!(event, CaseEvent::Accepted { .. }));
        let corrected = actor_of(|event| matches!(event, CaseEvent::CorrectionRequested { .. }));
        assert!(accepted.is_some(), "nothing is decided that was not accepted");
        assert_ne!(accepted, Some(decided));
        assert_ne!(corrected, Some(decided));
    }
    let end = walk.events.iter().position(|(event, _)| {
        matches!(
            event,
            CaseEvent::Decided(_)
                | CaseEvent::Withdrawn { .. }
                | CaseEvent::AcceptanceRefused { .. }
        )
    });
    if let Some(end) = end {
        for (event, _) in &walk.events[end + 1..] {
            assert!(matches!(event, CaseEvent::LicenceRecorded { .. }), "after the end: {event:?}");
            assert!(walk.case().is_approved());
        }
    }
    if walk.case().acceptance.is_some() {
        assert_eq!(terms().missing(&walk.case().materials).len(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_order_of_commands_breaks_a_case(
        steps in proptest::collection::vec((0..people().len(), 0..commands().len()), 1..40),
        complete in any::<bool>(),
    ) {
        let (people, commands) = (people(), commands());
        let codes: &[&str] = if complete { &["M01", "M02"] } else { &["M01"] };
        let mut walk = Walk::filed(codes);
        for (person, command) in steps {
            let before = walk.events.len();
            if walk.take(&people[person], commands[command].clone()).is_ok()
                && walk.events.len() > before
            {
                invariants_hold(&walk);
                offers_agree_with_rules(&walk);
            }
        }
        invariants_hold(&walk);
    }
}
