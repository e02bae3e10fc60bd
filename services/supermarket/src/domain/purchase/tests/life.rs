//! From the award to the rating.

use chrono::{Duration, Months};
use tongban_contracts::purchases::{
    PurchaseEvent, PurchaseMarks, PurchaseSide, SelectionMethod, StopGround,
};

use super::world::{
    World, agency, calendar, document, draft, faults, manager, offer, owner, rules,
};
use crate::domain::purchase::contract::Offer;
use crate::domain::purchase::selection::next_due;
use crate::domain::purchase::state::Rating;
use crate::domain::purchase::{Command, Stage};

const MARKS: PurchaseMarks =
    PurchaseMarks { quality: 5, timeliness: 5, attitude: 5, fees: 4, conduct: 5, overall: 5 };

fn upload(offer: Offer) -> Command {
    Command::UploadContract(Box::new(offer))
}

#[test]
fn an_award_is_on_notice_for_its_term() {
    let draft = draft(SelectionMethod::LowestPrice);
    let mut world = World::closed(draft, &[("a", Some(100))]);
    assert_eq!(next_due(world.get()), Some(world.now));
    world.tick();
    let until = world.get().award.as_ref().unwrap().notice_until;
    // Closed on Wednesday the 18th: the notice ends with Monday the 23rd in China.
    assert_eq!(until.to_rfc3339(), "2026-03-23T16:00:00+00:00");
    world.now = until - Duration::seconds(1);
    assert!(world.tick().is_empty());
    world.now = until;
    world.tick();
    assert_eq!(world.get().contract_due, Some("2026-04-08".parse().unwrap()));
    assert!(world.tick().is_empty());
}

#[test]
fn a_contract_has_a_signing_date_and_keeps_to_the_award() {
    let mut world = World::awarded();
    let good = offer(&world);
    let nothing = Offer { signed_on: None, ..good.clone() };
    let refused = world.run(upload(nothing), &agency("a")).unwrap_err();
    assert_eq!(faults(&refused), [("/signed_on".to_owned(), "signing_date_missing".to_owned())]);
    let wrong = Offer {
        price_fen: 1,
        signed_on: Some("2026-03-20".parse().unwrap()),
        service_until: good.service_from + chrono::Days::new(16),
        ..good.clone()
    };
    let refused = world.run(upload(wrong), &agency("a")).unwrap_err();
    let codes: Vec<_> = faults(&refused).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["differs_from_award", "signed_before_award", "longer_than_published"]);
    let future = Offer { signed_on: good.signed_on.and_then(|day| day.succ_opt()), ..good.clone() };
    let refused = world.run(upload(future), &agency("a")).unwrap_err();
    assert_eq!(refused.errors()[0].code, "signed_in_future");
    let loser = world.run(upload(good.clone()), &agency("b")).unwrap_err();
    assert_eq!(loser.code(), "not_a_side");
    world.run(upload(good), &agency("a")).unwrap();
    assert_eq!(world.get().contract.as_ref().unwrap().uploaded_by, PurchaseSide::Agency);
}

#[test]
fn the_other_side_confirms() {
    let mut world = World::awarded();
    world.run(upload(offer(&world)), &owner()).unwrap();
    let confirm = || Command::AnswerContract { confirmed: true, reason: None };
    assert_eq!(world.run(confirm(), &owner()).unwrap_err().code(), "own_contract");
    let back = |reason: Option<&str>| Command::AnswerContract {
        confirmed: false,
        reason: reason.map(str::to_owned),
    };
    assert_eq!(world.run(back(None), &agency("a")).unwrap_err().code(), "reason_required");
    world.run(back(Some("期限不符")), &agency("a")).unwrap();
    assert_eq!(world.stage(), Stage::AwaitingContract);
    world.run(upload(offer(&world)), &agency("a")).unwrap();
    world.run(confirm(), &owner()).unwrap();
    assert_eq!(world.stage(), Stage::InService);
}

#[test]
fn a_contract_that_does_not_come_is_overdue_once() {
    let mut world = World::awarded();
    world.now = "2026-04-08T15:59:59Z".parse().unwrap();
    assert!(world.tick().is_empty());
    world.now = "2026-04-08T16:00:00Z".parse().unwrap();
    assert_eq!(world.tick(), [PurchaseEvent::ContractOverdue]);
    assert!(world.tick().is_empty() && next_due(world.get()).is_none());
    world.run(upload(offer(&world)), &owner()).unwrap();
}

#[test]
fn results_are_accepted_or_returned_with_a_reason() {
    let mut world = World::in_service();
    let deliver = || Command::Deliver { documents: vec![document()], note: "成果".into() };
    assert_eq!(world.run(deliver(), &owner()).unwrap_err().code(), "not_the_agency");
    let empty = Command::Deliver { documents: Vec::new(), note: "无".into() };
    assert_eq!(world.run(empty, &agency("a")).unwrap_err().code(), "invalid_result");
    world.run(deliver(), &agency("a")).unwrap();
    let answer = |accepted, reason: Option<&str>| Command::AnswerResult {
        accepted,
        reason: reason.map(str::to_owned),
        rules: rules(),
        calendar: calendar(),
    };
    world.run(answer(false, Some("缺少成果表")), &owner()).unwrap();
    assert_eq!(world.get().deliveries[0].returned.as_deref(), Some("缺少成果表"));
    world.run(deliver(), &agency("a")).unwrap();
    world.run(answer(true, None), &owner()).unwrap();
    assert_eq!((world.stage(), world.get().deliveries.len()), (Stage::Completed, 2));
}

#[test]
fn six_marks_once() {
    let mut world = World::completed();
    let rate = |marks| Command::Rate { marks, text: None };
    let refused = world.run(rate(PurchaseMarks { fees: 0, conduct: 6, ..MARKS }), &owner());
    assert_eq!(faults(&refused.unwrap_err()).len(), 2);
    assert_eq!(world.run(rate(MARKS), &agency("a")).unwrap_err().code(), "not_the_owner");
    world.run(rate(MARKS), &owner()).unwrap();
    assert_eq!(world.run(rate(MARKS), &owner()).unwrap_err().code(), "already_rated");
    world.now += Duration::days(400);
    assert!(world.tick().is_empty());
}

/// 180 days without a rating: the default, which is no mark.
#[test]
fn nobody_rated_in_time() {
    let mut world = World::completed();
    let due = world.get().rating_due.unwrap();
    assert!(due >= tongban_kernel::civil_date(world.now) + chrono::Days::new(180));
    world.now = world.now.checked_add_months(Months::new(7)).unwrap();
    let late = world.run(Command::Rate { marks: MARKS, text: None }, &owner()).unwrap_err();
    assert_eq!(late.code(), "rating_over");
    assert_eq!(world.tick(), [PurchaseEvent::RatingDefaulted]);
    assert!(matches!(world.get().rating, Some(Rating::Default { .. })));
    assert!(world.tick().is_empty());
}

/// A breach is a claim of one side until an officer of the region found it, once.
#[test]
fn a_breach_is_found_by_an_officer() {
    let mut world = World::in_service();
    let stop = |ground| Command::Stop { ground, reason: "未履约".into() };
    let own = world.run(stop(StopGround::OwnerBreach), &owner()).unwrap_err();
    assert_eq!(own.code(), "own_breach");
    let find =
        |found| Command::DecideBreach { found, reason: "属实".into(), breach: "b1".into() };
    let early = world.run(find(true), &manager("320706")).unwrap_err();
    assert_eq!(early.code(), "cannot_decide_breach_when_in_service");
    world.run(stop(StopGround::AgencyBreach), &owner()).unwrap();
    assert_eq!(world.run(find(true), &owner()).unwrap_err().code(), "wrong_role");
    assert_eq!(world.run(find(true), &manager("320707")).unwrap_err().code(), "not_your_region");
    world.run(find(true), &manager("320700")).unwrap();
    let stop = world.get().stop.clone().unwrap();
    assert_eq!((stop.found, stop.breach.as_deref()), (Some(true), Some("b1")));
    let again = world.run(find(false), &manager("320706")).unwrap_err();
    assert_eq!(again.code(), "already_decided");
    let mut agreed = World::in_service();
    agreed
        .run(Command::Stop { ground: StopGround::Agreed, reason: "协商".into() }, &agency("a"))
        .unwrap();
    assert!(agreed.run(find(true), &manager("320706")).is_err());
}

#[test]
fn an_owner_cancels_only_while_agencies_register() {
    let cancel = || Command::Cancel { reason: "项目取消".into() };
    let mut world = World::published(draft(SelectionMethod::RandomDraw));
    assert_eq!(world.run(cancel(), &agency("a")).unwrap_err().code(), "not_the_owner");
    world.run(cancel(), &owner()).unwrap();
    assert_eq!(world.stage(), Stage::Cancelled);
    let bids = [("a", Some(100)), ("b", Some(200))];
    let mut world = World::closed(draft(SelectionMethod::LowestPrice), &bids);
    world.tick();
    let late = world.run(cancel(), &owner()).unwrap_err();
    assert_eq!(late.code(), "cannot_cancel_when_on_notice");
    world.run(cancel(), &manager("320706")).unwrap();
    assert_eq!(world.stage(), Stage::Cancelled);
    let mut world = World::awarded();
    assert!(world.run(cancel(), &manager("320706")).is_err(), "an award that is confirmed stands");
}
