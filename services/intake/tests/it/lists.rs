//! Own cases and worklists.

use serde_json::{Value, json};
use tongban_kernel::Role;
use tongban_testkit::people::{self, APPROVAL_BUREAU, GANYU, HAIZHOU};
use tongban_testkit::{Client, on_every_backend};

use crate::town::{self, CASES, step};

const WORKLIST: &str = "/intake/v1/worklist";

async fn ids(client: &Client, path: &str) -> Vec<String> {
    let body = client.get(path).await.expect(200).body;
    let items = body["items"].as_array().cloned().unwrap_or_default();
    items.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
}

/// All pages, one row each.
async fn paged(client: &Client, path: &str, mark: char) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let page = client.get(&format!("{path}{mark}limit=1{after}")).await.expect(200).body;
        rows.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return rows,
        }
    }
}

on_every_backend! {
    services: town::services(),

    async fn applicants_list_their_own_cases_newest_first(city: &TestCity) {
        town::settle(city).await;
        let mut filed = Vec::new();
        for minute in 0..3 {
            city.set_time(format!("2026-03-11T02:{minute:02}:00Z").parse().unwrap());
            filed.push(town::filed(city).await);
        }
        filed.reverse();
        let company = city.caller(&town::org());
        assert_eq!(ids(&company, CASES).await, filed);
        let rows = paged(&company, CASES, '?').await;
        let found: Vec<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
        assert_eq!(found, filed);
        assert_eq!(rows[0]["matter_name"], "建筑工程施工许可证核发");
        assert_eq!(ids(&city.caller(&town::other_org()), CASES).await, Vec::<String>::new());
        let wrong = company.get(&format!("{CASES}?after=x")).await.expect(400);
        assert_eq!(wrong.code(), "bad_query");
    }

    async fn worklists_hold_what_waits_for_the_officer(city: &TestCity) {
        town::settle(city).await;
        let later = town::filed(city).await;
        city.set_time("2026-03-10T02:00:00Z".parse().unwrap());
        let sooner = town::filed(city).await;
        let taken = town::accepted(city, &town::clerk()).await;
        let told = town::filed(city).await;
        let notice = json!({"items": [{"pointer": "/form/project_name", "message": "应为全称"}]});
        let clerk = city.caller(&town::clerk());
        clerk.post(&step(&told, "correction"), &notice).await.expect(200);

        let to_accept = format!("{WORKLIST}?stage=acceptance");
        let to_decide = format!("{WORKLIST}?stage=decision");
        assert_eq!(ids(&clerk, &to_accept).await, [&sooner, &later].map(Clone::clone));
        let rows = paged(&clerk, &to_accept, '&').await;
        let due: Vec<&str> = rows.iter().filter_map(|row| row["due"].as_str()).collect();
        assert_eq!(due, ["2026-03-17", "2026-03-18"]);
        assert_eq!(ids(&city.caller(&town::approver()), &to_decide).await, [taken]);

        // Each role has its own list; other bodies and regions see nothing.
        assert_eq!(clerk.get(&to_decide).await.expect(403).code(), "wrong_role");
        let approver = city.caller(&town::approver());
        assert_eq!(approver.get(&to_accept).await.expect(403).code(), "wrong_role");
        for (body, region) in [("11320706MB0000005P", HAIZHOU), (APPROVAL_BUREAU, GANYU)] {
            let stranger = people::officer("c", body, region, &[Role::WindowClerk]);
            assert_eq!(ids(&city.caller(&stranger), &to_accept).await, Vec::<String>::new());
        }
        let supervisor = people::officer("s", APPROVAL_BUREAU, HAIZHOU, &[Role::Supervisor]);
        assert_eq!(city.caller(&supervisor).get(&to_accept).await.expect(403).code(), "wrong_role");
        assert_eq!(clerk.get(WORKLIST).await.expect(400).code(), "bad_query");
        assert_eq!(clerk.get(&format!("{WORKLIST}?stage=tea")).await.expect(400).code(), "bad_query");
    }
}
