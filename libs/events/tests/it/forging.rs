//! What somebody else put on the topic takes no effect.

use std::sync::{Arc, LazyLock};

use serde_json::json;
use tongban_contracts::{DomainEvent, Envelope};
use tongban_events::{Message, replay};
use tongban_kernel::Principal;
use tongban_ledger::{GENESIS, Link, envelope_of};

use crate::note::{NoteEvent, SERVICE, Scribe, topic, wrapped};
use crate::world::{World, on_both};

/// An envelope with a right hash over whatever the test wants.
fn crafted<'a>(service: &str, bend: impl FnOnce(&mut Link<'a>)) -> Envelope {
    static ACTOR: LazyLock<String> =
        LazyLock::new(|| serde_json::to_string(&Principal::service("test")).unwrap());
    let mut link = Link {
        previous: &GENESIS,
        event_id: "0190a1b2-0000-7000-8000-00000000000a",
        aggregate: NoteEvent::AGGREGATE,
        aggregate_id: "a",
        version: 1,
        name: "noted",
        at: 0,
        actor: &ACTOR,
        data: r#"{"text":"forged"}"#,
    };
    bend(&mut link);
    envelope_of(service, &link).unwrap()
}

on_both! {
    async fn what_is_no_event_of_the_topic_is_parked(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let sent = |bend: fn(&mut Envelope)| {
            let mut envelope = crafted(SERVICE, |_| {});
            bend(&mut envelope);
            wrapped(&envelope)
        };
        let bad: Vec<(Message, &str)> = vec![
            (wrapped(&crafted(SERVICE, |link| link.data = r#"{"text":7}"#)), "invalid type"),
            (wrapped(&crafted(SERVICE, |link| link.name = "burnt")), "unknown variant"),
            (wrapped(&crafted("folders", |_| {})), "does not belong on this topic"),
            (wrapped(&crafted(SERVICE, |link| link.aggregate = "folder")), "does not belong"),
            (sent(|forged| forged.source = "/tongban/folders".into()), "source"),
            (sent(|forged| forged.specversion = "2.0".into()), "CloudEvents"),
            (sent(|forged| forged.chainhash = "0".repeat(64)), "hash"),
            (sent(|forged| forged.chainhash = forged.chainhash.to_uppercase()), "hash"),
            (sent(|forged| forged.previoushash = "1".repeat(64)), "hash"),
            (sent(|forged| forged.previoushash = "no hexadecimal".into()), "hash"),
            (sent(|forged| forged.sequence = "2".into()), "hash"),
            (sent(|forged| forged.id = uuid::Uuid::nil()), "hash"),
            (sent(|forged| forged.time += chrono::TimeDelta::nanoseconds(1)), "hash"),
            (sent(|forged| {
                forged.data = serde_json::value::to_raw_value(&json!({"text": "x"})).unwrap();
            }), "hash"),
            (sent(|forged| {
                forged.actor = serde_json::value::to_raw_value(&Principal::service("other")).unwrap();
            }), "hash"),
            (wrapped(&crafted(SERVICE, |link| link.previous = &[7; 32])), "follows on none"),
            (wrapped(&crafted(SERVICE, |link| link.aggregate_id = "")), "no identifier"),
            (wrapped(&crafted(SERVICE, |link| link.aggregate_id = "a\u{0}b")), "no identifier"),
        ];
        let messages: Vec<_> = bad.iter().map(|(message, _)| message.clone()).collect();
        for one in &messages {
            world.send(std::slice::from_ref(one)).await;
        }
        let parked = world.after_parking(bad.len()).await;
        for (message, why) in &bad {
            let told = parked.iter().any(|(_, reason)| reason.contains(why));
            assert!(told, "{why}: {message:?} {parked:#?}");
        }
        // All at once and again, between true ones.
        world.send(&messages).await;
        world.send(&[world.message("z", 1, "x")]).await;
        world.send(&messages).await;
        assert_eq!(world.after_effects(1).await, [("z".to_owned(), 1)]);
        assert_eq!(world.parked().await, bad.len() as u64);
        assert!(replay(&world.ledger, &Scribe::default()).await.is_err());
        assert_eq!((world.effects().await.len(), world.parked().await), (1, bad.len() as u64));
        consumer.stop().await;
    }

    async fn what_contradicts_the_chain_is_parked_and_the_true_event_goes_on(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let truth: Vec<_> = (1..=4).map(|version| world.message("a", version, "x")).collect();
        world.send(&truth[..2]).await;
        world.after_effects(2).await;
        let hash = |version| hex(&world.book.envelope("a", version, "x").chainhash);
        let (first, second) = (hash(1), hash(2));
        let id = world.book.envelope("a", 1, "x").id.to_string();
        let forged = [
            // Another event in a place that was carried out, the last and the one before.
            crafted(SERVICE, |link| (link.version, link.previous) = (2, &first)),
            crafted(SERVICE, |_| {}),
            // The next one, but on another past, or with an identifier that was used.
            crafted(SERVICE, |link| (link.version, link.previous) = (3, &first)),
            crafted(SERVICE, |link| {
                (link.version, link.previous, link.event_id) = (3, &second, &id);
            }),
        ];
        let forged: Vec<_> = forged.iter().map(wrapped).collect();
        world.send(&forged).await;
        let parked = world.after_parking(4).await;
        for why in ["has its place", "does not follow", "has its identifier"] {
            assert!(parked.iter().any(|(_, reason)| reason.contains(why)), "{why}: {parked:?}");
        }
        world.send(&truth).await;
        let effects = world.after_effects(4).await;
        let versions: Vec<_> = effects.iter().map(|(_, version)| *version).collect();
        assert_eq!((versions, world.parked().await), (vec![1, 2, 3, 4], 4));
        assert_eq!(replay(&world.ledger, &Scribe::default()).await.unwrap_err().code(), "forged_event");
        assert_eq!((world.effects().await.len(), world.parked().await), (4, 4));
        consumer.stop().await;
    }

    /// A database keeps neither every character nor a key of any length in an index.
    async fn no_key_and_no_content_stops_the_partition(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let raw = |key: &str, payload: String| Message { topic: topic(), key: key.into(), payload };
        let huge = "x".repeat(7 * 1024 * 1024);
        world.send(&[
            raw("a\0b", "\0".into()),
            raw(&"长".repeat(3000), "{}".into()),
            raw("huge", huge),
            world.message(&"k".repeat(300), 1, "x"),
            world.message("z", 1, "x"),
        ]).await;
        world.after_effects(1).await;
        let parked = world.after_parking(4).await;
        assert!(parked.iter().all(|(subject, _)| subject.len() <= 200 && !subject.contains('\0')));
        consumer.stop().await;
    }

    /// 2000 messages of 20 KB in one go, then one that no log takes.
    async fn an_oversized_batch_arrives_and_an_oversized_message_is_refused(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let text = "书".repeat(7000);
        let batch: Vec<_> =
            (0..2000).map(|n| world.message(&format!("k{n}"), 1, &text)).collect();
        world.send(&batch).await;
        assert_eq!(world.after_effects(2000).await.len(), 2000);
        let giant = world.message("giant", 1, &"x".repeat(tongban_events::LARGEST));
        assert!(!giant.fits());
        assert!(world.log.publish(&[giant]).await.is_err());
        world.send(&[world.message("z", 1, "x")]).await;
        world.after_effects(2001).await;
        consumer.stop().await;
    }

    /// It stays in the outbox with what follows on it, is told of, and holds up nothing else.
    async fn an_event_too_large_for_the_log_holds_up_its_aggregate_alone(world: &World) {
        let relay = world.relay(world.log.clone()).await;
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.note("giant", &"x".repeat(tongban_events::LARGEST)).await;
        world.note("giant", "x").await;
        world.note("small", "x").await;
        assert_eq!(world.after_effects(1).await, [("small".to_owned(), 1)]);
        world.note("small", "x").await;
        world.after_effects(2).await;
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 2);
        consumer.stop().await;
        relay.stop().await;
    }
}

fn hex(text: &str) -> [u8; 32] {
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
    std::array::from_fn(byte)
}
