//! Who may use a right, when, and how often.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use tongban_contracts::Meta;
use tongban_contracts::review_sources::{ReviewChannel, ReviewSource};
use tongban_contracts::reviews::{ReviewKind, ReviewPushed, ReviewRight};
use tongban_kernel::{Context, Principal, PrincipalKind, RegionCode};
use tongban_ledger::Aggregate as _;
use uuid::Uuid;

use super::{Command, Giver, Level, Opinion, Review};
use crate::domain::tags::{Catalogue, ReviewTag, TagGroup};

fn now() -> DateTime<Utc> {
    "2026-03-13T02:00:00Z".parse().unwrap()
}

fn actor(account: &str, kind: PrincipalKind) -> Principal {
    Principal { kind, ..Principal::service("x") }.with(account)
}

trait With {
    fn with(self, account: &str) -> Self;
}

impl With for Principal {
    fn with(mut self, account: &str) -> Self {
        account.clone_into(&mut self.account);
        self
    }
}

fn review() -> Review {
    let right = ReviewRight {
        case_id: "case".into(),
        case_number: "N".into(),
        matter_id: Uuid::from_u128(1),
        matter_name: "某事".into(),
        body: "11320706MB0000001B".into(),
        body_name: "某局".into(),
        region: RegionCode::parse("320706").unwrap(),
        applicant_account: "zhang".into(),
        kind: ReviewKind::Case,
        service_number: None,
        window: Some("A03".into()),
        officers: vec!["clerk".into()],
        expires_at: Some(now() + Duration::days(1)),
        system: None,
    };
    Review { right, opened_at: now(), given: None, defaulted: None, excluded: false }
}

fn give(by: Giver) -> Command {
    let tag = ReviewTag {
        code: "110".into(),
        stars: Level::VeryDissatisfied,
        group: TagGroup::Basic,
        name: "x".into(),
    };
    let source = ReviewSource {
        channel: ReviewChannel::QrCode,
        device: None,
        network: None,
        window: None,
        officer: None,
    };
    let opinion = Opinion {
        stars: 1,
        tags: vec!["110".into()],
        text: Some("请回电 13800008001".into()),
        photos: Vec::new(),
        source,
    };
    let tags = Arc::new(Catalogue::new(vec![tag]).unwrap());
    Command::Give { opinion: Box::new(opinion), by, tags }
}

fn pushed(id: &str) -> Giver {
    Giver::Pushed(ReviewPushed { system: "line".into(), id: id.into(), said_at: now() })
}

fn after(review: Review, command: Command, actor: Principal) -> Result<(Review, usize), String> {
    let context = Context { now: now(), actor };
    let events = Review::decide(Some(&review), command, &context)
        .map_err(|fault| fault.code().to_owned())?;
    let mut state = Some(review);
    for event in &events {
        let meta = Meta {
            event_id: Uuid::nil(),
            aggregate: "review".into(),
            aggregate_id: "case".into(),
            version: 2,
            at: context.now,
            actor: context.actor.clone(),
            traceparent: None,
        };
        state = Review::evolve(state, event, &meta);
    }
    Ok((state.unwrap(), events.len()))
}

#[test]
fn the_account_or_the_link_uses_it_once_and_an_officer_never() {
    let citizen = |account| actor(account, PrincipalKind::Citizen);
    let officer = actor("zhang", PrincipalKind::Officer);
    for by in [Giver::Account, Giver::Link, pushed("1")] {
        let refused = after(review(), give(by), officer.clone());
        assert_eq!(refused.unwrap_err(), "officer_cannot_review");
    }
    let refused = after(review(), give(Giver::Account), citizen("li"));
    assert_eq!(refused.unwrap_err(), "not_the_applicant");
    let (given, _) = after(review(), give(Giver::Link), Principal::service("link")).unwrap();
    let said = given.given.clone().unwrap();
    assert_eq!(said.text.as_deref(), Some("请回电 138******01"), "masked before it is kept");
    let source = said.source.unwrap();
    assert_eq!((source.window.as_deref(), source.officer.as_deref()), (Some("A03"), Some("clerk")));
    for by in [Giver::Account, Giver::Link, pushed("1")] {
        let refused = after(given.clone(), give(by), citizen("zhang"));
        assert_eq!(refused.unwrap_err(), "already_reviewed");
    }
}

#[test]
fn nobody_without_an_account_is_the_applicant_of_a_right_without_one() {
    let mut open = review();
    open.right.applicant_account = String::new();
    let refused = after(open, give(Giver::Account), actor("", PrincipalKind::Citizen));
    assert_eq!(refused.unwrap_err(), "not_the_applicant");
}

#[test]
fn a_right_ends() {
    let mut late = review();
    late.right.expires_at = Some(now());
    let refused = after(late.clone(), give(Giver::Link), Principal::service("link"));
    assert_eq!(refused.unwrap_err(), "right_expired");
    late.right.expires_at = None;
    assert!(
        after(late, give(Giver::Link), Principal::service("link")).is_ok(),
        "older rights do not"
    );
}

#[test]
fn a_pushed_review_counts_once_whatever_its_number_there() {
    let system = actor("line", PrincipalKind::System);
    let (given, events) = after(review(), give(pushed("1")), system.clone()).unwrap();
    assert_eq!(events, 1);
    let (again, events) = after(given.clone(), give(pushed("2")), system.clone()).unwrap();
    assert_eq!((events, &again), (0, &given));
    let Command::Give { mut opinion, by, tags } = give(pushed("3")) else { unreachable!() };
    opinion.text = Some("又改了".into());
    let refused = after(given, Command::Give { opinion, by, tags }, system);
    assert_eq!(refused.unwrap_err(), "already_reviewed");
}

#[test]
fn a_default_is_no_review_and_leaves_the_right_open() {
    let system = actor("line", PrincipalKind::System);
    let put_down = Command::Default { stars: 3, system: "line".into(), at: now() };
    let (put, events) = after(review(), put_down.clone(), system.clone()).unwrap();
    assert_eq!((events, put.defaulted), (1, Some(Level::FairlySatisfied)));
    assert!(put.given.is_none() && put.is_open(now()));
    assert_eq!(after(put.clone(), put_down, system).unwrap().1, 0);
    assert!(after(put, give(Giver::Link), Principal::service("link")).is_ok());
}
