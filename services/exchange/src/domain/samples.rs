//! What the tests of the rules begin with; none of it exists.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use tongban_calendar::Calendar;
use tongban_contracts::Meta;
use tongban_contracts::exchange::{
    DataResource, DataUse, Delivery, LegalText, Purpose, SharingKind,
};
use tongban_contracts::supermarket::Named;
use tongban_kernel::{Context, Fault, Principal, PrincipalKind, RegionCode, Role};
use tongban_ledger::Aggregate;
use uuid::Uuid;

use super::resource::Resource;
use super::rules::{ExchangeRules, Ground};

pub const SOURCE: &str = "11320706MB0000003H";
pub const READER: &str = "11320706MB0000001B";
pub const ABOVE: &str = "11320700MB0000001L";
pub const MATTER: Uuid = Uuid::from_u128(1);
pub const FOREIGN: Uuid = Uuid::from_u128(2);

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Ten in the morning in China.
pub fn morning(text: &str) -> DateTime<Utc> {
    format!("{text}T02:00:00Z").parse().unwrap()
}

pub fn ground() -> Arc<Ground> {
    let rules: ExchangeRules =
        serde_json::from_str(include_str!("../../../../data/exchange/rules.json")).unwrap();
    let calendar = include_str!("../../../../data/calendar/holidays.json");
    Arc::new(Ground { rules, calendar: Arc::new(Calendar::from_json(calendar).unwrap()) })
}

pub fn officer(account: &str, body: &str, region: &str, role: Role) -> Principal {
    Principal {
        kind: PrincipalKind::Officer,
        body: Some(body.to_owned()),
        region: Some(RegionCode::parse(region).unwrap()),
        roles: [role].into(),
        ..Principal::service(account)
    }
}

pub fn steward(body: &str) -> Principal {
    officer(&format!("steward.{body}"), body, "320706", Role::DataSteward)
}

pub fn authority(body: &str) -> Principal {
    officer(&format!("authority.{body}"), body, "320700", Role::DataAuthority)
}

pub fn by(actor: Principal, date: &str) -> Context {
    Context { now: morning(date), actor }
}

pub fn named(id: &str) -> Named {
    Named { id: id.to_owned(), name: format!("单位{id}") }
}

pub fn sheet() -> DataResource {
    let item = |key: &str, personal: bool| {
        json!({"key": key, "name": key, "kind": "text", "personal": personal,
            "masking": personal.then_some("hidden")})
    };
    serde_json::from_value(json!({
        "code": "306011/000001", "name": "婚姻登记信息", "summary": "示例", "region": "320706",
        "source_body": {"id": SOURCE, "name": "民政局"},
        "items": [item("id_number", true), item("state", true), item("registered_by", false)],
        "sharing": "conditional", "conditions": "示例条件", "open": false,
        "update_cycle": "daily", "delivery_kind": "interface",
    }))
    .unwrap()
}

pub fn delivery() -> Delivery {
    serde_json::from_value(json!({
        "adaptor": "http_json", "address": "https://minzheng.example/data/marriage",
        "timeout_ms": 3000, "cache_seconds": 0, "calls_a_minute": 600,
    }))
    .unwrap()
}

pub fn resource(sharing: SharingKind) -> Resource {
    Resource {
        revision: 1,
        published_on: day("2026-03-02"),
        resource: DataResource { sharing, ..sheet() },
        delivery: delivery(),
        withdrawn: None,
    }
}

pub fn wanted() -> DataUse {
    DataUse {
        purpose: Purpose::PublicService,
        explanation: "办理示例事项时核实".to_owned(),
        basis: vec![LegalText { title: "示例法".to_owned(), article: None }],
        matters: vec![MATTER],
        items: vec!["id_number".to_owned(), "registered_by".to_owned()],
        daily_calls: 100,
        through: day("2026-12-31"),
    }
}

pub fn matters() -> BTreeMap<Uuid, String> {
    BTreeMap::from([(MATTER, READER.to_owned()), (FOREIGN, SOURCE.to_owned())])
}

/// Carries out a command; gives what happened.
pub fn step<A: Aggregate>(
    current: &mut Option<A>,
    command: A::Command,
    context: &Context,
) -> Result<Vec<A::Event>, Fault> {
    let events = A::decide(current.as_ref(), command, context)?;
    for event in &events {
        let meta = Meta {
            event_id: Uuid::nil(),
            aggregate: "sample".to_owned(),
            aggregate_id: "sample".to_owned(),
            version: 1,
            at: context.now,
            actor: context.actor.clone(),
            traceparent: None,
        };
        *current = Some(A::evolve(current.take(), event, &meta).unwrap());
    }
    Ok(events)
}
