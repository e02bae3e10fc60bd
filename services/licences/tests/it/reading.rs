//! Who sees which licences.

use std::sync::Arc;

use tongban_kernel::{Principal, RegionCode, Role};
use tongban_licences::Licences;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU, officer, system};

use crate::fixtures::{
    GANYU_BUREAU, approval, issued, items, li, licence_officer, permit, supervisor, text, zhang,
};

on_every_backend! {
    services: vec![Arc::new(Licences)],

    async fn everyone_sees_their_own_only(city: &TestCity) {
        let (own, _) = permit(city).await;
        let mut other = approval();
        other.applicant.account = "li".into();
        other.applicant.name = "李秀英".into();
        other.matter.body = GANYU_BUREAU.into();
        other.matter.region = RegionCode::parse(GANYU).unwrap();
        let foreign = text(&issued(city, "case-2", &other).await["licence"]["identifier"]);

        let lists = [
            (zhang(), vec![own.clone()]),
            (li(), vec![foreign.clone()]),
            (licence_officer(), vec![own.clone()]),
            (officer("x", APPROVAL_BUREAU, GANYU, &[Role::LicenceOfficer]), vec![]),
            (supervisor(HAIZHOU), vec![own.clone()]),
            (supervisor("320700"), vec![foreign.clone(), own.clone()]),
        ];
        for (principal, mut expected) in lists {
            let caller = city.caller(&principal);
            let mut seen: Vec<String> =
                items(&caller, "").await.iter().map(|listed| text(&listed["identifier"])).collect();
            seen.sort();
            expected.sort();
            assert_eq!(seen, expected, "{}", principal.account);
            for identifier in [&own, &foreign] {
                let answer = caller.get(&format!("/licences/v1/licences/{identifier}")).await;
                if expected.contains(identifier) {
                    assert_eq!(answer.expect(200).body["licence"]["identifier"], **identifier);
                } else {
                    assert_eq!(answer.expect(403).code(), "not_your_licence");
                }
            }
        }
        let unknown = own.replace("2026000001", "2026000009");
        let answer = city.caller(&zhang()).get(&format!("/licences/v1/licences/{unknown}")).await;
        assert_eq!(answer.expect(404).code(), "not_found");
    }

    async fn others_are_turned_away_at_the_gate(city: &TestCity) {
        let (own, _) = permit(city).await;
        let refused: [(Principal, &str); 2] = [
            (officer("clerk", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk]), "wrong_role"),
            (system("line", APPROVAL_BUREAU, HAIZHOU, &[Role::LicenceOfficer]), "wrong_kind"),
        ];
        for path in ["/licences/v1/licences".to_owned(), format!("/licences/v1/licences/{own}")] {
            city.anyone().get(&path).await.expect(401);
            for (principal, code) in &refused {
                let answer = city.caller(principal).get(&path).await;
                assert_eq!(answer.expect(403).code(), *code);
            }
        }
    }

    async fn long_lists_come_in_pages(city: &TestCity) {
        for number in 1..=5 {
            city.set_time(chrono::DateTime::from_timestamp(1_773_194_400 + number, 0).unwrap());
            issued(city, &format!("case-{number}"), &approval()).await;
        }
        let caller = city.caller(&zhang());
        let mut seen = Vec::new();
        let mut path = "/licences/v1/licences?limit=2".to_owned();
        loop {
            let page = caller.get(&path).await.expect(200).body;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(|listed| text(&listed["identifier"])));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/licences/v1/licences?limit=2&after={next}");
        }
        let serials: Vec<String> = seen.iter()
            .map(|identifier| identifier.split('.').nth(7).unwrap().to_owned())
            .collect();
        assert_eq!(serials, ["2026000005", "2026000004", "2026000003", "2026000002", "2026000001"]);
        let answer = caller.get("/licences/v1/licences?after=nonsense").await;
        assert_eq!(answer.expect(400).code(), "bad_cursor");
    }
}
