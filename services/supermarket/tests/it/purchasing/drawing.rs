//! Selection by a draw that anyone can check.

use serde_json::json;
use tongban_testkit::draws::{Witness, hold, sources_known};
use tongban_testkit::on_every_backend;

use super::market::{AGENCIES, open, owner, path, services};

on_every_backend! {
    services: services(),

    async fn a_purchase_from_the_notice_to_the_rating(city: &TestCity) {
        let market = open(city).await;
        sources_known(city).await;
        let witness = Witness::new("inspection");
        let mut requirement = market.requirement("random_draw");
        requirement["witnesses"] = json!([witness.principal.account]);
        let id = market.publish(&requirement).await;
        for place in 0..3 {
            market.register(&id, place, &json!({})).await.expect(200);
        }
        assert_eq!(market.view(&id).await["registrations"], json!([]), "nobody knows the field before the end");
        market.pass(61);
        let drawing = market.at(&id, "drawing").await;
        assert_eq!(drawing["registrations"].as_array().unwrap().len(), 3);
        let draw = format!("/supermarket/v1/draws/{}", drawing["draw"].as_str().unwrap());
        let drawn = hold(city, &draw, &[witness]).await;
        let code = drawn["result"]["drawn"][0].as_str().unwrap().to_owned();

        let awarded = market.at(&id, "on_notice").await;
        assert_eq!(awarded["award"]["code"], code, "the award is what was drawn");
        assert_eq!(awarded["award"]["price_fen"], 3_000_000);
        let transcript = city.anyone().get(&format!("{draw}/transcript")).await.expect(200).body;
        assert_eq!(transcript["result"], json!([code]));
        let terms = &transcript["announcement"]["terms"];
        assert_eq!(terms["candidates"].as_array().unwrap().len(), 3);
        assert!(AGENCIES.iter().any(|(_, one)| *one == code));
        market.pass(3);
        market.at(&id, "awaiting_contract").await;
    }

    /// The small list is drawn by weight from the large one; the owner picks, once.
    async fn the_owner_picks_from_a_drawn_list(city: &TestCity) {
        let market = open(city).await;
        sources_known(city).await;
        let witness = Witness::new("inspection");
        let mut requirement = market.requirement("credit_choice");
        requirement["witnesses"] = json!([witness.principal.account]);
        requirement["large_list"] = json!(3);
        requirement["small_list"] = json!(2);
        let id = market.publish(&requirement).await;
        for place in 0..3 {
            market.register(&id, place, &json!({})).await.expect(200);
        }
        market.pass(61);
        let drawing = market.at(&id, "drawing").await;
        let draw = format!("/supermarket/v1/draws/{}", drawing["draw"].as_str().unwrap());
        hold(city, &draw, &[witness]).await;
        let choosing = market.at(&id, "choosing").await;
        let list = choosing["short_list"].as_array().unwrap().clone();
        assert_eq!(list.len(), 2);
        let choose = |place: usize| json!({"agency": list[place], "reason": "同类业绩较多"});
        let caller = market.caller(&owner());
        let (one, two) = (choose(0), choose(1));
        let choice = path(&id, "/choice");
        let (first, second) = tokio::join!(caller.post(&choice, &one), caller.post(&choice, &two));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "two awards at once are impossible");
        let view = market.at(&id, "on_notice").await;
        assert!(list.contains(&view["award"]["agency"]));
    }
}
