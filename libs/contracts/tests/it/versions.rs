//! An event in three versions, one of them under another name: whatever version it is written in, it is read.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tongban_contracts::event::{join, split};
use tongban_contracts::version::faults_in_steps;
use tongban_contracts::{DomainEvent, Envelope, Place, Sealed, Unreadable, Upcast, Versioned};

/// Version 1 of `moved` said `{"to": "x 1"}`, version 2 `{"street": "x", "number": "1"}`; since version 3 it is
/// called `relocated`, and the number is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum HouseEvent {
    Built,
    Relocated { street: String, number: u32 },
}

impl DomainEvent for HouseEvent {
    const SERVICE: &'static str = "streets";
    const AGGREGATE: &'static str = "house";

    fn upcasts() -> &'static [Upcast] {
        &[
            Upcast { name: "moved", from: 1, to: "moved", data: apart },
            Upcast { name: "moved", from: 2, to: "relocated", data: counted },
        ]
    }
}

fn apart(data: Value) -> Result<Value, String> {
    let to = data["to"].as_str().ok_or("no `to`")?;
    let (street, number) = to.rsplit_once(' ').ok_or("no number")?;
    Ok(json!({"street": street, "number": number}))
}

fn counted(mut data: Value) -> Result<Value, String> {
    let number = data["number"].as_str().and_then(|number| number.parse::<u32>().ok());
    data["number"] = number.ok_or("the number is none")?.into();
    Ok(data)
}

fn envelope(stored: &str, data: &Value) -> Envelope {
    let place = Place {
        event_id: uuid::Uuid::nil(),
        aggregate: "house".into(),
        aggregate_id: "1".into(),
        version: 1,
        at: chrono::DateTime::UNIX_EPOCH,
    };
    let text = |text: String| RawValue::from_string(text).unwrap();
    let (actor, data) = (text("{}".into()), text(data.to_string()));
    let sealed = Sealed { actor, data, previous: String::new(), hash: String::new() };
    Envelope::wrap("streets", stored, place, sealed, None)
}

#[test]
fn the_steps_are_whole() {
    assert_eq!(faults_in_steps::<HouseEvent>(), Vec::<String>::new());
    assert_eq!(Versioned::of::<HouseEvent>("relocated").version, 3);
    assert_eq!(Versioned::of::<HouseEvent>("built").version, 1);
}

#[test]
fn the_type_of_an_envelope_tells_the_version() {
    for (stored, kind) in [
        ("built", "cn.tongban.streets.house.built.v1"),
        ("relocated.v3", "cn.tongban.streets.house.relocated.v3"),
    ] {
        let envelope = envelope(stored, &Value::Null);
        assert_eq!(envelope.kind, kind);
        assert_eq!(envelope.parts(), Some(("streets", "house", stored)));
        assert_eq!(envelope.topic().as_deref(), Some("tongban.streets.house"));
    }
    for kind in
        ["built", "built.v0", "built.v01", "built.v2.v1", "built.v1.v2", "built.x.v1", ".v1"]
    {
        let mut envelope = envelope("built", &Value::Null);
        envelope.kind = format!("cn.tongban.streets.house.{kind}");
        assert_eq!(envelope.parts(), None, "{kind}");
    }
}

#[test]
fn a_version_beyond_is_refused_and_never_guessed() {
    for stored in ["built.v2", "relocated.v4", "moved.v3", "burnt.v2"] {
        let data = json!({"street": "x", "number": 1});
        let error = join::<HouseEvent>(stored, data.clone()).unwrap_err();
        assert!(matches!(error, Unreadable::Newer { .. }), "{stored}: {error}");
        let told = envelope(stored, &data).read::<HouseEvent>().unwrap_err().to_string();
        assert!(told.contains("a version this build does not know"), "{told}");
    }
    // What today's name never was in an earlier version is not read as if it had been.
    for stored in ["relocated", "relocated.v2"] {
        let error = join::<HouseEvent>(stored, json!({"street": "x", "number": 1})).unwrap_err();
        assert!(matches!(error, Unreadable::Newer { .. }), "{stored}: {error}");
    }
}

#[test]
fn what_a_step_cannot_read_is_named() {
    let error = join::<HouseEvent>("moved", json!({"to": "nowhere"})).unwrap_err();
    assert_eq!(error.to_string(), "moved cannot be brought up to the next version: no number");
    let error = join::<HouseEvent>("moved.v2", json!({"street": "x", "number": "y"})).unwrap_err();
    assert!(error.to_string().starts_with("moved.v2 cannot be brought up"), "{error}");
    assert!(matches!(join::<HouseEvent>("a.b", Value::Null), Err(Unreadable::Name(_))));
}

proptest! {
    #[test]
    fn every_version_of_an_event_is_the_same_event(street in "[a-z ]{1,20}", number: u32) {
        let today = HouseEvent::Relocated { street: street.clone(), number };
        let versions = [
            ("moved", json!({"to": format!("{street} {number}")})),
            ("moved.v2", json!({"street": street, "number": number.to_string()})),
            ("relocated.v3", json!({"street": street, "number": number})),
        ];
        for (stored, data) in versions {
            prop_assert_eq!(&join::<HouseEvent>(stored, data.clone()).unwrap(), &today);
            prop_assert_eq!(&envelope(stored, &data).read::<HouseEvent>().unwrap(), &today);
        }
        let (stored, data) = split(&today).unwrap();
        prop_assert_eq!(&stored, "relocated.v3");
        prop_assert_eq!(join::<HouseEvent>(&stored, serde_json::from_str(&data).unwrap()).unwrap(), today);
    }
}
