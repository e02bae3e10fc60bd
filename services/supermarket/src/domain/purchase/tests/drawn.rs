//! Selection by a draw.

use tongban_contracts::purchases::SelectionMethod;

use super::world::{World, calendar, draft, owner, rules, sought};
use crate::domain::purchase::selection::{candidates, needs_draw, number_to_draw};
use crate::domain::purchase::{Command, Stage};

const RANDOM: SelectionMethod = SelectionMethod::RandomDraw;
const CREDIT: SelectionMethod = SelectionMethod::CreditChoice;

fn drawn(draw: &str, result: &[&str]) -> Command {
    let result = result.iter().map(|one| (*one).to_owned()).collect();
    Command::Drawn { draw: draw.into(), result, rules: rules(), calendar: calendar() }
}

fn propose(draw: &str) -> Command {
    Command::ProposeDraw { draw: draw.into(), candidates: Vec::new() }
}

#[test]
fn a_random_draw_awards_at_the_budget() {
    let mut world = World::closed(draft(RANDOM), &[("a", None), ("b", None)]);
    assert!(needs_draw(world.get()) && world.tick().is_empty(), "the clock alone selects nobody");
    assert_eq!(candidates(world.get()), [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    world.platform(propose("d/1")).unwrap();
    assert_eq!(world.stage(), Stage::Drawing);
    assert!(world.platform(propose("d/1")).unwrap().is_empty(), "once");
    assert!(world.platform(drawn("d/0", &["a"])).unwrap().is_empty(), "of another draw");
    world.platform(drawn("d/1", &["b"])).unwrap();
    let award = world.get().award.clone().unwrap();
    assert_eq!((award.agency.as_str(), award.price_fen), ("b", 3_000_000));
    assert_eq!(award.draw.as_deref(), Some("d/1"));
    // The same result again, from another process: nothing.
    assert!(world.platform(drawn("d/1", &["b"])).unwrap().is_empty());
    assert!(world.platform(drawn("d/1", &["a"])).unwrap().is_empty(), "no second award");
}

/// A draw that lapsed for want of a witness is followed by another.
#[test]
fn another_draw_takes_the_place_of_one_that_lapsed() {
    let mut world = World::closed(draft(RANDOM), &[("a", None)]);
    world.platform(propose("d/1")).unwrap();
    world.platform(propose("d/2")).unwrap();
    assert_eq!(world.get().draw.as_deref(), Some("d/2"));
}

#[test]
fn who_dropped_out_is_not_awarded() {
    let mut world = World::closed(draft(RANDOM), &[("a", None), ("b", None)]);
    world.platform(propose("d/1")).unwrap();
    world.drop_out("a");
    let refused = world.platform(drawn("d/1", &["a"])).unwrap_err();
    assert_eq!(refused.code(), "drawn_dropped_out");
    world.platform(drawn("d/1", &["b"])).unwrap();
    // The winner drops out on notice: the draw goes on from its stream.
    world.drop_out("b");
    assert_eq!(world.stage(), Stage::Failed, "nobody is left");
    let mut world = World::closed(draft(RANDOM), &[("a", None), ("b", None)]);
    world.platform(propose("d/1")).unwrap();
    world.platform(drawn("d/1", &["b"])).unwrap();
    world.drop_out("b");
    assert_eq!((world.stage(), world.get().draw.as_deref()), (Stage::Drawing, Some("d/1")));
    world.platform(drawn("d/1", &["a"])).unwrap();
    assert_eq!(world.get().award.as_ref().unwrap().agency, "a");
}

/// Large list by credit, small list by weighted draw, then the owner picks.
#[test]
fn the_owner_picks_from_the_small_list() {
    let mut world = World::published(draft(CREDIT));
    for (name, weight) in [("a", 40), ("b", 100), ("c", 80), ("d", 40)] {
        let mut one = sought(name, None);
        one.registrant.weight = weight;
        world.run(Command::Register(Box::new(one)), &super::world::agency(name)).unwrap();
    }
    world.now = world.get().requirement.registration_until;
    world.close(Default::default(), Vec::new()).unwrap();
    let large = candidates(world.get());
    let expected = [("b".to_owned(), 100), ("c".to_owned(), 80), ("a".to_owned(), 40)];
    assert_eq!(large, expected, "of equal credit the earlier");
    assert_eq!(number_to_draw(world.get(), large.len()), 2);
    world.platform(propose("d/1")).unwrap();
    world.platform(drawn("d/1", &["c", "b"])).unwrap();
    assert_eq!(world.stage(), Stage::Choosing);
    let choose = |agency: &str, reason: &str| Command::Choose {
        agency: agency.into(),
        reason: reason.into(),
        rules: rules(),
        calendar: calendar(),
    };
    let refused = world.run(choose("a", " "), &owner()).unwrap_err();
    assert_eq!(refused.errors().len(), 2);
    let stranger = world.run(choose("b", "业绩"), &super::world::agency("b")).unwrap_err();
    assert_eq!(stranger.code(), "not_the_owner");
    world.run(choose("b", "同类业绩较多"), &owner()).unwrap();
    assert_eq!(world.stage(), Stage::OnNotice);
    let second = world.run(choose("c", "改选"), &owner()).unwrap_err();
    assert_eq!(second.code(), "cannot_choose_when_on_notice");
    world.drop_out("b");
    assert_eq!(
        (world.stage(), world.get().short_list.as_slice()),
        (Stage::Choosing, &["c".to_owned()][..])
    );
}

#[test]
fn an_owner_who_does_not_pick_in_time_has_no_award() {
    let mut world = World::closed(draft(CREDIT), &[("a", None), ("b", None)]);
    world.platform(propose("d/1")).unwrap();
    world.platform(drawn("d/1", &["a", "b"])).unwrap();
    assert!(world.tick().is_empty());
    world.now = "2026-03-25T16:00:00Z".parse().unwrap();
    world.tick();
    assert_eq!(world.get().ended.clone().unwrap().0, "no_choice_in_time");
}
