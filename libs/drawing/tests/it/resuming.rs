//! Cut off anywhere, done twice, done by two at once: a draw comes to the same end.

use futures::future::join_all;
use tongban_contracts::of::Supervision;
use tongban_drawing::Drawing;
use tongban_runtime::{Ambient, rebuild};
use tongban_testkit::draws::{Witness, pass, until, view};
use tongban_testkit::{Backend, TestCity};

use crate::ceremony::{checked, steps};
use crate::fixtures::{path, proposal, proposed, services};

async fn stopped_after_every_step(backend: Backend) {
    let mut city = TestCity::start(backend, services()).await;
    let witnesses = [Witness::new("inspection"), Witness::new("notary")];
    let made = proposed(&city, proposal("plan-1", &witnesses)).await;
    let path = path(&made.draw);
    city = city.begun_anew(services()).await;
    for witness in &witnesses {
        witness.commit(&city, &path).await.expect(201);
    }
    city = city.begun_anew(services()).await;
    let announced = until(&city, &path, |view| view["announcement"].is_string()).await;
    city = city.begun_anew(services()).await;
    pass(&city, &announced["randomness"]["value"]["after"]);
    until(&city, &path, |view| view["value"].is_object()).await;
    city = city.begun_anew(services()).await;
    witnesses[1].open(&city, &path).await.expect(201);
    pass(&city, &announced["randomness"]["open_until"]);
    until(&city, &path, |view| view["withheld"].is_array()).await;
    city = city.begun_anew(services()).await;
    let drawn = until(&city, &path, |view| view["state"] == "drawn").await;
    assert_eq!(drawn["announcement"], announced["announcement"]);
    assert_eq!(checked(&city, &path).await.seeds.iter().filter(|seed| seed.opened).count(), 2);
    // The rows follow from events and log alone.
    let ambient = Ambient { clock: city.clock.clone(), ..Ambient::default() };
    let rebuilt = rebuild(city.settings.clone(), &services(), "supervision", &ambient, true).await;
    let rebuilt = rebuilt.unwrap();
    assert_eq!(rebuilt.differing(), 0, "{rebuilt:?}");
    assert!(
        rebuilt.tables.iter().any(|table| table.table == "draw_checkpoint" && table.before > 2)
    );
    city.stop().await;
}

async fn done_by_many_at_once(backend: Backend) {
    let city = TestCity::start(backend, services()).await;
    let witnesses = [Witness::new("inspection")];
    let made = proposed(&city, proposal("plan-1", &witnesses)).await;
    let path = path(&made.draw);
    // As if eight processes served: each has jobs of its own, beside those of the city.
    let host = &city.hosts()[0];
    let mut jobs = Vec::new();
    for _ in 0..8 {
        jobs.extend(Drawing::mount::<Supervision>(host).unwrap().jobs);
    }
    let all = async || {
        for done in join_all(jobs.iter().map(|job| job.run())).await {
            done.unwrap();
        }
    };
    witnesses[0].commit(&city, &path).await.expect(201);
    all().await;
    let announced = view(&city, &path).await;
    assert_eq!(announced["state"], "announced", "one round goes as far as it can");
    pass(&city, &announced["randomness"]["value"]["after"]);
    until(&city, &path, |view| view["value"].is_object()).await;
    all().await;
    witnesses[0].open(&city, &path).await.expect(201);
    all().await;
    let drawn = view(&city, &path).await;
    assert_eq!(
        steps(&drawn),
        [
            "proposed",
            "committed",
            "committed",
            "announced",
            "value_recorded",
            "opened",
            "opened",
            "closed",
            "drawn"
        ],
        "each step once"
    );
    all().await;
    assert_eq!(view(&city, &path).await, drawn);
    checked(&city, &path).await;
    city.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draw_survives_a_stop_after_every_step_on_sqlite() {
    stopped_after_every_step(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draw_survives_a_stop_after_every_step_on_the_mesh() {
    stopped_after_every_step(Backend::Mesh).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_do_each_step_once_on_sqlite() {
    done_by_many_at_once(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_do_each_step_once_on_the_mesh() {
    done_by_many_at_once(Backend::Mesh).await;
}
