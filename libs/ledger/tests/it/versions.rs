//! Three builds of one service over one ledger: what each writes the others read, or say that they cannot.
//!
//! The first build says `measured {"text": "5 m"}`; the second `measured {"metres": 5}` (version 2); the third
//! `sized {"centimetres": 500}` (version 3, renamed), and its state has another shape.

use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tongban_contracts::{DomainEvent, Meta, Upcast};
use tongban_kernel::{Context, Fault, FaultKind};
use tongban_ledger::{Aggregate, Order, Stored, hash_of_envelope, replay, unsent};

use crate::world::{World, caller, on_both, row};

/// What differs between the builds beside the event.
trait Build: Sized {
    fn event(metres: u32) -> Self;
    fn metres(&self) -> u32;
}

/// An aggregate that adds up what was measured, in the manner of one build.
macro_rules! build {
    ($build:ident, shape $shape:literal, state $total:ident, event $event:item, upcasts $steps:expr) => {
        mod $build {
            use super::*;

            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[serde(tag = "type", content = "data", rename_all = "snake_case")]
            $event

            impl DomainEvent for Event {
                const SERVICE: &'static str = "tallies";
                const AGGREGATE: &'static str = "rope";

                fn upcasts() -> &'static [Upcast] {
                    $steps
                }
            }

            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct Rope {
                pub $total: u32,
            }

            impl Aggregate for Rope {
                type Event = Event;
                type Command = u32;

                const SHAPE: u32 = $shape;
                const KEPT_EVERY: i64 = 1;

                fn decide(_: Option<&Self>, metres: u32, _: &Context) -> Result<Vec<Event>, Fault> {
                    Ok(vec![Event::event(metres)])
                }

                fn evolve(current: Option<Self>, event: &Event, _: &Meta) -> Option<Self> {
                    let before = current.map_or(0, |rope| rope.$total);
                    Some(Self { $total: before + event.metres() })
                }
            }

            impl Stored for Rope {
                type Row = row::Entity;

                fn row(&self, id: &str, _: i64) -> row::ActiveModel {
                    row::ActiveModel { id: Set(id.to_owned()), total: Set(self.$total.into()) }
                }
            }
        }
    };
}

build!(one, shape 1, state metres, event pub enum Event { Measured { text: String } }, upcasts &[]);
build!(two, shape 1, state metres, event pub enum Event { Measured { metres: u32 } }, upcasts &[READ]);
build!(three, shape 2, state total, event pub enum Event { Sized { centimetres: u32 } }, upcasts &[READ, RENAMED]);

const READ: Upcast = Upcast { name: "measured", from: 1, to: "measured", data: read };
const RENAMED: Upcast = Upcast { name: "measured", from: 2, to: "sized", data: renamed };

fn read(data: Value) -> Result<Value, String> {
    let number = data["text"].as_str().and_then(|text| text.strip_suffix(" m"));
    let number: u32 = number.and_then(|number| number.parse().ok()).ok_or("not in metres")?;
    Ok(json!({"metres": number}))
}

fn renamed(data: Value) -> Result<Value, String> {
    let metres = data["metres"].as_u64().ok_or("no metres")?;
    Ok(json!({"centimetres": metres * 100}))
}

impl Build for one::Event {
    fn event(metres: u32) -> Self {
        Self::Measured { text: format!("{metres} m") }
    }
    fn metres(&self) -> u32 {
        let Self::Measured { text } = self;
        text.trim_end_matches(" m").parse().unwrap()
    }
}

impl Build for two::Event {
    fn event(metres: u32) -> Self {
        Self::Measured { metres }
    }
    fn metres(&self) -> u32 {
        let Self::Measured { metres } = self;
        *metres
    }
}

impl Build for three::Event {
    fn event(metres: u32) -> Self {
        Self::Sized { centimetres: metres * 100 }
    }
    fn metres(&self) -> u32 {
        let Self::Sized { centimetres } = self;
        centimetres / 100
    }
}

async fn measure<A: Stored<Command = u32>>(world: &World, metres: u32) -> Result<A, Fault> {
    let done = world.ledger.execute::<A>("r", metres, &caller("a")).await?;
    Ok(done.state)
}

async fn stored(world: &World) -> Vec<(String, String)> {
    let unsent = unsent(world.ledger.db().read(), "tallies", 100).await.unwrap();
    let told = unsent.events.into_iter().map(|one| one.envelope);
    told.map(|envelope| (envelope.parts().unwrap().2.to_owned(), envelope.data.get().to_owned()))
        .collect()
}

async fn flaws<A: Stored>(world: &World) -> usize {
    let snapshot = world.ledger.db().snapshot().await.unwrap();
    replay::<A>().replay(&snapshot).await.unwrap().len()
}

on_both! {
    async fn one_history_holds_every_version(world: &World) {
        assert_eq!(measure::<one::Rope>(world, 1).await.unwrap().metres, 1);
        assert_eq!(measure::<two::Rope>(world, 2).await.unwrap().metres, 3);
        assert_eq!(measure::<three::Rope>(world, 3).await.unwrap().total, 6);
        assert_eq!(measure::<three::Rope>(world, 4).await.unwrap().total, 10);

        let written = [
            ("measured", r#"{"text":"1 m"}"#), ("measured.v2", r#"{"metres":2}"#),
            ("sized.v3", r#"{"centimetres":300}"#), ("sized.v3", r#"{"centimetres":400}"#),
        ];
        let written = written.map(|(name, data)| (name.to_owned(), data.to_owned()));
        assert_eq!(stored(world).await, written, "each as its build wrote it, and never written again");

        let history = world.ledger.history::<three::Rope>("r").await.unwrap();
        let read: Vec<u32> = history.iter().map(|one| one.event.metres()).collect();
        assert_eq!(read, [1, 2, 3, 4]);
        assert_eq!(world.ledger.check::<three::Rope>("r").await.unwrap(), Ok(4), "the chain is over what is stored");
        assert_eq!(flaws::<three::Rope>(world).await, 0);
    }

    async fn the_hash_covers_the_version(world: &World) {
        measure::<two::Rope>(world, 2).await.unwrap();
        let unsent = unsent(world.ledger.db().read(), "tallies", 1).await.unwrap();
        let envelope = unsent.events[0].envelope.clone();
        assert_eq!(envelope.kind, "cn.tongban.tallies.rope.measured.v2");
        assert_eq!(hash_of_envelope(&envelope), Some(envelope.chainhash.clone()));
        let mut older = envelope.clone();
        older.kind = "cn.tongban.tallies.rope.measured.v1".into();
        assert_ne!(hash_of_envelope(&older), Some(envelope.chainhash));
        world.sql("UPDATE ledger_event SET name = 'measured' WHERE name = 'measured.v2'").await;
        let fault = world.ledger.check::<two::Rope>("r").await.unwrap().unwrap_err();
        assert_eq!(fault.problem, "changed after it was written");
    }

    async fn a_build_says_what_it_cannot_read(world: &World) {
        measure::<one::Rope>(world, 1).await.unwrap();
        measure::<two::Rope>(world, 2).await.unwrap();
        let fault = world.ledger.history::<one::Rope>("r").await.unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (FaultKind::Unavailable, "newer_event"));
        assert!(fault.to_string().contains("measured.v2 is of a version this build does not know"), "{fault}");
        assert_eq!(world.ledger.history::<two::Rope>("r").await.unwrap().len(), 2);
    }

    async fn a_state_of_another_shape_is_recomputed(world: &World) {
        measure::<two::Rope>(world, 2).await.unwrap();
        assert_eq!(measure::<three::Rope>(world, 3).await.unwrap().total, 5, "from the events");
        // The build before does not know what is in there; it neither guesses nor overwrites.
        let fault = measure::<two::Rope>(world, 1).await.unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (FaultKind::Unavailable, "newer_event"));
        let transaction = world.ledger.db().begin().await.unwrap();
        let order = Order::<two::Rope> { id: "r".into(), command: 1, caller: caller("a") };
        let (place, fault) = world.ledger.execute_all_within(&transaction, vec![order]).await.unwrap_err();
        assert_eq!((place, fault.code()), (0, "newer_event"));
        drop(transaction);
        assert_eq!(world.ledger.load::<three::Rope>("r").await.unwrap().unwrap().state.total, 5);
        assert_eq!((flaws::<three::Rope>(world).await, flaws::<two::Rope>(world).await), (0, 1));
    }

    async fn builds_that_differ_in_the_state_alone_serve_side_by_side(world: &World) {
        for round in 0..3 {
            let total = 2 * round + 1;
            assert_eq!(measure::<two::Rope>(world, 1).await.unwrap().metres, total);
            assert_eq!(measure::<reshaped::Rope>(world, 1).await.unwrap().total, total + 1);
        }
        assert_eq!(world.column("r").await, Some(6));
        assert_eq!((flaws::<two::Rope>(world).await, flaws::<reshaped::Rope>(world).await), (0, 0));
        world.sql("UPDATE ledger_aggregate SET state = replace(state, '6', '7')").await;
        assert_eq!(flaws::<reshaped::Rope>(world).await, 1, "a state of one's own shape is compared");
    }

    async fn a_state_is_not_recomputed_from_a_history_that_is_not_its_own(world: &World) {
        measure::<two::Rope>(world, 1).await.unwrap();
        measure::<two::Rope>(world, 1).await.unwrap();
        world.sql("DELETE FROM ledger_event WHERE version = 2").await;
        let fault = measure::<reshaped::Rope>(world, 1).await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Internal, "{fault}");
    }
}

build!(reshaped, shape 2, state total, event pub enum Event { Measured { metres: u32 } }, upcasts &[READ]);

impl Build for reshaped::Event {
    fn event(metres: u32) -> Self {
        Self::Measured { metres }
    }
    fn metres(&self) -> u32 {
        let Self::Measured { metres } = self;
        *metres
    }
}
