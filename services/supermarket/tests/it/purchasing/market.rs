//! A market with a service, agencies and people; none of them exists.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use tongban_contracts::identity::{Account, AccountEvent, DocumentKind, IdentityDocument};
use tongban_contracts::matters::{Matter, MatterEvent};
use tongban_contracts::samples;
use tongban_kernel::{Principal, PrincipalKind, Role};
use tongban_runtime::Service;
use tongban_supermarket::Supermarket;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer, organisation, system};
use tongban_testkit::{Answer, Client, TestCity, draws, eventually};

/// The matter that needs the service.
pub const MATTER: &str = "ee45007c-cb1d-5453-ba84-3120eaf5f632";
/// The material of it that is the service's result.
pub const MATERIAL: &str = "M02";
/// The body that answers for the trade.
pub const TRADE: &str = "11320706MB0000011C";
/// A project code with its check digit.
pub const PROJECT: &str = "2611-320706-47-01-123459";

pub fn services() -> Vec<Arc<dyn Service>> {
    let mut all: Vec<Arc<dyn Service>> = vec![Arc::new(Supermarket)];
    all.extend(draws::sources());
    all
}

/// Names and credit codes of the agencies.
pub const AGENCIES: [(&str, &str); 3] = [
    ("agency.a", "91320706MA0000101N"),
    ("agency.b", "91320706MA0000102R"),
    ("agency.c", "91320706MA0000000X"),
];

pub fn owner() -> Principal {
    organisation("org.owner", "云港示例建设有限公司（示例）")
}

pub fn manager() -> Principal {
    officer("market.1", APPROVAL_BUREAU, HAIZHOU, &[Role::MarketManager])
}

pub fn agency(place: usize) -> Principal {
    let (account, _) = AGENCIES[place];
    organisation(account, &format!("{account}测绘有限公司（示例）"))
}

pub fn platform() -> Principal {
    system("platform", APPROVAL_BUREAU, HAIZHOU, &[Role::MarketManager])
}

/// The market, opened.
pub struct Market<'a> {
    pub city: &'a TestCity,
    /// Identifier of the service.
    pub service: String,
    /// Identifiers of the agencies.
    pub agencies: Vec<String>,
}

/// Opens a market with a service in force and three agencies linked to it.
pub async fn open(city: &TestCity) -> Market<'_> {
    let matter: Matter = serde_json::from_value(samples::matter()).unwrap();
    let event = MatterEvent::Published { revision: 1, matter: Box::new(matter) };
    city.emit(MATTER, 1, &event, &manager()).await;
    for (account, code) in AGENCIES.into_iter().chain([("org.owner", "91320706MA0000103W")]) {
        let name = match account {
            "org.owner" => owner().name,
            _ => format!("{account}测绘有限公司（示例）"),
        };
        let known = Account {
            name,
            kind: PrincipalKind::Organisation,
            document: Some(IdentityDocument { kind: DocumentKind::Uscc, number: code.into() }),
            body: None,
            region: None,
            roles: [].into(),
        };
        city.emit(account, 1, &AccountEvent::Registered(known), &manager()).await;
    }
    crate::town::bodies(city).await;
    let service = publish_service(city).await;
    let mut agencies = Vec::new();
    for place in 0..AGENCIES.len() {
        agencies.push(enter(city, &service, place).await);
    }
    Market { city, service, agencies }
}

async fn publish_service(city: &TestCity) -> String {
    let entry = json!({
        "name": "规划测量（示例）", "region": HAIZHOU,
        "industry_body": {"id": TRADE, "name": "海州区自然资源和规划分局（示例）"},
        "superior_body": {"id": "11320700MB0000003T", "name": "连云港市自然资源和规划局（示例）"},
        "basis": [{"kind": "law", "title": "城乡规划法", "article": "第三十八条"}],
        "matters": [{"matter_id": MATTER, "material_code": MATERIAL}],
        "fee": {"kind": "market", "unit": "项"},
        "business_days": 15, "result": "规划测绘报告",
        "qualifications": {"all": false, "codes": ["surveying-b"]}, "staff": [],
    });
    let first = city.caller(&manager());
    let drafted = eventually("the matter to be known", async || {
        let answer = first.post("/supermarket/v1/services", &entry).await;
        (answer.status != 422).then_some(answer)
    })
    .await;
    let id = drafted.expect(201).body["id"].as_str().unwrap().to_owned();
    let second = officer("market.2", APPROVAL_BUREAU, HAIZHOU, &[Role::MarketManager]);
    let path = format!("/supermarket/v1/services/{id}/decision");
    let confirmed = json!({"confirmed": true, "reason": "符合规定"});
    city.caller(&second).post(&path, &confirmed).await.expect(200);
    id
}

fn qualification(code: &str, number: &str, until: &str) -> Value {
    json!({"code": code, "name": code, "number": number, "issuer": "示例机关",
        "valid_from": "2024-01-01", "valid_through": until})
}

/// An agency registers and is linked; its identifier.
async fn enter(city: &TestCity, service: &str, place: usize) -> String {
    let (_, code) = AGENCIES[place];
    let certificate = format!("资字{place}");
    let registration = json!({"credit_code": code, "details": {
        "region": HAIZHOU,
        "contact": {"person": "丁示例", "phone": "0518-80000001", "address": "示例路 8 号"},
        "staff": [{"number": "S01", "name": "丁示例", "qualifications": [
            qualification("registered-surveyor", &format!("注字{place}"), "2030-12-31")]}],
        "qualifications": [qualification("surveying-b", &certificate, "2030-12-31")],
    }});
    let caller = city.caller(&agency(place));
    let registered = eventually("the organisation to be known", async || {
        let answer = caller.post("/supermarket/v1/agencies", &registration).await;
        (answer.status != 503).then_some(answer)
    })
    .await;
    let id = registered.expect(201).body["id"].as_str().unwrap().to_owned();
    let link = json!({"service_id": service, "certificates": [certificate]});
    let asked = caller.post("/supermarket/v1/links", &link).await.expect(201);
    let path = format!("/supermarket/v1/links/{}/decision", asked.body["id"].as_str().unwrap());
    let reviewer = officer("reviewer", TRADE, HAIZHOU, &[Role::IndustryReviewer]);
    let approval = json!({"approved": true, "reasons": ["资质符合要求"]});
    city.caller(&reviewer).post(&path, &approval).await.expect(200);
    id
}

impl Market<'_> {
    pub fn caller(&self, principal: &Principal) -> Client {
        self.city.caller(principal)
    }

    pub fn now(&self) -> DateTime<Utc> {
        use tongban_kernel::Clock as _;
        self.city.clock.now()
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.city.set_time(self.now() + Duration::seconds(seconds));
    }

    /// A requirement; registration ends in a minute.
    pub fn requirement(&self, method: &str) -> Value {
        json!({
            "project_name": "海州区示例科技园一期工程", "project_code": PROJECT,
            "service": self.service, "matter_id": MATTER, "region": HAIZHOU,
            "fund_source": "private", "budget_fen": 3_000_000, "method": method,
            "qualifications": {"needed": "any", "codes": ["surveying-b"]},
            "content": "一期工程用地范围规划测绘", "service_days": 15,
            "complaint_phone": "0518-85400000",
            "registration_until": self.now() + Duration::seconds(60),
        })
    }

    /// Publishes a requirement; the purchase's identifier.
    pub async fn publish(&self, requirement: &Value) -> String {
        let caller = self.caller(&owner());
        let answer = caller.post("/supermarket/v1/purchases", requirement).await.expect(201);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// An agency registers.
    pub async fn register(&self, id: &str, place: usize, entry: &Value) -> Answer {
        self.caller(&agency(place)).post(&path(id, "/registration"), entry).await
    }

    /// The purchase, as everybody sees it.
    pub async fn view(&self, id: &str) -> Value {
        self.city.anyone().get(&path(id, "")).await.expect(200).body
    }

    /// The purchase, once it stands at `stage`.
    pub async fn at(&self, id: &str, stage: &str) -> Value {
        eventually(stage, async || {
            let view = self.view(id).await;
            (view["stage"] == stage).then_some(view)
        })
        .await
    }

    /// A purchase by the lowest price, won by the first agency and its notice over.
    pub async fn awarded(&self) -> String {
        let id = self.publish(&self.requirement("lowest_price")).await;
        self.register(&id, 0, &json!({"quote": 2_000_000})).await.expect(200);
        self.register(&id, 1, &json!({"quote": 2_500_000})).await.expect(200);
        self.pass(61);
        self.at(&id, "on_notice").await;
        self.pass(3);
        self.at(&id, "awaiting_contract").await;
        id
    }

    /// Uploads a file; its identifier.
    pub async fn file(&self, by: &Principal, name: &str) -> String {
        let content = b"%PDF-1.4\nexample\n%%EOF\n".to_vec();
        let answer = self.caller(by).upload("/supermarket/v1/files", name, content).await;
        answer.expect(201).body["id"].as_str().unwrap().to_owned()
    }

    /// A contract on the terms of the award.
    pub async fn contract(&self, by: &Principal, price: i64) -> Value {
        json!({"number": "HT-1", "price_fen": price, "signed_on": "2026-03-11",
            "service_from": "2026-03-11", "service_until": "2026-03-25",
            "file_id": self.file(by, "合同.pdf").await})
    }

    /// Contract uploaded by the owner and confirmed by the first agency.
    pub async fn contracted(&self, id: &str, price: i64) {
        let contract = self.contract(&owner(), price).await;
        let by = self.caller(&owner());
        by.post(&path(id, "/contract"), &contract).await.expect(200);
        let yes = json!({"confirmed": true});
        self.caller(&agency(0)).post(&path(id, "/contract/answer"), &yes).await.expect(200);
    }

    /// Delivered by the first agency and accepted.
    pub async fn completed(&self, id: &str) {
        let file = self.file(&agency(0), "规划测绘报告.pdf").await;
        let result = json!({"file_ids": [file], "note": "规划测绘成果报告"});
        self.caller(&agency(0)).post(&path(id, "/result"), &result).await.expect(200);
        let yes = json!({"confirmed": true});
        self.caller(&owner()).post(&path(id, "/result/answer"), &yes).await.expect(200);
    }
}

/// Address of a purchase, or of a step of it.
pub fn path(id: &str, step: &str) -> String {
    format!("/supermarket/v1/purchases/{id}{step}")
}
