//! A matter, people, and a way to walk a case through commands.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use serde_json::json;
use tongban_calendar::Calendar;
use tongban_contracts::Meta;
use tongban_contracts::identity::{DocumentKind, IdentityDocument};
use tongban_contracts::intake::{Applicant, CaseEvent, CorrectionItem, HandedMaterial};
use tongban_kernel::{Context, Fault, Principal, PrincipalKind, RegionCode, Role};
use tongban_ledger::Aggregate as _;
use uuid::Uuid;

use crate::domain::case::CaseFile;
use crate::domain::command::{Command, Filing};
use crate::domain::terms::Terms;

pub const BODY: &str = "11320706MB0000001B";

/// A matter with two required materials and an optional one.
pub fn terms() -> Terms {
    static TERMS: LazyLock<Terms> = LazyLock::new(make_terms);
    TERMS.clone()
}

fn make_terms() -> Terms {
    let matter = json!({
        "basic_code": "000117109003",
        "code": "11320706MB0000001B4000117109003",
        "name": "建筑工程施工许可证核发",
        "matter_type": "01",
        "body": BODY,
        "body_name": "海州区行政审批局（示例）",
        "region": "320706",
        "serves": ["2"],
        "handling": "2",
        "legal_basis": ["建筑法 第七条"],
        "legal_limit": {"amount": 7, "unit": "calendar_day"},
        "promised_limit": {"amount": 3, "unit": "business_day"},
        "notice_limit": {"amount": 5, "unit": "business_day"},
        "materials": [
            {"code": "M01", "name": "申请表", "required": true},
            {"code": "M02", "name": "施工合同", "required": true},
            {"code": "M03", "name": "说明", "required": false},
        ],
        "form_schema": {
            "type": "object",
            "additionalProperties": false,
            "required": ["project_name"],
            "properties": {"project_name": {"title": "项目名称", "type": "string", "minLength": 2}},
        },
        "result": {"name": "建筑工程施工许可证"},
        "visits": 0,
    });
    let calendar = include_str!("../../../../../data/calendar/holidays.json");
    Terms {
        matter_id: Uuid::from_u128(7),
        revision: 1,
        matter: Arc::new(serde_json::from_value(matter).unwrap()),
        calendar: Arc::new(Calendar::from_json(calendar).unwrap()),
    }
}

pub fn officer(account: &str, roles: &[Role]) -> Principal {
    Principal {
        kind: PrincipalKind::Officer,
        body: Some(BODY.into()),
        region: Some(RegionCode::parse("320706").unwrap()),
        roles: roles.iter().copied().collect(),
        ..applicant(account)
    }
}

pub fn applicant(account: &str) -> Principal {
    Principal {
        account: account.into(),
        kind: PrincipalKind::Organisation,
        name: format!("示例{account}"),
        body: None,
        region: None,
        roles: [].into(),
    }
}

/// Wednesday 2026-03-11, 10:00 in China.
pub fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 11, 2, 0, 0).unwrap()
}

pub fn material(code: &str) -> HandedMaterial {
    HandedMaterial {
        code: code.into(),
        name: code.into(),
        file_id: Uuid::from_u128(u128::from(code.as_bytes()[2])),
        file_name: format!("{code}.pdf"),
        sm3: String::new(),
    }
}

pub fn filing(codes: &[&str]) -> Command {
    let document =
        IdentityDocument { kind: DocumentKind::Uscc, number: "91320706MA0000000X".into() };
    Command::Submit(Box::new(Filing {
        number: "11320706MB0000001B4000117109003202603110001".into(),
        applicant: Applicant {
            account: "org".into(),
            kind: PrincipalKind::Organisation,
            name: "示例org".into(),
            document,
        },
        form: json!({"project_name": "示例项目"}),
        materials: codes.iter().map(|code| material(code)).collect(),
        terms: terms(),
    }))
}

pub fn item(pointer: &str) -> CorrectionItem {
    CorrectionItem { pointer: pointer.into(), message: "请补正".into() }
}

/// A case under way: its state and everything that happened.
#[derive(Debug, Clone)]
pub struct Walk {
    pub case: Option<CaseFile>,
    pub events: Vec<(CaseEvent, Meta)>,
    pub now: DateTime<Utc>,
}

impl Walk {
    pub fn new() -> Self {
        Self { case: None, events: Vec::new(), now: start() }
    }

    /// A walk that begins with an application that hands in `codes`.
    pub fn filed(codes: &[&str]) -> Self {
        let mut walk = Self::new();
        walk.take(&applicant("org"), filing(codes)).unwrap();
        walk
    }

    /// Judges a command without carrying it out.
    pub fn judge(&self, actor: &Principal, command: Command) -> Result<Vec<CaseEvent>, Fault> {
        let context = Context { now: self.now, actor: actor.clone() };
        CaseFile::decide(self.case.as_ref(), command, &context)
    }

    /// Carries a command out, an hour later than the one before.
    pub fn take(&mut self, actor: &Principal, command: Command) -> Result<(), Fault> {
        self.now += TimeDelta::hours(1);
        for event in self.judge(actor, command)? {
            let meta = Meta {
                event_id: Uuid::nil(),
                aggregate: "case".into(),
                aggregate_id: "c".into(),
                version: i64::try_from(self.events.len()).unwrap() + 1,
                at: self.now,
                actor: actor.clone(),
                traceparent: None,
            };
            let next = CaseFile::evolve(self.case.take(), &event, &meta);
            self.case = Some(next.expect("what was decided can follow"));
            self.events.push((event, meta));
        }
        Ok(())
    }

    pub fn case(&self) -> &CaseFile {
        self.case.as_ref().unwrap()
    }
}
