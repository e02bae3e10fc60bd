//! The same request again: the same answer, and no effect.

use serde_json::json;
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::{Committed, Reply, RequestKey};

use crate::world::{Command, Tally, World, caller, on_both};

fn key(key: &str, print: u8) -> RequestKey {
    RequestKey { account: "a".into(), key: key.into(), fingerprint: vec![print] }
}

fn answer(committed: &Committed<Tally>) -> Result<Reply, Fault> {
    let body = json!({"total": committed.state.total, "version": committed.version});
    Reply::json(201, &body)
}

async fn ask(world: &World, command: Command, request: &RequestKey) -> Result<Reply, Fault> {
    world.ledger.execute_once::<Tally>("t", command, &caller("a"), Some(request), answer).await
}

on_both! {
    async fn the_answer_is_kept_and_given_again(world: &World) {
        let first = ask(world, Command::Add(2), &key("k", 1)).await.unwrap();
        assert_eq!(first, Reply::json(201, &json!({"total": 2, "version": 2})).unwrap());
        world.add("t", 5).await;
        assert_eq!(ask(world, Command::Add(2), &key("k", 1)).await.unwrap(), first);
        assert_eq!(world.ledger.answered(&key("k", 1)).await.unwrap(), Some(first));
        assert_eq!(world.total("t").await, Some(7));
    }

    async fn a_key_serves_one_request(world: &World) {
        ask(world, Command::Add(2), &key("k", 1)).await.unwrap();
        let refused = ask(world, Command::Add(3), &key("k", 2)).await.unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (FaultKind::Invalid, "idempotency_key_reused"));
        assert_eq!(world.total("t").await, Some(2));
        let another = RequestKey { account: "b".into(), ..key("k", 2) };
        ask(world, Command::Add(3), &another).await.unwrap();
        assert_eq!(world.total("t").await, Some(5), "keys of two accounts never meet");
    }

    async fn a_refused_request_uses_no_key_up(world: &World) {
        assert_eq!(ask(world, Command::Add(-1), &key("k", 1)).await.unwrap_err().code(), "negative");
        assert_eq!(world.ledger.answered(&key("k", 1)).await.unwrap(), None);
        ask(world, Command::Add(1), &key("k", 2)).await.unwrap();
    }

    /// What had nothing to change when it was first asked must not change anything later either.
    async fn an_answer_without_effect_is_kept_too(world: &World) {
        world.add("t", 1).await;
        let first = ask(world, Command::Add(0), &key("k", 1)).await.unwrap();
        world.add("t", 1).await;
        assert_eq!(ask(world, Command::Add(0), &key("k", 1)).await.unwrap(), first);
        let reused = ask(world, Command::Add(9), &key("k", 2)).await.unwrap_err();
        assert_eq!(reused.code(), "idempotency_key_reused");
    }

    /// The losers of the race are judged by a state in which the command was carried out already.
    async fn the_same_request_many_times_at_once_gets_one_answer(world: &World) {
        world.add("t", 1).await;
        for round in 0..10 {
            let id = format!("t{round}");
            world.add(&id, 1).await;
            let (request, who) = (key(&id, 1), caller("a"));
            let all = futures::future::join_all((0..8).map(|_| {
                world.ledger.execute_once::<Tally>(
                    &id, Command::Close, &who, Some(&request), answer,
                )
            })).await;
            let answers: Vec<_> = all.into_iter().map(Result::unwrap).collect();
            assert!(answers.iter().all(|reply| *reply == answers[0]));
            assert_eq!(world.ledger.history::<Tally>(&id).await.unwrap().len(), 3);
        }
    }
}
