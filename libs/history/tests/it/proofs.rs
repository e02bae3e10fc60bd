//! Proofs, as they are asked for.

use tongban_proof::{ConsistencyProof, InclusionProof};

use crate::world::{World, on_both};

on_both! {
    async fn every_event_is_shown_in_every_tree_it_is_in(world: &World) {
        world.fill().await;
        let keys = world.history.keys().await.unwrap().read().unwrap();
        for book in ["a", "b", "c"] {
            for event in world.events(book).await {
                for size in [3, 6, 8, 9] {
                    let found = world.history.inclusion(&event.event_id, Some(size)).await;
                    match found {
                        Ok(proof) => {
                            let proof = InclusionProof::parse(&proof.text()).unwrap();
                            assert_eq!(proof.verify(&keys).unwrap().size, size);
                            assert_eq!(proof.hash.as_slice(), event.hash);
                        }
                        Err(fault) => {
                            assert_eq!(fault.code(), "not_in_checkpoint");
                            assert!(event.version > 1);
                        }
                    }
                }
                world.history.inclusion(&event.event_id, None).await.unwrap().verify(&keys).unwrap();
            }
        }
    }

    async fn an_event_without_a_place_is_not_shown_yet(world: &World) {
        world.say("a", "one").await;
        let id = world.events("a").await[0].event_id.clone();
        let asked = async || world.history.inclusion(&id, None).await.unwrap_err();
        assert_eq!(asked().await.code(), "not_in_checkpoint", "waits");
        world.history.sequence().await.unwrap();
        assert_eq!(asked().await.code(), "not_in_checkpoint", "has a place, is not signed");
        let fault = world.history.inclusion("no-such-event", None).await.unwrap_err();
        assert_eq!(fault.code(), "not_found");
        world.sign().await;
        world.history.inclusion(&id, None).await.unwrap();
        assert_eq!(world.history.inclusion(&id, Some(2)).await.unwrap_err().code(), "not_found");
    }

    async fn every_two_checkpoints_are_consistent(world: &World) {
        world.fill().await;
        let keys = world.history.keys().await.unwrap().read().unwrap();
        for from in [3, 6, 8, 9] {
            for to in [3, 6, 8, 9] {
                let asked = world.history.consistency(from, to).await;
                if from > to {
                    assert_eq!(asked.unwrap_err().errors()[0].code, "wrong_order");
                    continue;
                }
                let proof = ConsistencyProof::parse(&asked.unwrap().text()).unwrap();
                let (earlier, later) = proof.verify(&keys).unwrap();
                assert_eq!((earlier.size, later.size), (from, to));
            }
        }
        let fault = world.history.consistency(7, 4).await.unwrap_err();
        let named: Vec<_> = fault.errors().iter().map(|one| (one.pointer.as_str(), one.code.as_str())).collect();
        let expected = [("/from", "no_such_checkpoint"), ("/to", "no_such_checkpoint"), ("/from", "wrong_order")];
        assert_eq!(named, expected, "every fault at once");
    }
}
