//! What can happen to the supermarket without waiting for days to go by.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tongban_e2e::ceremony::{commit, finish};
use tongban_e2e::{Caller, City, Error, Story, papers, until};
use tongban_kernel::{Clock as _, SystemClock, civil_date};

use crate::{put, send};

/// 建设用地规划测绘, of the sample.
const SURVEY: &str = "e9820bad-7a46-5afe-a175-bd322a91aa89";
/// The matter that requires it.
const MATTER: &str = "6251ab3f-e43d-5c75-ab69-1fddc703f017";
const PURCHASES: &str = "/supermarket/v1/purchases";

/// Plays it all.
pub async fn play(city: &City, print: &mut (dyn FnMut(&str) + Send)) -> Result<(), Error> {
    let shop = Shop::enter(city).await?;
    shop.buy().await?;
    shop.breach().await?;
    shop.come_to_nothing().await?;
    shop.complain().await?;
    shop.draw(&mut Story::new(city, print)).await?;
    shop.bought_outside().await?;
    shop.publish().await?;
    shop.discipline().await
}

struct Shop<'a> {
    city: &'a City,
    owner: Caller,
    /// `agency.cehui.1` to `.4`, and the identifiers of their agencies.
    agencies: Vec<(Caller, String)>,
    managers: [Caller; 3],
    reviewer: Caller,
}

fn at(path: &str) -> String {
    format!("/supermarket/v1/{path}")
}

fn step(purchase: &str, step: &str) -> String {
    format!("{PURCHASES}/{purchase}/{step}")
}

fn reason() -> Value {
    json!({"reason": "示例"})
}

fn word(confirmed: bool) -> Value {
    json!({"confirmed": confirmed, "reason": "示例"})
}

impl<'a> Shop<'a> {
    async fn enter(city: &'a City) -> Result<Self, Error> {
        let mut agencies = Vec::new();
        for number in 1..=4 {
            let caller = city.sign_in(&format!("agency.cehui.{number}")).await?;
            let own = caller.get(&at("own-agency")).await?.expect(200)?;
            agencies.push((caller, own.text("/id")?.to_owned()));
        }
        Ok(Self {
            city,
            owner: city.sign_in("org.yungang").await?,
            agencies,
            managers: [
                city.sign_in("market.haizhou.1").await?,
                city.sign_in("market.haizhou.2").await?,
                city.sign_in("market.haizhou.3").await?,
            ],
            reviewer: city.sign_in("reviewer.ziran").await?,
        })
    }

    /// A notice with its own members; the purchase's identifier.
    async fn notice(&self, method: &str, more: &Value) -> Result<String, Error> {
        let ends = SystemClock.now() + TimeDelta::seconds(8);
        let mut notice = json!({
            "project_name": "海州区示例科技园一期工程", "project_code": "2611-320706-47-01-123459",
            "service": SURVEY, "matter_id": MATTER, "region": "320706", "fund_source": "private",
            "budget_fen": 900_000, "method": method,
            "qualifications": {"needed": "any", "codes": ["surveying-a", "surveying-b"]},
            "content": "拟用地范围现状地形图测绘", "service_days": 10,
            "complaint_phone": "0518-85400000", "registration_until": ends.to_rfc3339(),
        });
        for (member, value) in more.as_object().into_iter().flatten() {
            notice[member] = value.clone();
        }
        let published = send(&self.owner, PURCHASES, &notice, 201).await?;
        Ok(published.text("/id")?.to_owned())
    }

    async fn register(&self, purchase: &str, agency: usize, quote: &Value) -> Result<(), Error> {
        let (caller, _) = &self.agencies[agency];
        let entry = json!({"quote": quote, "staff": []});
        send(caller, &step(purchase, "registration"), &entry, 200).await.map(drop)
    }

    /// Waits until a purchase stands somewhere.
    async fn stands(&self, purchase: &str, stage: &str) -> Result<Value, Error> {
        until(stage, async || {
            let view =
                self.city.anyone().get(&format!("{PURCHASES}/{purchase}")).await?.expect(200)?;
            Ok((view.body["stage"] == stage).then_some(view.body))
        })
        .await
    }

    /// From the notice to the rating, with everything returned once.
    async fn buy(&self) -> Result<(), Error> {
        let id = self.notice("lowest_price", &json!({})).await?;
        self.register(&id, 0, &json!(800_000)).await?;
        self.register(&id, 1, &json!(850_000)).await?;
        let (other, _) = &self.agencies[1];
        send(other, &step(&id, "registration/withdrawal"), &json!({}), 200).await?;
        self.stands(&id, "awaiting_contract").await?;
        let (winner, _) = &self.agencies[0];
        let upload = async |name: &str| {
            let file =
                winner.upload_to(&at("files"), name, papers::page(name)).await?.expect(201)?;
            file.text("/id").map(str::to_owned)
        };
        let today = civil_date(SystemClock.now());
        for confirmed in [false, true] {
            let contract = json!({
                "number": "HT-1", "price_fen": 800_000, "signed_on": today, "service_from": today,
                "service_until": today, "file_id": upload("合同.pdf").await?,
            });
            send(winner, &step(&id, "contract"), &contract, 200).await?;
            let answer = json!({"confirmed": confirmed, "reason": "示例"});
            send(&self.owner, &step(&id, "contract/answer"), &answer, 200).await?;
        }
        for confirmed in [false, true] {
            let result = json!({"file_ids": [upload("成果.pdf").await?], "note": "测绘成果"});
            send(winner, &step(&id, "result"), &result, 200).await?;
            let answer = json!({"confirmed": confirmed, "reason": "示例"});
            send(&self.owner, &step(&id, "result/answer"), &answer, 200).await?;
        }
        let marks = json!({"quality": 5, "timeliness": 5, "attitude": 5, "fees": 4, "conduct": 5, "overall": 5});
        let rating = json!({"marks": marks, "text": "成果规范"});
        send(&self.owner, &step(&id, "rating"), &rating, 200).await.map(drop)
    }

    /// A breach is found and listed; the list is objected to, and the breach is lifted.
    async fn breach(&self) -> Result<(), Error> {
        let id = self.notice("lowest_price", &json!({})).await?;
        self.register(&id, 1, &json!(800_000)).await?;
        self.stands(&id, "awaiting_contract").await?;
        let stop = json!({"ground": "agency_breach", "reason": "拒不签订合同"});
        send(&self.owner, &step(&id, "stop"), &stop, 200).await?;
        let finding = json!({"found": true, "reason": "经核实"});
        let found = send(&self.managers[0], &step(&id, "breach"), &finding, 200).await?;
        let listed = until("the black list", async || {
            let page = self.city.anyone().get(&at("honours?colour=black")).await?.expect(200)?;
            Ok(page.body["items"][0]["id"].as_str().map(str::to_owned))
        })
        .await?;
        let honour = |step: &str| at(&format!("honours/{listed}/{step}"));
        send(&self.agencies[1].0, &honour("objection"), &json!({"text": "系采购人拖延"}), 200)
            .await?;
        let decision = json!({"upheld": true, "reason": "示例"});
        send(&self.managers[0], &honour("decision"), &decision, 200).await?;
        let lifting = at(&format!("breaches/{}/lifting", found.text("/stop/breach")?));
        send(&self.managers[0], &lifting, &reason(), 200).await.map(drop)
    }

    /// One that nobody registers for, and one that is taken back.
    async fn come_to_nothing(&self) -> Result<(), Error> {
        let id = self.notice("lowest_price", &json!({})).await?;
        let cancelled = self.notice("lowest_price", &json!({})).await?;
        send(&self.owner, &step(&cancelled, "cancellation"), &reason(), 200).await?;
        self.stands(&id, "failed").await.map(drop)
    }

    async fn complain(&self) -> Result<(), Error> {
        let id = self.notice("lowest_price", &json!({})).await?;
        let (agency, _) = &self.agencies[0];
        for taken_up in [true, false] {
            let filing = json!({"purchase": id, "subject": format!("公告期过短 {taken_up}"), "text": "公告期不足以准备报名材料，请求核查"});
            let filed = send(agency, &at("complaints"), &filing, 201).await?;
            let complaint = |step: &str| {
                at(&format!("complaints/{}/{step}", filed.body["id"].as_str().unwrap_or_default()))
            };
            let answer = json!({"taken_up": taken_up, "reason": "示例"});
            send(&self.managers[0], &complaint("acceptance"), &answer, 200).await?;
            if taken_up {
                let decision = json!({"upheld": false, "reason": "示例"});
                send(&self.managers[0], &complaint("decision"), &decision, 200).await?;
            }
        }
        Ok(())
    }

    /// A small list is drawn by weight; of those registered one is suspended before the owner picks.
    async fn draw(&self, story: &mut Story<'_>) -> Result<(), Error> {
        let witness = self.city.sign_in("supervisor.haizhou").await?;
        let me = witness.get("/identity/v1/me").await?.expect(200)?;
        let party = me.text("/id")?.to_owned();
        let drawn = json!({"witnesses": [party], "large_list": 3, "small_list": 2});
        let id = self.notice("credit_choice", &drawn).await?;
        for agency in [0, 2, 3] {
            self.register(&id, agency, &Value::Null).await?;
        }
        let drawing = self.stands(&id, "drawing").await?;
        let path = at(&format!("draws/{}", drawing["draw"].as_str().unwrap_or_default()));
        let committed = commit(story, &witness, &party, &path).await?;
        finish(story, &witness, committed).await?;
        let choosing = self.stands(&id, "choosing").await?;
        let choice = json!({"agency": choosing["short_list"][0], "reason": "业绩较多"});
        send(&self.owner, &step(&id, "choice"), &choice, 200).await?;
        self.stands(&id, "awaiting_contract").await.map(drop)
    }

    /// What the company's case shows was bought elsewhere.
    async fn bought_outside(&self) -> Result<(), Error> {
        let found = until("what was bought outside", async || {
            let page =
                self.managers[0].get(&at("outside-purchases?limit=100")).await?.expect(200)?;
            Ok(page.body["items"][0]["id"].as_str().map(str::to_owned))
        })
        .await?;
        let outside = |step: &str| at(&format!("outside-purchases/{found}/{step}"));
        let answer = json!({"ground": "bought_earlier", "explanation": "示例"});
        send(&self.managers[0], &outside("answer"), &answer, 200).await?;
        let closure = json!({"should_have_been": false, "reason": "示例"});
        send(&self.managers[0], &outside("closure"), &closure, 200).await.map(drop)
    }

    /// A service and a document that are returned, published and ended; links to the service, refused and withdrawn.
    async fn publish(&self) -> Result<(), Error> {
        let shown =
            self.city.anyone().get(&at(&format!("services/{SURVEY}"))).await?.expect(200)?;
        let mut entry = shown.body["service"].clone();
        entry["name"] = "示例测绘".into();
        entry["qualifications"]["codes"] = json!([]);
        entry["staff"] = json!([]);
        let document = json!({"body": entry["industry_body"], "region": "320706", "kind": "assessment",
            "title": "示例考核办法", "text": "示例"});
        for (list, draft, ends) in
            [("services", &entry, "withdrawal"), ("documents", &document, "repeal")]
        {
            let drafted = send(&self.reviewer, &at(list), draft, 201).await?;
            let id = drafted.text("/id")?.to_owned();
            let path = |step: &str| at(&format!("{list}/{id}{step}"));
            send(&self.managers[0], &path("/decision"), &word(false), 200).await?;
            put(&self.reviewer, &path(""), draft).await?.expect(200)?;
            send(&self.managers[0], &path("/decision"), &word(true), 200).await?;
            if list == "services" {
                self.link(&id).await?;
            }
            send(&self.reviewer, &path(&format!("/{ends}")), &reason(), 200).await?;
            send(&self.managers[0], &path("/decision"), &word(true), 200).await?;
        }
        Ok(())
    }

    async fn link(&self, service: &str) -> Result<(), Error> {
        let asked = json!({"service_id": service, "certificates": []});
        for (place, approved) in [(0, false), (2, true), (3, true)] {
            let (agency, _) = &self.agencies[place];
            let link = send(agency, &at("links"), &asked, 201).await?;
            let link = |step: &str| {
                at(&format!("links/{}/{step}", link.body["id"].as_str().unwrap_or_default()))
            };
            let decision = json!({"approved": approved, "reasons": ["示例"]});
            send(&self.reviewer, &link("decision"), &decision, 200).await?;
            if place == 3 {
                send(agency, &link("withdrawal"), &reason(), 200).await?;
            }
        }
        Ok(())
    }

    /// Measures that are lifted, rejected, appealed against; a changed profile, offers, and who leaves.
    async fn discipline(&self) -> Result<(), Error> {
        let (caller, agency) = &self.agencies[2];
        let of = |path: &str| at(&format!("agencies/{agency}/{path}"));
        let own = caller.get(&at("own-agency")).await?.expect(200)?;
        let profile = &own.body["profile"];
        let details = json!({
            "region": profile["region"], "staff": profile["staff"],
            "qualifications": profile["qualifications"],
            "contact": {"person": "戊示例", "phone": "0518-80000002", "address": "示例路 9 号"},
        });
        put(caller, &of("details"), &details).await?.expect(200)?;
        let offer = json!({"fee_fen": 600_000, "unit": "项", "business_days": 5,
            "conditions": ["提供项目基础资料"], "flow": ["接受委托", "交付成果"]});
        let path = of(&format!("offers/{SURVEY}"));
        put(caller, &path, &offer).await?.expect(200)?;
        caller.call(Method::DELETE, &path, None, None).await?.expect(200)?;

        let [first, second, third] = &self.managers;
        let order = |rule: &str| json!({"rule": rule, "facts": "示例"});
        send(first, &of("sanctions"), &order("no-contract"), 201).await?;
        send(first, &of("sanctions/1/lifting"), &reason(), 200).await?;
        send(first, &of("sanctions"), &order("false-report"), 201).await?;
        send(second, &of("sanctions/2/confirmation"), &word(false), 200).await?;
        send(first, &of("sanctions"), &order("false-report"), 201).await?;
        send(second, &of("sanctions/3/confirmation"), &word(true), 200).await?;
        send(caller, &of("sanctions/3/appeal"), &json!({"ground": "示例"}), 200).await?;
        let decision = json!({"upheld": true, "reason": "示例"});
        send(third, &of("sanctions/3/appeal/decision"), &decision, 200).await?;
        let (leaving, other) = &self.agencies[1];
        send(leaving, &at(&format!("agencies/{other}/exit")), &reason(), 200).await.map(drop)
    }
}
