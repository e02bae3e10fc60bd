//! A joint visit of two bodies; nobody in it exists.

use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use tongban_contracts::inspections::{
    ChecklistItem, Evidence, InspectionEvent, InspectionFinding, OrderedInspector, OrderedMatter,
    OrderedPart, PartResult, ShownPaper, Signature, Verdict, VisitOrder, VisitedObject,
};
use tongban_contracts::{DomainEvent, Meta};
use tongban_kernel::{Context, Fault, Principal, PrincipalKind, RegionCode, Role};
use tongban_ledger::Aggregate;
use uuid::Uuid;

use crate::domain::inspection::{Attending, Command, Conclusion, Demand, Inspection};
use crate::domain::terms::Rules;

pub const MARKET: &str = "11320706MB0000005X";
pub const FIRE: &str = "11320706MB0000006K";

pub fn rules() -> Arc<Rules> {
    Arc::new(crate::domain::terms::tests::rules())
}

/// 10:00 in China of a day in 2026.
pub fn at(month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, 2, 0, 0).unwrap()
}

pub fn officer(account: &str, body: &str, roles: &[Role]) -> Principal {
    Principal {
        account: account.into(),
        kind: PrincipalKind::Officer,
        name: account.into(),
        body: Some(body.into()),
        region: Some(RegionCode::parse("320706").unwrap()),
        roles: roles.iter().copied().collect(),
    }
}

pub fn inspector(account: &str, body: &str) -> Principal {
    officer(account, body, &[Role::Inspector])
}

pub fn us() -> Principal {
    Principal::service("supervision")
}

pub fn evidence(name: &str) -> Evidence {
    Evidence {
        file_id: Uuid::nil().to_string(),
        name: name.into(),
        media_type: "image/jpeg".into(),
        sm3: "00".repeat(32),
    }
}

fn item(code: &str, key: bool) -> ChecklistItem {
    ChecklistItem { code: code.into(), text: code.into(), basis: "示例".into(), key }
}

pub fn part(body: &str, prefix: &str, lead: bool) -> OrderedPart {
    let sent = |n: u32| OrderedInspector {
        id: format!("{prefix}-{n}"),
        account: format!("{prefix}{n}"),
        name: format!("示例{prefix}{n}"),
        certificate: format!("3207060000{n}"),
    };
    OrderedPart {
        body: body.into(),
        body_name: format!("{prefix}（示例）"),
        lead,
        matters: vec![OrderedMatter {
            id: format!("{prefix}-matter"),
            name: format!("{prefix} 检查"),
            items: vec![item(&format!("{prefix}.1"), true), item(&format!("{prefix}.2"), false)],
        }],
        inspectors: vec![sent(1), sent(2), sent(3)],
    }
}

pub fn order() -> VisitOrder {
    VisitOrder {
        number: "双随机〔2026〕0001-0001".into(),
        task_id: "task".into(),
        task_name: "示例抽查".into(),
        object: VisitedObject {
            id: "object".into(),
            code: "91320706MA0000000X".into(),
            name: "云港示例餐饮有限公司（示例）".into(),
            natural_person: false,
            account: Some("owner".into()),
            address: "示例路 1 号".into(),
            region: RegionCode::parse("320706").unwrap(),
        },
        parts: vec![part(MARKET, "market", true), part(FIRE, "fire", false)],
        from: "2026-03-11".parse().unwrap(),
        until: "2026-03-20".parse().unwrap(),
        check_code: "7KQ2MXPA".into(),
    }
}

pub fn came(ids: &[&str]) -> Vec<Attending> {
    ids.iter().map(|id| Attending { id: (*id).to_owned(), unfit: None }).collect()
}

pub fn finding(item: &str, verdict: Verdict) -> InspectionFinding {
    let violating = verdict == Verdict::Violating;
    InspectionFinding {
        item: item.into(),
        verdict,
        note: violating.then(|| "示例问题".into()),
        evidence: if violating { vec![evidence("现场.jpg")] } else { Vec::new() },
    }
}

pub fn signed() -> Signature {
    Signature::Signed {
        name: "王示例".into(),
        position: "负责人".into(),
        paper: evidence("签字.jpg"),
    }
}

pub fn conclusion(code: &str, signature: Signature, days: Option<u32>) -> Box<Conclusion> {
    let result = PartResult {
        code: code.into(),
        summary: "示例结果".into(),
        notice: evidence("告知书.pdf"),
        signature,
        correction: None,
    };
    let demand = days.map(|days| Demand {
        requirements: vec!["示例要求".into()],
        limit: tongban_calendar::Limit::calendar_days(days),
    });
    Box::new(Conclusion { result, demand })
}

/// An aggregate and what happened to it.
pub struct History<A: Aggregate> {
    pub state: Option<A>,
    pub events: Vec<A::Event>,
}

impl<A: Aggregate> Default for History<A> {
    fn default() -> Self {
        Self { state: None, events: Vec::new() }
    }
}

impl<A: Aggregate> History<A> {
    pub fn tell(
        &mut self,
        actor: &Principal,
        now: DateTime<Utc>,
        command: A::Command,
    ) -> Result<Vec<A::Event>, Fault> {
        let context = Context { now, actor: actor.clone() };
        let events = A::decide(self.state.as_ref(), command, &context)?;
        for event in &events {
            let meta = Meta {
                event_id: Uuid::nil(),
                aggregate: <A::Event as DomainEvent>::AGGREGATE.into(),
                aggregate_id: "id".into(),
                version: 1,
                at: now,
                actor: actor.clone(),
                traceparent: None,
            };
            self.state = A::evolve(self.state.take(), event, &meta);
            assert!(self.state.is_some(), "every event that is decided can follow");
        }
        self.events.extend(events.iter().cloned());
        Ok(events)
    }

    pub fn state(&self) -> &A {
        self.state.as_ref().unwrap()
    }

    #[track_caller]
    pub fn refused(&mut self, actor: &Principal, now: DateTime<Utc>, command: A::Command) -> Fault {
        match self.tell(actor, now, command) {
            Err(fault) => fault,
            Ok(_) => panic!("it was not refused"),
        }
    }
}

/// A visit that the market body began.
pub fn begun() -> History<Inspection> {
    let mut visit = History::default();
    visit.tell(&us(), at(3, 10), Command::Order(Box::new(order()))).unwrap();
    let begin = begin(MARKET, &["market-1", "market-2"]);
    visit.tell(&inspector("market1", MARKET), at(3, 11), begin).unwrap();
    visit
}

pub fn begin(body: &str, ids: &[&str]) -> Command {
    Command::Begin {
        body: body.into(),
        present: came(ids),
        shown: ShownPaper::Certificate,
        rules: rules(),
    }
}

pub fn record(body: &str, findings: Vec<InspectionFinding>) -> Command {
    Command::Record { body: body.into(), findings }
}

pub fn conclude(body: &str, conclusion: Box<Conclusion>) -> Command {
    Command::Conclude { body: body.into(), conclusion, rules: rules() }
}

pub fn follow_up(body: &str, ids: &[&str], corrected: bool) -> Command {
    Command::FollowUp {
        body: body.into(),
        present: came(ids),
        corrected,
        note: "示例复查".into(),
        evidence: vec![evidence("复查.jpg")],
        rules: rules(),
    }
}

/// The last result of a history of a visit.
pub fn last_settled(events: &[InspectionEvent]) -> tongban_contracts::inspections::SettledResult {
    let settled = events.iter().rev().find_map(|event| match event {
        InspectionEvent::Concluded { settled, .. }
        | InspectionEvent::FollowedUp { settled, .. }
        | InspectionEvent::HandedOver { settled, .. }
        | InspectionEvent::Amended { settled, .. } => Some(settled.as_ref().clone()),
        _ => None,
    });
    settled.unwrap()
}
