use serde_json::json;
use tongban_contracts::exchange::{ItemKind, ResourceEvent, SharingKind};
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Aggregate;

use super::resource::{Command, Draft, Resource};
use super::samples::{READER, SOURCE, by, delivery, resource, sheet, step, steward};

fn draft(resource: tongban_contracts::exchange::DataResource) -> Box<Draft> {
    Box::new(Draft {
        resource, delivery: delivery(), body_name: Some("海州区民政局".to_owned())
    })
}

fn pointers(fault: &Fault) -> Vec<&str> {
    fault.errors().iter().map(|one| one.pointer.as_str()).collect()
}

#[test]
fn everything_wrong_with_a_resource_is_told_at_once() {
    let mut wrong = sheet();
    wrong.code = "30/1".to_owned();
    wrong.sharing = SharingKind::NotShared;
    wrong.items[0].masking = None;
    wrong.items[2].key = "state".to_owned();
    let mut draft = draft(wrong);
    draft.body_name = None;
    draft.delivery.address = "https://user:pass@elsewhere.example/".to_owned();
    let context = by(steward(SOURCE), "2026-03-11");
    let fault = Resource::decide(None, Command::Publish(draft), &context).unwrap_err();
    assert_eq!(
        pointers(&fault),
        [
            "/resource/code",
            "/resource/source_body/id",
            "/resource/items/0/masking",
            "/resource/items/2/key",
            "/resource/not_shared_basis",
            "/delivery/address"
        ]
    );
}

#[test]
fn sharing_on_conditions_names_them_and_no_sharing_its_law() {
    let context = by(steward(SOURCE), "2026-03-11");
    let mut vague = sheet();
    vague.conditions = None;
    let fault = Resource::decide(None, Command::Publish(draft(vague)), &context).unwrap_err();
    assert_eq!(pointers(&fault), ["/resource/conditions"]);
    let mut closed = sheet();
    closed.sharing = SharingKind::NotShared;
    closed.not_shared_basis = vec![serde_json::from_value(json!({"title": "示例法"})).unwrap()];
    assert!(Resource::decide(None, Command::Publish(draft(closed.clone())), &context).is_ok());
    closed.open = true;
    let fault = Resource::decide(None, Command::Publish(draft(closed)), &context).unwrap_err();
    assert_eq!(pointers(&fault), ["/resource/open"]);
}

#[test]
fn only_the_source_body_publishes_changes_and_withdraws() {
    let other = by(steward(READER), "2026-03-11");
    let own = resource(SharingKind::Conditional);
    for (current, command) in [
        (None, Command::Publish(draft(sheet()))),
        (Some(&own), Command::Change(draft(sheet()))),
        (Some(&own), Command::Withdraw("示例".to_owned())),
    ] {
        let fault = Resource::decide(current, command, &other).unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (FaultKind::Forbidden, "not_your_body"));
    }
    // Nor does it take over what is another's by naming itself.
    let mut taken = sheet();
    taken.source_body.id = READER.to_owned();
    let fault = Resource::decide(Some(&own), Command::Change(draft(taken)), &other).unwrap_err();
    assert_eq!(fault.code(), "not_your_body");
}

#[test]
fn a_version_keeps_code_and_types_and_an_end_is_an_end() {
    let context = by(steward(SOURCE), "2026-03-11");
    let own = resource(SharingKind::Conditional);
    let mut next = sheet();
    next.code = "306011/000009".to_owned();
    next.items[1].kind = ItemKind::Integer;
    let fault = Resource::decide(Some(&own), Command::Change(draft(next)), &context).unwrap_err();
    assert_eq!(pointers(&fault), ["/resource/code", "/resource/items/1/kind"]);
    let mut next = sheet();
    next.summary = "第二版".to_owned();
    let events = Resource::decide(Some(&own), Command::Change(draft(next)), &context).unwrap();
    assert!(matches!(&events[0], ResourceEvent::Changed { revision: 2, .. }));
    let mut one = Some(own);
    step(&mut one, Command::Withdraw("示例".to_owned()), &context).unwrap();
    let ended = one.unwrap();
    assert!(ended.in_force().is_none() && ended.shared_item("id_number").is_none());
    let again = Resource::decide(Some(&ended), Command::Change(draft(sheet())), &context);
    assert_eq!(again.unwrap_err().code(), "withdrawn");
}
