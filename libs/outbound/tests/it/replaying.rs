//! The memory of nonces.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proptest::prelude::{prop, prop_assert, proptest};
use tongban_outbound::signing::{MemoryGuard, Once, ReplayGuard as _, Seen};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_193_330 + second, 0).unwrap()
}

async fn seen(guard: &MemoryGuard, requester: &str, nonce: u32, until: i64, now: i64) -> Seen {
    let once = Once::new(requester, &nonce.to_string(), at(until));
    guard.remember(&once, at(now)).await.unwrap()
}

#[tokio::test]
async fn a_full_share_refuses_its_owner_alone_and_forgets_nothing_early() {
    let guard = MemoryGuard::new(2, 3);
    for nonce in 0..3 {
        assert_eq!(seen(&guard, "a", nonce, 10, 0).await, Seen::First);
    }
    assert_eq!(seen(&guard, "a", 3, 10, 0).await, Seen::Full);
    assert_eq!(seen(&guard, "a", 0, 10, 0).await, Seen::Before, "none was driven out");
    assert_eq!(seen(&guard, "b", 0, 10, 0).await, Seen::First, "another's nonce of the same name");
    assert_eq!(seen(&guard, "c", 0, 10, 0).await, Seen::Full, "no room for a third requester");
    assert_eq!(seen(&guard, "a", 0, 10, 10).await, Seen::Before, "until the very end");
    assert_eq!(seen(&guard, "c", 0, 21, 11).await, Seen::First, "room, once others' have ended");
    assert_eq!(guard.len(), 1);
}

proptest! {
    /// Whatever comes when: no nonce is taken twice while its time is taken, and memory keeps its bounds.
    #[test]
    fn nothing_is_taken_twice(
        calls in prop::collection::vec((0_u32..6, 0_u32..3, 0_i64..4), 1..200), each in 1_usize..8,
    ) {
        let guard = MemoryGuard::new(2, each);
        let mut taken: BTreeMap<(u32, u32), i64> = BTreeMap::new();
        let mut now = 0;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (nonce, requester, step) in calls {
            now += step;
            let until = now + 5;
            let found = runtime.block_on(seen(&guard, &requester.to_string(), nonce, until, now));
            let before = taken.get(&(requester, nonce)).is_some_and(|until| *until >= now);
            match found {
                Seen::First => {
                    prop_assert!(!before);
                    taken.insert((requester, nonce), until);
                }
                Seen::Before => prop_assert!(before),
                Seen::Full => {
                    prop_assert!(!before);
                    let own = |entry: &(&(u32, u32), &i64)| entry.0.0 == requester && *entry.1 >= now;
                    let others = taken.iter().filter(|entry| *entry.1 >= now && entry.0.0 != requester);
                    let others: std::collections::BTreeSet<u32> = others.map(|entry| entry.0.0).collect();
                    prop_assert!(taken.iter().filter(own).count() == each || others.len() == 2);
                }
            }
            prop_assert!(guard.len() <= 2 * each);
        }
    }
}
