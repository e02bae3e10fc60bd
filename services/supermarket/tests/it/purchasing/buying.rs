//! From the bids to the rating, and what becomes of a breach.

use chrono::Duration;
use serde_json::{Value, json};
use tongban_contracts::breaches::BreachEvent;
use tongban_contracts::purchases::PurchaseEvent;
use tongban_kernel::Role;
use tongban_testkit::people::{APPROVAL_BUREAU, officer, organisation};
use tongban_testkit::{eventually, on_every_backend};

use super::market::{agency, manager, open, owner, path, services};

on_every_backend! {
    services: services(),

    async fn bids_are_sealed_until_the_end(city: &TestCity) {
        let market = open(city).await;
        let id = market.publish(&market.requirement("nearest_mean")).await;
        for (place, quote) in [(0, 2_000_000), (1, 2_500_000), (2, 2_700_000)] {
            market.register(&id, place, &json!({"quote": quote})).await.expect(200);
        }
        let published = city.published::<PurchaseEvent>(|seen| seen.len() >= 4).await;
        let told: String = published.iter().map(|event| event.data.get()).collect();
        assert!(!told.contains("2500000") && !told.contains("2700000"), "no price is in an event");
        assert_eq!(market.view(&id).await["bids"], json!([]));
        market.pass(61);
        let view = market.at(&id, "on_notice").await;
        let quotes: Vec<_> = view["bids"].as_array().unwrap().iter().map(|bid| bid["quote"].clone()).collect();
        assert_eq!(quotes, [2_000_000, 2_500_000, 2_700_000]);
        // The mean is 2,400,000.
        assert_eq!(view["award"]["agency"], market.agencies[1]);
        assert_eq!(view["award"]["price_fen"], 2_500_000);
    }

    async fn contract_result_and_rating(city: &TestCity) {
        let market = open(city).await;
        let id = market.awarded().await;
        let (buyer, winner) = (market.caller(&owner()), market.caller(&agency(0)));
        let mut contract = market.contract(&agency(0), 2_000_000).await;
        let signed = contract["signed_on"].take();
        contract.as_object_mut().unwrap().remove("signed_on");
        let refused = winner.post(&path(&id, "/contract"), &contract).await.expect(422);
        assert_eq!(refused.body["errors"][0]["code"], "signing_date_missing");
        contract["signed_on"] = signed;
        let stolen = buyer.post(&path(&id, "/contract"), &contract).await.expect(422);
        assert_eq!(stolen.code(), "unknown_file", "only own files");
        winner.post(&path(&id, "/contract"), &contract).await.expect(200);
        let yes = json!({"confirmed": true});
        let own = winner.post(&path(&id, "/contract/answer"), &yes).await.expect(403);
        assert_eq!(own.code(), "own_contract");
        buyer.post(&path(&id, "/contract/answer"), &yes).await.expect(200);
        market.completed(&id).await;

        let public = market.view(&id).await;
        assert!(public["contract"]["document"].is_null(), "documents are not public");
        assert_eq!(public["contract"]["signed_on"], "2026-03-11");
        let record = buyer.get(&path(&id, "/record")).await.expect(200).body;
        let file = record["deliveries"][0]["documents"][0]["file_id"].as_str().unwrap().to_owned();
        let document = path(&id, &format!("/documents/{file}"));
        assert!(buyer.get(&document).await.expect(200).body.as_str().unwrap().starts_with("%PDF"));
        market.caller(&agency(1)).get(&document).await.expect(403);
        let elsewhere = officer("market.9", "11320707MB0000001R", "320707", &[Role::MarketManager]);
        market.caller(&elsewhere).get(&path(&id, "/record")).await.expect(403);
        market.caller(&manager()).get(&document).await.expect(200);

        let marks = json!({"quality": 5, "timeliness": 5, "attitude": 5, "fees": 4, "conduct": 5, "overall": 5});
        let rating = json!({"marks": marks, "text": "成果规范"});
        buyer.post(&path(&id, "/rating"), &rating).await.expect(200);
        assert_eq!(buyer.post(&path(&id, "/rating"), &rating).await.expect(409).code(), "already_rated");
        let figures = city.anyone().get("/supermarket/v1/figures").await.expect(200).body;
        assert_eq!((&figures["purchases"], &figures["completed"]), (&json!(1), &json!(1)));
        assert_eq!((&figures["saved_fen"], &figures["saved_rate"]), (&json!(1_000_000), &json!(3333)));
        let backwards = "/supermarket/v1/figures?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z";
        assert_eq!(city.anyone().get(backwards).await.expect(422).code(), "invalid_extent");
        let own = market.caller(&agency(0)).get("/supermarket/v1/own/registrations").await.expect(200);
        assert_eq!(own.body["items"][0]["awarded"], true);
        let bought = buyer.get("/supermarket/v1/own/purchases").await.expect(200);
        assert_eq!(bought.body["items"][0]["id"], id);
        let stranger = organisation("org.other", "别的公司（示例）");
        let none = market.caller(&stranger).get("/supermarket/v1/own/purchases").await.expect(200);
        assert_eq!(none.body["items"], json!([]));
    }

    async fn nobody_rated_within_180_days(city: &TestCity) {
        let market = open(city).await;
        let id = market.awarded().await;
        market.contracted(&id, 2_000_000).await;
        market.completed(&id).await;
        city.set_time(market.now() + Duration::days(200));
        let rated = eventually("the default", async || {
            let view = market.view(&id).await;
            view["rating"].is_object().then_some(view)
        })
        .await;
        assert_eq!((&rated["rating"]["defaulted"], &rated["rating"]["marks"]), (&json!(true), &Value::Null));
    }

    /// A breach goes to the credit register and on the black list, once an officer found it; the agency objects.
    async fn a_breach_is_found_listed_and_contested(city: &TestCity) {
        let market = open(city).await;
        let id = market.awarded().await;
        let stop = json!({"ground": "agency_breach", "reason": "拒不签订合同"});
        market.caller(&owner()).post(&path(&id, "/stop"), &stop).await.expect(200);
        let finding = json!({"found": true, "reason": "经核实无正当理由"});
        let breach = path(&id, "/breach");
        market.caller(&owner()).post(&breach, &finding).await.expect(403);
        market.caller(&manager()).post(&breach, &finding).await.expect(200);
        assert_eq!(market.caller(&manager()).post(&breach, &finding).await.expect(409).code(), "already_decided");
        let told = city.published::<BreachEvent>(|seen| !seen.is_empty()).await;
        let BreachEvent::Recorded(recorded) = told[0].read::<BreachEvent>().unwrap() else { panic!() };
        assert_eq!((recorded.ground.as_str(), recorded.purchase_id.as_str()), ("contract_not_signed", id.as_str()));
        assert_eq!((recorded.subject_account.as_deref(), recorded.body.as_str()), (Some("agency.a"), APPROVAL_BUREAU));

        let listed = eventually("the entry", async || {
            let page = city.anyone().get("/supermarket/v1/honours?colour=black").await.expect(200);
            page.body["items"].as_array().unwrap().first().cloned()
        })
        .await;
        assert_eq!(listed["entry"]["agency"], market.agencies[0]);
        assert_eq!(listed["entry"]["evidence"], json!([id]));
        let entry = format!("/supermarket/v1/honours/{}", listed["id"].as_str().unwrap());
        let objection = json!({"text": "系采购人拖延"});
        let other = market.caller(&agency(1)).post(&format!("{entry}/objection"), &objection).await;
        assert_eq!(other.expect(403).code(), "not_your_agency");
        market.caller(&agency(0)).post(&format!("{entry}/objection"), &objection).await.expect(200);
        let decision = json!({"upheld": true, "reason": "异议成立"});
        market.caller(&manager()).post(&format!("{entry}/decision"), &decision).await.expect(200);
        let page = city.anyone().get("/supermarket/v1/honours?colour=black").await.expect(200);
        assert_eq!(page.body["items"], json!([]));

        let lifting = format!("/supermarket/v1/breaches/{}/lifting", told[0].subject);
        let reason = json!({"reason": "经复核不成立"});
        let elsewhere = officer("market.9", "11320707MB0000001R", "320707", &[Role::MarketManager]);
        market.caller(&elsewhere).post(&lifting, &reason).await.expect(403);
        market.caller(&manager()).post(&lifting, &reason).await.expect(200);
        city.published::<BreachEvent>(|seen| seen.len() == 2).await;
    }

    async fn a_complaint_has_its_clock(city: &TestCity) {
        let market = open(city).await;
        let id = market.publish(&market.requirement("lowest_price")).await;
        let complaint = json!({"purchase": id, "subject": "公告资质要求过高", "text": "资质要求与项目规模不符，请求核查"});
        let filed = market.caller(&agency(0)).post("/supermarket/v1/complaints", &complaint).await.expect(201);
        assert_eq!(filed.body["due"], "2026-03-16");
        let one = format!("/supermarket/v1/complaints/{}", filed.body["id"].as_str().unwrap());
        market.caller(&agency(1)).get(&one).await.expect(403);
        market.caller(&agency(0)).get(&one).await.expect(200);
        city.set_time("2026-03-16T16:00:00Z".parse().unwrap());
        let caller = market.caller(&manager());
        eventually("the complaint to be overdue", async || {
            let page = caller.get("/supermarket/v1/complaints?overdue=true").await.expect(200);
            (page.body["items"].as_array().unwrap().len() == 1).then_some(())
        })
        .await;
        let elsewhere = officer("market.9", "11320707MB0000001R", "320707", &[Role::MarketManager]);
        let far = market.caller(&elsewhere).get("/supermarket/v1/complaints").await.expect(200);
        assert_eq!(far.body["items"], json!([]));
        let early = json!({"upheld": true, "reason": "成立"});
        assert_eq!(caller.post(&format!("{one}/decision"), &early).await.expect(409).code(), "not_when_filed");
        let taken = caller.post(&format!("{one}/acceptance"), &json!({"taken_up": true})).await.expect(200);
        assert_eq!((&taken.body["overdue"], &taken.body["stage"]), (&json!(false), &json!("taken_up")));
        caller.post(&format!("{one}/decision"), &early).await.expect(200);
    }
}
