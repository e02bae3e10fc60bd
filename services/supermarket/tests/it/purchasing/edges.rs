//! What must not pass.

use chrono::Duration;
use serde_json::json;
use tongban_contracts::purchases::PurchaseEvent;
use tongban_kernel::Role;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::{eventually, on_every_backend};

use super::market::{PROJECT, agency, manager, open, owner, path, platform, services};

on_every_backend! {
    services: services(),

    async fn a_bid_after_the_end_is_told_both_times(city: &TestCity) {
        let market = open(city).await;
        let requirement = market.requirement("lowest_price");
        let id = market.publish(&requirement).await;
        market.register(&id, 0, &json!({"quote": 2_000_000})).await.expect(200);
        market.pass(60);
        let own_clock = market.now() - Duration::seconds(5);
        let late = json!({"quote": 1_000_000, "sent_at": own_clock});
        let refused = market.register(&id, 1, &late).await.expect(409);
        assert_eq!(refused.code(), "registration_over");
        let detail = refused.body["detail"].as_str().unwrap();
        let written = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        assert!(detail.contains(&written(market.now())) && detail.contains(&written(own_clock)), "{detail}");
        let view = market.at(&id, "on_notice").await;
        assert_eq!(view["registrations"].as_array().unwrap().len(), 1);
    }

    /// By the rule and with a record, also when the exclusion comes after the award.
    async fn an_agency_excluded_during_selection_drops_out(city: &TestCity) {
        let market = open(city).await;
        let id = market.publish(&market.requirement("lowest_price")).await;
        market.register(&id, 0, &json!({"quote": 2_000_000})).await.expect(200);
        market.register(&id, 1, &json!({"quote": 2_500_000})).await.expect(200);
        market.pass(61);
        let first = market.at(&id, "on_notice").await;
        assert_eq!(first["award"]["agency"], market.agencies[0]);
        let sanctions = format!("/supermarket/v1/agencies/{}/sanctions", market.agencies[0]);
        let suspension = json!({"rule": "no-contract", "facts": "选中后无正当理由不签订合同，经核实"});
        let one = market.caller(&manager());
        let decided = one.post(&sanctions, &suspension).await;
        assert!(decided.status < 300, "{:#}", decided.body);
        let view = eventually("the next to be awarded", async || {
            let view = market.view(&id).await;
            (view["award"]["agency"] == market.agencies[1].as_str()).then_some(view)
        })
        .await;
        assert_eq!(view["dropped"][0]["rule"], "agency_suspended");
        assert_eq!(view["former_awards"][0]["agency"], market.agencies[0]);
        let again = market.publish(&market.requirement("lowest_price")).await;
        let barred = market.register(&again, 0, &json!({"quote": 1_000_000})).await.expect(422);
        assert_eq!(barred.body["errors"][0]["code"], "agency_suspended");
    }

    async fn too_few_fail_and_the_purchase_is_repeated(city: &TestCity) {
        let market = open(city).await;
        let id = market.publish(&market.requirement("nearest_mean")).await;
        market.register(&id, 0, &json!({"quote": 2_000_000})).await.expect(200);
        market.pass(61);
        let failed = market.at(&id, "failed").await;
        assert_eq!((&failed["end_code"], &failed["product_state"]), (&json!("too_few_bids"), &json!(12)));
        let mut again = market.requirement("lowest_price");
        again["repeats"] = json!(id);
        let second = market.publish(&again).await;
        assert_eq!(market.view(&second).await["attempt"], 2);
        again["repeats"] = json!(second);
        let refused = market.caller(&owner()).post("/supermarket/v1/purchases", &again).await.expect(422);
        assert_eq!(refused.body["errors"][0]["code"], "did_not_fail");
    }

    async fn every_fault_of_a_requirement_is_named_at_once(city: &TestCity) {
        let market = open(city).await;
        let mut wrong = market.requirement("random_draw");
        wrong["project_code"] = json!("2611-320706-47-01-123458");
        wrong["recusal"] = json!(true);
        wrong["fund_source"] = json!("public");
        wrong["budget_fen"] = json!(60_000_000);
        wrong["registration_until"] = json!(market.now());
        let refused = market.caller(&owner()).post("/supermarket/v1/purchases", &wrong).await.expect(422);
        assert_eq!(refused.pointers(), [
            "/budget_fen", "/project_code", "/recusal_agencies", "/recusal_reason",
            "/registration_until", "/witnesses",
        ]);
    }

    async fn only_the_construction_platform_tells_of_projects(city: &TestCity) {
        let market = open(city).await;
        let project = json!({"code": PROJECT, "name": "海州区示例科技园一期工程", "developer": owner().name, "active": true});
        market.caller(&manager()).post("/supermarket/v1/projects", &project).await.expect(403);
        let teller = market.caller(&platform());
        teller.post("/supermarket/v1/projects", &project).await.expect(200);
        teller.post("/supermarket/v1/projects", &project).await.expect(200);
        let id = market.publish(&market.requirement("lowest_price")).await;
        assert_eq!(market.view(&id).await["warnings"].as_array().unwrap().iter()
            .filter(|one| one["code"] == "project_not_known").count(), 0);
        let mut other = project.clone();
        other["developer"] = json!("别的公司");
        other["active"] = json!(false);
        teller.post("/supermarket/v1/projects", &other).await.expect(200);
        let refused = market.caller(&owner())
            .post("/supermarket/v1/purchases", &market.requirement("lowest_price")).await.expect(422);
        assert_eq!(refused.pointers(), ["/project_code", "/project_code"]);
    }

    /// An officer buys for the own body and region only; the same request makes one purchase.
    async fn officers_buy_for_their_body(city: &TestCity) {
        let market = open(city).await;
        let buyer = officer("buyer", APPROVAL_BUREAU, HAIZHOU, &[Role::MarketBuyer]);
        let elsewhere = officer("buyer.g", "11320707MB0000001R", "320707", &[Role::MarketBuyer]);
        let requirement = market.requirement("lowest_price");
        let far = market.caller(&elsewhere).post("/supermarket/v1/purchases", &requirement).await;
        assert_eq!(far.expect(403).code(), "not_your_region");
        let keyed = market.caller(&buyer).with_key("one");
        let first = keyed.post("/supermarket/v1/purchases", &requirement).await.expect(201);
        let again = keyed.post("/supermarket/v1/purchases", &requirement).await.expect(201);
        assert_eq!(first.body, again.body);
        let id = first.body["id"].as_str().unwrap().to_owned();
        let colleague = officer("buyer.2", APPROVAL_BUREAU, HAIZHOU, &[Role::MarketBuyer]);
        let cancel = json!({"reason": "项目取消"});
        market.caller(&elsewhere).post(&path(&id, "/cancellation"), &cancel).await.expect(403);
        market.caller(&agency(0)).post(&path(&id, "/cancellation"), &cancel).await.expect(403);
        market.caller(&colleague).post(&path(&id, "/cancellation"), &cancel).await.expect(200);
        let events = city.published::<PurchaseEvent>(|seen| seen.len() >= 2).await;
        assert_eq!(events.iter().filter(|event| event.subject == id).count(), 2);
        let list = market.caller(&colleague).get("/supermarket/v1/own/purchases").await.expect(200);
        assert_eq!(list.body["items"][0]["stage"], "cancelled");
    }
}
