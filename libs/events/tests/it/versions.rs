//! A consumer reads every version it knows, in one aggregate's history, and parks what is beyond.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tongban_contracts::{DomainEvent, Envelope, Upcast};
use tongban_events::{Consumer, Message, replay};
use tongban_kernel::Fault;
use tongban_ledger::{GENESIS, Link, envelope_of, hash_of};

use crate::note::{SERVICE, link, topic, wrapped};
use crate::world::{World, on_both};

/// Notes as a consumer of a later build knows them: version 1 had a text, version 2 its length, version 3 is
/// called `counted`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum Later {
    Counted { length: usize },
}

/// The same a build before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum Earlier {
    Noted { length: usize },
}

const MEASURED: Upcast = Upcast { name: "noted", from: 1, to: "noted", data: measured };
const RENAMED: Upcast = Upcast { name: "noted", from: 2, to: "counted", data: Ok };

fn measured(data: Value) -> Result<Value, String> {
    let text = data["text"].as_str().ok_or("no text")?;
    Ok(json!({"length": text.len()}))
}

trait Length: DomainEvent {
    fn length(self) -> usize;
}

impl DomainEvent for Later {
    const SERVICE: &'static str = SERVICE;
    const AGGREGATE: &'static str = "note";
    fn upcasts() -> &'static [Upcast] {
        &[MEASURED, RENAMED]
    }
}

impl Length for Later {
    fn length(self) -> usize {
        let Self::Counted { length } = self;
        length
    }
}

impl DomainEvent for Earlier {
    const SERVICE: &'static str = SERVICE;
    const AGGREGATE: &'static str = "note";
    fn upcasts() -> &'static [Upcast] {
        &[MEASURED]
    }
}

impl Length for Earlier {
    fn length(self) -> usize {
        let Self::Noted { length } = self;
        length
    }
}

/// Keeps the lengths it is told of, in one build's manner.
struct Reader<E>(Mutex<Vec<usize>>, std::marker::PhantomData<fn() -> E>);

impl<E> Reader<E> {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::default(), std::marker::PhantomData))
    }

    fn read(&self) -> Vec<usize> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl<E: Length> Consumer for Reader<E> {
    fn name(&self) -> &'static str {
        "reader"
    }

    fn topics(&self) -> Vec<String> {
        vec![topic()]
    }

    async fn consume(&self, event: &Envelope, _: &DatabaseTransaction) -> Result<(), Fault> {
        let read = event.read::<E>().map_err(Fault::internal)?;
        self.0.lock().unwrap().push(read.length());
        Ok(())
    }
}

/// A note's history written by four builds.
fn written() -> Vec<Message> {
    let parts = [
        ("noted", json!({"text": "a"})),
        ("noted.v2", json!({"length": 2})),
        ("counted.v3", json!({"length": 3})),
        ("noted.v2", json!({"length": 4})),
    ];
    let mut previous = GENESIS;
    let mut messages = Vec::new();
    for (version, (name, data)) in (1..).zip(parts) {
        let (id, data) = (uuid::Uuid::from_u128(version as u128).to_string(), data.to_string());
        let link = Link { name, ..link(&previous, &id, "n", version, "{}", &data) };
        messages.push(wrapped(&envelope_of(SERVICE, &link).unwrap()));
        previous = hash_of(&link);
    }
    messages
}

on_both! {
    async fn mixed_versions_are_read_as_those_of_today(world: &World) {
        let reader = Reader::<Later>::new();
        let consumer = world.consume(reader.clone());
        world.send(&written()).await;
        tongban_testkit::eventually("four effects", async || (reader.read().len() == 4).then_some(())).await;
        assert_eq!(reader.read(), [1, 2, 3, 4]);
        assert_eq!(world.parked().await, 0);
        consumer.stop().await;
    }

    async fn a_version_beyond_is_parked_with_its_reason_until_the_upgrade(world: &World) {
        let earlier = Reader::<Earlier>::new();
        let consumer = world.consume(earlier.clone());
        world.send(&written()).await;
        let parked = world.after_parking(2).await;
        assert!(parked[0].1.contains("counted.v3 is of a version this build does not know"), "{parked:?}");
        assert!(parked[1].1.contains("missing or parked"), "{parked:?}");
        consumer.stop().await;
        let later = Reader::<Later>::new();
        assert_eq!(replay(&world.ledger, later.as_ref()).await.unwrap(), 2);
        assert_eq!(later.read(), [3, 4]);
        assert_eq!(world.parked().await, 0);
    }
}
