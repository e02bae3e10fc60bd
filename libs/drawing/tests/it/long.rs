//! Long lists: kept in pieces, read in pages, sent as a stream.

use tongban_contracts::draws::DrawEvent;
use tongban_contracts::of::{Of, Supervision, read};
use tongban_draw::Candidate;
use tongban_testkit::draws::{Witness, hold};
use tongban_testkit::on_every_backend;

use crate::ceremony::{checked, download};
use crate::fixtures::{draws, path, proposal, proposed, services};

on_every_backend! {
    services: services(),

    async fn thirty_thousand_candidates_do_not_go_into_an_event(city: &TestCity) {
        let witnesses = [Witness::new("inspection")];
        let mut long = proposal("year-2026", &witnesses);
        let name = |number: u32| format!("object-{number:08}-of-the-library-of-the-whole-city");
        long.candidates = (0..30_000).map(|number| Candidate::new(&name(number), 1)).collect();
        long.number = 300;
        let made = proposed(city, long).await;
        let path = path(&made.draw);
        let drawn = hold(city, &path, &witnesses).await;
        assert_eq!(drawn["result"]["count"], 300);
        assert!(drawn["result"]["drawn"].is_null());
        let terms = download(city, &format!("{path}/terms")).await;
        assert_eq!(drawn["terms_bytes"], terms.len());
        assert!(terms.len() > 1 << 20, "more than one piece");

        let says = checked(city, &path).await;
        assert_eq!((says.candidates, says.selected.len()), (30_000, 300));
        let mut names = Vec::new();
        for from in [0, 100, 200, 300] {
            let page = city.anyone().get(&format!("{path}/drawn?from={from}&limit=100")).await;
            let page = page.expect(200).body["drawn"].as_array().unwrap().clone();
            names.extend(page.into_iter().map(|name| name.as_str().unwrap().into()));
        }
        assert_eq!(says.selected, names);
        assert_eq!(draws(city).drawn(&made.draw, 299, 10).await.unwrap().len(), 1);
        let events = city.published::<Of<Supervision, DrawEvent>>(|seen| seen.len() >= 9).await;
        let last = read::<DrawEvent>(events.last().unwrap()).unwrap();
        let DrawEvent::Drawn(result) = last else { panic!("{last:?}") };
        assert_eq!((result.count, result.drawn), (300, None));
    }
}
