//! Replacements: the next of the same stream, with a reason, within a bound.

use tongban_contracts::draws::DrawReplacementKind;
use tongban_draw::ReplacementKind::{ConflictFound, Declined, Recusal, Unavailable};
use tongban_testkit::draws::{Witness, hold, view};
use tongban_testkit::on_every_backend;

use crate::ceremony::checked;
use crate::fixtures::{draws, path, proposal, proposed, service, services};

on_every_backend! {
    services: services(),

    async fn the_next_of_the_stream_comes_in(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        let made = proposed(city, proposal("plan-1", &witnesses)).await;
        let (path, draws, caller) = (path(&made.draw), draws(city), service());
        let early = draws.replace("plan-1", "firm-01", Declined, "放弃", &caller).await;
        assert_eq!(early.unwrap_err().code(), "not_drawn_yet");
        hold(city, &path, &witnesses).await;
        let selected = draws.selected(&made.draw).await.unwrap();
        let first = selected[0].as_str();

        let recused = draws.replace("plan-1", first, Recusal, "本人申请回避", &caller).await.unwrap_err();
        assert_eq!(recused.errors()[0].code, "recusal_after_draw");
        let absent = (1..=12).map(|number| format!("firm-{number:02}"))
            .find(|name| !selected.contains(name)).unwrap();
        let other = draws.replace("plan-1", &absent, Declined, "放弃", &caller).await.unwrap_err();
        assert_eq!(other.errors()[0].code, "not_drawn");

        let once = draws.replace("plan-1", first, ConflictFound, "与被检查人有亲属关系", &caller).await.unwrap();
        let again = draws.replace("plan-1", first, ConflictFound, "与被检查人有亲属关系", &caller).await.unwrap();
        assert_eq!(once, again, "the same request again is the same replacement");
        assert_eq!(once.kind, DrawReplacementKind::ConflictFound);
        draws.replace("plan-1", &once.added, Unavailable, "已停业", &caller).await.unwrap();
        let last = draws.selected(&made.draw).await.unwrap();
        let third = draws.replace("plan-1", &last[0], Declined, "放弃", &caller).await.unwrap_err();
        assert_eq!(third.errors()[0].code, "too_many_replacements");

        let says = checked(city, &path).await;
        assert_eq!((says.replacements, says.selected.len()), (2, 2));
        assert!(says.selected.iter().map(|name| name.to_string()).eq(last));
        assert_eq!(view(city, &path).await["replacements"].as_array().unwrap().len(), 2);
    }

    async fn two_replacements_at_once_are_two(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        let made = proposed(city, proposal("plan-1", &witnesses)).await;
        let (draws, caller) = (draws(city), service());
        hold(city, &path(&made.draw), &witnesses).await;
        let selected = draws.selected(&made.draw).await.unwrap();
        let (one, other) = tokio::join!(
            draws.replace("plan-1", &selected[0], Declined, "放弃", &caller),
            draws.replace("plan-1", &selected[1], Declined, "放弃", &caller),
        );
        assert_ne!(one.unwrap().added, other.unwrap().added);
        assert_eq!(checked(city, &path(&made.draw)).await.replacements, 2);
    }
}
