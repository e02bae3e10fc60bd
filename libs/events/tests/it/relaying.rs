//! From the outbox to the log.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tongban_testkit::{Backend, eventually};

use crate::note::Scribe;
use crate::world::{Line, World, on_both};

on_both! {
    async fn commands_go_on_while_the_log_is_away(world: &World) {
        let line = Line::to(&world.log);
        line.cut.store(true, Ordering::SeqCst);
        let relay = world.relay(line.clone()).await;
        let consumer = world.consume(Arc::new(Scribe::default()));
        for _ in 0..3 {
            world.note("a", "x").await;
            world.note("b", "x").await;
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 6);
        assert!(world.effects().await.is_empty());
        line.cut.store(false, Ordering::SeqCst);
        let mut effects = world.after_effects(6).await;
        effects.sort();
        let expected = ["a", "b"].map(|s| [1, 2, 3].map(|version| (s.to_owned(), version)));
        assert_eq!(effects, expected.concat());
        world.after_relaying().await;
        consumer.stop().await;
        relay.stop().await;
    }

    /// Killed between the log's acknowledgement and the outbox rows' removal.
    async fn what_was_published_twice_takes_effect_once(world: &World) {
        let line = Line::to(&world.log);
        line.deaf.store(true, Ordering::SeqCst);
        let relay = world.relay(line.clone()).await;
        for _ in 0..4 {
            world.note("a", "x").await;
        }
        eventually("the messages to pass", async || {
            (line.passed.load(Ordering::SeqCst) >= 4).then_some(())
        }).await;
        relay.kill().await;
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 4);

        line.deaf.store(false, Ordering::SeqCst);
        let relay = world.relay(line.clone()).await;
        world.after_relaying().await;
        world.note("a", "x").await;
        let consumer = world.consume(Arc::new(Scribe::default()));
        let effects = world.after_effects(5).await;
        let versions: Vec<_> = effects.iter().map(|(_, version)| *version).collect();
        assert_eq!((versions, world.parked().await), (vec![1, 2, 3, 4, 5], 0));
        assert!(line.passed.load(Ordering::SeqCst) >= 9);
        consumer.stop().await;
        relay.stop().await;
    }

    async fn more_than_one_round_takes(world: &World) {
        let relay = world.relay(world.log.clone()).await;
        let transaction = world.ledger.db().begin().await.unwrap();
        let caller = tongban_ledger::Caller::service("test", None);
        for count in 0..1100 {
            let id = format!("a{}", count % 7);
            let done = world.ledger.execute_within::<crate::note::Note>(
                &transaction, &id, "x".into(), &caller,
            );
            done.await.unwrap();
        }
        transaction.commit().await.unwrap();
        world.ledger.announce();
        world.after_relaying().await;
        relay.stop().await;
    }

    /// A request may have 1 MiB, and its event is larger; text without pattern does not compress.
    async fn a_large_event_holds_nothing_up(world: &World) {
        let mut state = 1_u64;
        let text: String = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from_u32(0x4e00 + u32::try_from(state >> 33).unwrap() % 20_000).unwrap()
        })
        .take(1_400_000 / 3 * 2)
        .collect();
        assert!(text.len() > 2 * 1_300_000);
        let relay = world.relay(world.log.clone()).await;
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.note("large", &text).await;
        world.note("small", "x").await;
        world.after_effects(2).await;
        world.after_relaying().await;
        consumer.stop().await;
        relay.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_relays_one_publishes_and_the_other_takes_over() {
    let world = World::make(Backend::Mesh).await;
    let lines = [Line::to(&world.log), Line::to(&world.log)];
    let mut relays = Vec::new();
    for line in &lines {
        relays.push(world.relay(line.clone()).await);
    }
    for _ in 0..20 {
        world.note("a", "x").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.after_relaying().await;
    let passed = lines.each_ref().map(|line| line.passed.load(Ordering::SeqCst));
    assert_eq!(passed.iter().sum::<usize>(), 20, "{passed:?}");
    let winner = passed.iter().position(|count| *count == 20).unwrap();

    relays.remove(winner).kill().await;
    for _ in 0..5 {
        world.note("a", "x").await;
    }
    world.after_relaying().await;
    assert_eq!(lines[1 - winner].passed.load(Ordering::SeqCst), 5);
    relays.remove(0).stop().await;
    world.remove().await;
}

/// A transaction that began earlier and commits later: its rows have earlier places than what was relayed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_committed_late_is_relayed_and_takes_effect() {
    let world = World::make(Backend::Mesh).await;
    let relay = world.relay(world.log.clone()).await;
    let consumer = world.consume(Arc::new(Scribe::default()));
    let caller = tongban_ledger::Caller::service("test", None);
    let late = world.ledger.db().begin().await.unwrap();
    for id in ["late", "late", "other"] {
        let done = world.ledger.execute_within::<crate::note::Note>(&late, id, "x".into(), &caller);
        done.await.unwrap();
    }
    for _ in 0..5 {
        world.note("early", "x").await;
    }
    let effects = world.after_effects(5).await;
    assert!(effects.iter().all(|(subject, _)| subject == "early"), "{effects:?}");
    world.after_relaying().await;
    late.commit().await.unwrap();
    let effects = world.after_effects(8).await;
    let of_late: Vec<_> = effects.iter().filter(|(subject, _)| subject == "late").collect();
    assert_eq!(of_late.iter().map(|(_, version)| *version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((effects.len(), world.parked().await), (8, 0));
    consumer.stop().await;
    relay.stop().await;
    world.remove().await;
}

/// A line that loses everything without a word, as when a cable is pulled.
async fn silent_line(target: String) -> (std::net::SocketAddr, Arc<std::sync::atomic::AtomicBool>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let switch = Arc::clone(&silent);
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            let far = tokio::net::TcpStream::connect(&target).await.unwrap();
            let ((mut from_near, mut to_near), (mut from_far, mut to_far)) =
                (near.into_split(), far.into_split());
            let (up, down) = (Arc::clone(&switch), Arc::clone(&switch));
            tokio::spawn(async move { pass(&mut from_near, &mut to_far, &up).await });
            tokio::spawn(async move { pass(&mut from_far, &mut to_near, &down).await });
        }
    });
    (address, silent)
}

async fn pass(
    from: &mut tokio::net::tcp::OwnedReadHalf,
    to: &mut tokio::net::tcp::OwnedWriteHalf,
    silent: &std::sync::atomic::AtomicBool,
) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut buffer = [0; 8192];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 {
            break;
        }
        // Cut off, neither side learns: the connection stays open and nothing passes.
        while silent.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
}

/// The first relay's process is not dead, only cut off: nobody tells the server so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_relay_takes_over_within_five_seconds_of_silence() {
    let world = World::make(Backend::Mesh).await;
    let tongban_db::Storage::Postgres { url, schema_prefix, max_connections } = &world.storage
    else {
        panic!("not PostgreSQL")
    };
    let (user, rest) = url.split_once('@').unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let (address, silent) = silent_line(server.to_owned()).await;
    let far = tongban_db::Storage::Postgres {
        url: format!("{user}@{address}/{database}"),
        schema_prefix: schema_prefix.clone(),
        max_connections: *max_connections,
    };
    let first = tongban_db::Lease::new(&far, crate::note::SERVICE).await.unwrap();
    let second = tongban_db::Lease::new(&world.storage, crate::note::SERVICE).await.unwrap();
    assert!(first.held().await.unwrap());
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(first.held().await.unwrap(), "who asks now and then keeps it");
        assert!(!second.held().await.unwrap());
    }
    silent.store(true, Ordering::SeqCst);
    let cut = std::time::Instant::now();
    // An answer is good for half a second.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(first.held().await.is_err(), "who is cut off does not think it holds the lease");
    while !second.held().await.unwrap() {
        assert!(cut.elapsed() < Duration::from_secs(5), "nobody took over");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    silent.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!first.held().await.unwrap());
    world.remove().await;
}
