//! The life of a bad review: who does what, by when, and what happens when nobody does.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use tongban_contracts::Meta;
use tongban_contracts::handlings::{
    AppealGround, BadReview, CallBackOutcome, HandlingEvent, HandlingStep,
};
use tongban_kernel::{Context, Principal, PrincipalKind, RegionCode, Role};
use tongban_ledger::Aggregate as _;
use uuid::Uuid;

use super::{Book, Command, Handling, HandlingStage};
use crate::domain::rules::tests::{calendar, rules};

const BODY: &str = "11320706MB0000001B";

/// A handling under a clock of its own.
struct World {
    handling: Option<Handling>,
    now: DateTime<Utc>,
    told: Vec<HandlingEvent>,
}

fn book() -> Book {
    Book { rules: Arc::new(rules()), calendar: Arc::new(calendar()) }
}

fn officer(account: &str, body: &str, role: Role) -> Principal {
    Principal {
        account: account.into(),
        kind: PrincipalKind::Officer,
        name: account.into(),
        body: Some(body.into()),
        region: RegionCode::parse("320706").ok(),
        roles: BTreeSet::from([role]),
    }
}

fn handler() -> Principal {
    officer("handler", BODY, Role::ReviewHandler)
}

fn supervisor(account: &str) -> Principal {
    officer(account, "11320700MB0000001L", Role::Supervisor)
}

impl World {
    fn new() -> Self {
        // A Friday.
        let now = "2026-03-13T02:00:00Z".parse().unwrap();
        let mut world = Self { handling: None, now, told: Vec::new() };
        let bad = BadReview {
            review: "case".into(),
            case_number: "N".into(),
            matter_id: Uuid::from_u128(1),
            matter_name: "某事".into(),
            body: BODY.into(),
            body_name: "某局".into(),
            region: RegionCode::parse("320706").unwrap(),
            officers: vec!["clerk".into()],
            stars: 1,
            tags: vec!["110".into()],
            text: None,
            channel: None,
        };
        let platform = Principal::service("reviews");
        world.act(Command::Receive(Box::new(bad), book()), platform).unwrap();
        world
    }

    fn act(&mut self, command: Command, actor: Principal) -> Result<usize, String> {
        let context = Context { now: self.now, actor };
        let events = Handling::decide(self.handling.as_ref(), command, &context)
            .map_err(|fault| fault.code().to_owned())?;
        for event in &events {
            let meta = Meta {
                event_id: Uuid::nil(),
                aggregate: "handling".into(),
                aggregate_id: "x".into(),
                version: 1,
                at: self.now,
                actor: context.actor.clone(),
                traceparent: None,
            };
            self.handling = Handling::evolve(self.handling.take(), event, &meta);
        }
        self.told.extend(events.iter().cloned());
        Ok(events.len())
    }

    fn stage(&self) -> HandlingStage {
        self.handling.as_ref().unwrap().stage
    }

    fn tick(&mut self) -> Vec<HandlingStep> {
        let from = self.told.len();
        self.act(Command::Tick, Principal::service("reviews")).unwrap();
        let steps = self.told[from..].iter().filter_map(|event| match event {
            HandlingEvent::Overdue { step, .. } => Some(*step),
            _ => None,
        });
        steps.collect()
    }

    fn until_call_back(&mut self) {
        self.act(verify(), handler()).unwrap();
        self.act(answer(true), handler()).unwrap();
        let measures = "已改为当日转交".to_owned();
        self.act(Command::Rectify { measures, book: book() }, handler()).unwrap();
        assert_eq!(self.stage(), HandlingStage::CallBack);
    }
}

fn verify() -> Command {
    Command::Verify { contacted: true, findings: "经查属实".into() }
}

fn answer(to_rectify: bool) -> Command {
    Command::Answer { answer: "已致歉".into(), to_rectify, book: book() }
}

fn call(outcome: CallBackOutcome) -> Command {
    Command::CallBack { outcome, note: "回访记录".into(), book: book() }
}

fn appeal() -> Command {
    Command::Appeal { ground: AppealGround::Mistaken, reason: "评错单位".into() }
}

fn judge(exclude: bool) -> Command {
    Command::Judge { exclude, reason: "理由".into() }
}

#[test]
fn verified_answered_put_right_called_back_closed() {
    let mut world = World::new();
    assert_eq!(world.act(answer(true), handler()).unwrap_err(), "not_when_received");
    world.until_call_back();
    let by_the_body = world.act(call(CallBackOutcome::Satisfied), handler());
    assert_eq!(by_the_body.unwrap_err(), "wrong_role", "the body does not call back about itself");
    world.act(call(CallBackOutcome::Satisfied), supervisor("s1")).unwrap();
    assert_eq!(world.stage(), HandlingStage::Closed);
    assert!(world.handling.as_ref().unwrap().next_due().is_none());
    assert_eq!(world.act(verify(), handler()).unwrap_err(), "not_when_closed");
}

#[test]
fn what_needs_no_mending_goes_to_the_call_back_at_once() {
    let mut world = World::new();
    world.act(verify(), handler()).unwrap();
    world.act(answer(false), handler()).unwrap();
    assert_eq!(world.stage(), HandlingStage::CallBack);
}

#[test]
fn whoever_was_reviewed_takes_no_part() {
    let mut world = World::new();
    for role in [Role::ReviewHandler, Role::Supervisor] {
        let reviewed = officer("clerk", BODY, role);
        for command in [verify(), appeal(), judge(true), call(CallBackOutcome::Satisfied)] {
            assert_eq!(world.act(command, reviewed.clone()).unwrap_err(), "officer_reviewed");
        }
        let refused = world.handling.as_ref().unwrap().may_read(&reviewed).unwrap_err();
        assert_eq!(refused.code(), "officer_reviewed");
    }
    let elsewhere = officer("other", "11320706MB0000004L", Role::ReviewHandler);
    assert_eq!(world.act(verify(), elsewhere).unwrap_err(), "not_your_body");
    let clerk = officer("clerk2", BODY, Role::WindowClerk);
    assert_eq!(world.act(verify(), clerk).unwrap_err(), "not_your_body");
    assert_eq!(world.act(Command::Tick, handler()).unwrap_err(), "only_the_platform");
}

#[test]
fn every_clock_that_runs_out_is_told_of_once() {
    let mut world = World::new();
    assert!(world.tick().is_empty());
    // Monday is over in China.
    world.now = "2026-03-16T16:00:00Z".parse().unwrap();
    assert_eq!(world.tick(), [HandlingStep::Verification]);
    assert!(world.tick().is_empty());
    world.act(verify(), handler()).unwrap();
    assert!(!world.handling.as_ref().unwrap().is_overdue(), "late, but done");
    world.now += Duration::days(60);
    assert_eq!(world.tick(), [HandlingStep::Answer, HandlingStep::Rectification]);
    assert!(world.tick().is_empty());
    assert_eq!(world.handling.as_ref().unwrap().escalations, 3);
}

#[test]
fn a_bad_call_back_opens_it_again_with_new_clocks() {
    let mut world = World::new();
    world.now = "2026-03-16T16:00:00Z".parse().unwrap();
    world.tick();
    world.until_call_back();
    world.now += Duration::days(2);
    world.act(call(CallBackOutcome::Dissatisfied), supervisor("s1")).unwrap();
    let again = world.handling.as_ref().unwrap();
    assert_eq!((again.stage, again.round), (HandlingStage::Received, 2));
    assert!(again.overdue.is_empty() && again.terms.verify_by > world.now);
    assert_eq!(again.escalations, 1, "what was late stays told");
}

#[test]
fn nobody_reached_is_tried_again_before_it_is_closed() {
    let mut world = World::new();
    world.until_call_back();
    for _ in 0..2 {
        world.act(call(CallBackOutcome::Unreachable), supervisor("s1")).unwrap();
        assert_eq!(world.stage(), HandlingStage::CallBack);
    }
    world.act(call(CallBackOutcome::Unreachable), supervisor("s1")).unwrap();
    assert_eq!(world.stage(), HandlingStage::Closed);
    assert_eq!(world.told.last(), Some(&HandlingEvent::Closed { reached: false }));
}

#[test]
fn an_appeal_takes_two_who_agree() {
    let mut world = World::new();
    assert_eq!(world.act(judge(true), supervisor("s1")).unwrap_err(), "no_open_appeal");
    assert_eq!(world.act(appeal(), supervisor("s1")).unwrap_err(), "not_your_body");
    world.act(appeal(), handler()).unwrap();
    assert_eq!(world.act(appeal(), handler()).unwrap_err(), "already_appealed");
    assert_eq!(world.act(judge(true), handler()).unwrap_err(), "wrong_role");
    let both = officer("handler", BODY, Role::Supervisor);
    assert_eq!(world.act(judge(true), both).unwrap_err(), "own_appeal");
    world.act(judge(true), officer("s0", BODY, Role::Supervisor)).unwrap();
    let same = world.act(judge(true), officer("s0", BODY, Role::Supervisor));
    assert_eq!(same.unwrap_err(), "same_officer");
    let of_the_body = world.act(judge(true), officer("s9", BODY, Role::Supervisor));
    assert_eq!(of_the_body.unwrap_err(), "both_of_the_body");
    assert_ne!(world.stage(), HandlingStage::Excluded, "one is not enough");
    world.act(judge(true), supervisor("s2")).unwrap();
    assert_eq!(world.stage(), HandlingStage::Excluded);
}

#[test]
fn one_who_disagrees_ends_an_appeal_and_the_clocks_run_on() {
    let mut world = World::new();
    world.act(appeal(), handler()).unwrap();
    world.act(judge(true), supervisor("s1")).unwrap();
    world.act(judge(false), supervisor("s2")).unwrap();
    let handling = world.handling.as_ref().unwrap();
    assert_eq!(handling.appeal.as_ref().unwrap().upheld, Some(false));
    assert_eq!(handling.next_due().unwrap().0, HandlingStep::Verification);
    assert_eq!(world.act(judge(true), supervisor("s3")).unwrap_err(), "no_open_appeal");
}
