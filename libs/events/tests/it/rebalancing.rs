//! Members of a group come and go while events flow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tongban_testkit::Backend;

use crate::note::Scribe;
use crate::world::World;

const AGGREGATES: usize = 40;
const VERSIONS: i64 = 100;

/// Four thousand events, some of them poison to none: nothing lost, nothing doubled, each aggregate in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_come_and_go_under_load() {
    let world = World::make(Backend::Mesh).await;
    let mut members = vec![world.consume(Arc::new(Scribe::default()))];
    let mut sent = 0;
    for (turn, versions) in (1..=VERSIONS).collect::<Vec<_>>().chunks(5).enumerate() {
        let messages: Vec<_> = versions
            .iter()
            .flat_map(|version| {
                (0..AGGREGATES).map(|a| world.message(&format!("a{a}"), *version, "x"))
            })
            .collect();
        sent += messages.len();
        world.send(&messages).await;
        match turn % 4 {
            0 | 1 => members.push(world.consume(Arc::new(Scribe::default()))),
            2 => members.remove(0).stop().await,
            _ => members.remove(0).kill().await,
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let effects = world.after_effects(sent).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.effects().await.len(), sent, "nothing doubled");
    let mut per: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (subject, version) in effects {
        per.entry(subject).or_default().push(version);
    }
    assert_eq!(per.len(), AGGREGATES);
    for (subject, versions) in per {
        assert_eq!(versions, (1..=VERSIONS).collect::<Vec<_>>(), "{subject}");
    }
    assert_eq!(world.parked().await, 0);
    for member in members {
        member.stop().await;
    }
    world.remove().await;
}
