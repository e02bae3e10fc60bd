//! Who registers, and until when.

use chrono::Duration;
use tongban_contracts::purchases::{Needed, SelectionMethod, StaffNeed};

use super::world::{World, agency, draft, faults, registrant, sought};
use crate::domain::purchase::Command;
use crate::domain::purchase::register::{Sought, Standing};

const RANDOM: SelectionMethod = SelectionMethod::RandomDraw;

fn refused(world: &mut World, sought: Sought) -> Vec<String> {
    let account = sought.registrant.account.clone();
    let actor = super::world::principal(&account, tongban_kernel::PrincipalKind::Organisation);
    let fault = world.run(Command::Register(Box::new(sought)), &actor).unwrap_err();
    assert_eq!(fault.code(), "cannot_register", "{fault}");
    faults(&fault).into_iter().map(|(_, code)| code).collect()
}

#[test]
fn the_end_is_by_the_platforms_clock_and_both_times_are_told() {
    let mut world = World::published(draft(RANDOM));
    world.now = world.get().requirement.registration_until;
    let late = Sought { sent_at: Some(world.now - Duration::seconds(90)), ..sought("a", None) };
    let fault = world.run(Command::Register(Box::new(late)), &agency("a")).unwrap_err();
    assert_eq!(fault.code(), "registration_over");
    let detail = fault.detail().unwrap();
    assert!(
        detail.contains("2026-03-18T02:00:00.000Z") && detail.contains("2026-03-18T01:58:30.000Z"),
        "{detail}"
    );
    // A clock that runs ahead does not bar anybody.
    world.now -= Duration::microseconds(1);
    let ahead = Sought { sent_at: Some(world.now + Duration::hours(1)), ..sought("a", None) };
    world.run(Command::Register(Box::new(ahead)), &agency("a")).unwrap();
}

#[test]
fn only_who_is_fit_registers() {
    let mut draft = draft(RANDOM);
    draft.recusal = true;
    draft.recusal_reason = Some("股权关系".into());
    draft.recusal_agencies = vec!["91320706MA0000000X".into()];
    let mut world = World::published(draft);
    for (standing, code) in [
        (Standing::Suspended, "agency_suspended"),
        (Standing::Excluded, "agency_excluded"),
        (Standing::Exited, "agency_exited"),
    ] {
        let mut one = sought("a", None);
        one.registrant.standing = standing;
        assert_eq!(refused(&mut world, one), [code]);
    }
    let mut unlinked = sought("a", None);
    unlinked.registrant.services.clear();
    assert_eq!(refused(&mut world, unlinked), ["not_linked"]);
    let mut recused = sought("a", None);
    recused.registrant.code = "91320706MA0000000X".into();
    assert_eq!(refused(&mut world, recused), ["recused"]);
    let mut quoting = sought("a", Some(5));
    quoting.registrant.qualifications[0].1 = Some("2026-03-17".parse().unwrap());
    assert_eq!(refused(&mut world, quoting), ["not_qualified", "no_bids"], "all at once");
    let fault = world.run(Command::Register(Box::new(sought("a", None))), &agency("b"));
    assert_eq!(fault.unwrap_err().code(), "not_your_agency");
    world.run(Command::Register(Box::new(sought("a", None))), &agency("a")).unwrap();
    let again = world.run(Command::Register(Box::new(sought("a", None))), &agency("a"));
    assert_eq!(again.unwrap_err().code(), "already_registered");
}

#[test]
fn a_witness_of_the_draw_is_no_candidate_of_it() {
    let mut draft = draft(RANDOM);
    draft.witnesses = vec!["w".into(), sought("a", None).registrant.account];
    let mut world = World::published(draft);
    assert_eq!(refused(&mut world, sought("a", None)), ["witness_is_candidate"]);
    world.run(Command::Register(Box::new(sought("b", None))), &agency("b")).unwrap();
}

#[test]
fn any_or_all_of_the_qualifications() {
    let mut any = draft(RANDOM);
    any.qualifications.codes = vec!["surveying-a".into(), "surveying-b".into()];
    let mut all = any.clone();
    all.qualifications.needed = Needed::All;
    let mut world = World::published(any);
    world.run(Command::Register(Box::new(sought("a", None))), &agency("a")).unwrap();
    let mut world = World::published(all);
    assert_eq!(refused(&mut world, sought("a", None)), ["not_qualified"]);
    let mut both = sought("a", None);
    both.registrant.qualifications.push(("surveying-a".into(), None));
    world.run(Command::Register(Box::new(both)), &agency("a")).unwrap();
}

#[test]
fn staff_is_qualified_to_the_last_day() {
    let mut draft = draft(RANDOM);
    draft.staff = vec![StaffNeed { qualification: "registered-surveyor".into(), number: 1 }];
    let mut world = World::published(draft);
    assert_eq!(refused(&mut world, sought("a", None)), ["too_few_staff"]);
    let with = |staff: &[&str]| Sought {
        staff: staff.iter().map(|one| (*one).to_owned()).collect(),
        ..sought("a", None)
    };
    assert_eq!(refused(&mut world, with(&["S09"])), ["unknown_staff", "too_few_staff"]);
    assert_eq!(refused(&mut world, with(&["S01", "S01"])), ["duplicate"]);
    let mut expired = with(&["S01"]);
    expired.registrant.staff[0].1[0].1 = Some("2026-03-17".parse().unwrap());
    assert_eq!(refused(&mut world, expired), ["too_few_staff"]);
    // Registration ends on the 18th in China, and so does the certificate.
    assert_eq!(registrant("a").staff[0].1[0].1, Some("2026-03-18".parse().unwrap()));
    world.run(Command::Register(Box::new(with(&["S01"]))), &agency("a")).unwrap();
}

#[test]
fn bids_are_within_what_was_published() {
    let mut world = World::published(draft(SelectionMethod::LowestPrice));
    assert_eq!(refused(&mut world, sought("a", None)), ["required"]);
    assert_eq!(refused(&mut world, sought("a", Some(3_000_001))), ["above_budget"]);
    assert_eq!(refused(&mut world, sought("a", Some(0))), ["not_positive"]);
    world.run(Command::Register(Box::new(sought("a", Some(3_000_000)))), &agency("a")).unwrap();
}

#[test]
fn a_registration_is_withdrawn_until_the_end() {
    let mut world = World::registered(draft(RANDOM), &[("a", None), ("b", None)]);
    world.run(Command::WithdrawRegistration, &agency("a")).unwrap();
    let again = world.run(Command::WithdrawRegistration, &agency("a")).unwrap_err();
    assert_eq!(again.code(), "not_registered");
    world.now = world.get().requirement.registration_until;
    let late = world.run(Command::WithdrawRegistration, &agency("b")).unwrap_err();
    assert_eq!(late.code(), "registration_over");
}
