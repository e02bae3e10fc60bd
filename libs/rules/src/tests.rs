//! A rule set to test with, and what it is given.

mod checking;
mod expressions;
mod hostile;
mod judging;
mod reading;
mod replaying;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{Given, Judgement, Provenance, RuleSet, Rules};

/// Salt of tests.
const SALT: &[u8] = b"0123456789abcdef";

/// 老年人优待证: sixty years of age, registered in the province, alive.
fn elders() -> Value {
    json!({
        "title": "老年人优待证办理机器审批规则",
        "basis": "老年人权益保障法第五十三条",
        "inputs": [
            {"name": "birth_date", "kind": "date", "meaning": "出生日期",
             "source": {"from": "exchange", "resource": "R-1", "item": "birth_date"}},
            {"name": "region", "kind": "text", "meaning": "户籍地行政区划代码",
             "source": {"from": "exchange", "resource": "R-1", "item": "region"}},
            {"name": "status", "kind": "text", "meaning": "户籍状态",
             "source": {"from": "exchange", "resource": "R-1", "item": "status"},
             "choices": [{"value": "1", "name": "正常"}, {"value": "2", "name": "注销"}]},
            {"name": "card_until", "kind": "date", "meaning": "已有优待证的有效期截止日",
             "source": {"from": "licence", "licence_type": "T-1", "field": "valid_until"}},
            {"name": "household", "kind": "integer", "meaning": "共同居住人数",
             "source": {"from": "form", "pointer": "/household"}},
            {"name": "submitted_on", "kind": "date", "meaning": "申请日",
             "source": {"from": "clock", "day": "submitted"}}
        ],
        "conditions": [
            {"number": "1", "text": "申请之日年满六十周岁", "basis": "老年人权益保障法第二条",
             "expression": "full_years(birth_date, submitted_on) >= 60"},
            {"number": "2", "text": "户籍在本省且未注销", "basis": "本省老年人优待办法第三条",
             "expression": "region.startsWith('46') && status == '1'"},
            {"number": "3", "text": "没有仍然有效的优待证", "basis": "本省老年人优待办法第六条",
             "expression": "!known(card_until) || card_until < submitted_on"},
            {"number": "4", "text": "人均份额不少于一份", "basis": "本省老年人优待办法第七条",
             "expression": "10 / household >= 1"}
        ]
    })
}

/// The same with one expression of its own under number 1, and no other.
fn with(expression: &str) -> RuleSet {
    let mut set = set(&elders());
    set.conditions.truncate(1);
    set.conditions[0].expression = expression.to_owned();
    set
}

fn set(value: &Value) -> RuleSet {
    serde_json::from_value(value.clone()).unwrap()
}

fn rules(set: &RuleSet) -> Rules {
    Rules::compile(set).unwrap()
}

fn provenance() -> Provenance {
    let at: DateTime<Utc> = "2026-11-24T01:02:03Z".parse().unwrap();
    Provenance { reference: "CALL-1".to_owned(), at, digest: Some("sha256:00".to_owned()) }
}

fn value(value: Value) -> Given {
    Given::Value { value, provenance: provenance() }
}

fn absent() -> Given {
    Given::Absent { provenance: provenance() }
}

fn failed(code: &str) -> Given {
    Given::Failed { code: code.to_owned(), reason: format!("未取得（{code}）") }
}

/// What lets [`elders`] approve.
fn well() -> BTreeMap<String, Given> {
    [
        ("birth_date", value(json!("1966-11-24"))),
        ("region", value(json!("460105"))),
        ("status", value(json!("1"))),
        ("card_until", absent()),
        ("household", value(json!(2))),
        ("submitted_on", value(json!("2026-11-24"))),
    ]
    .into_iter()
    .map(|(name, given)| (name.to_owned(), given))
    .collect()
}

/// The judgement of [`elders`] on what is well but for `changes`.
fn judged<const N: usize>(changes: [(&str, Given); N]) -> Judgement {
    let mut given = well();
    given.extend(changes.into_iter().map(|(name, one)| (name.to_owned(), one)));
    rules(&set(&elders())).judge(&given, SALT).unwrap()
}

/// Condition and code of each reason.
fn reasons(judgement: &Judgement) -> Vec<(&str, &str)> {
    judgement.reasons.iter().map(|one| (one.condition.as_str(), one.code.as_str())).collect()
}
