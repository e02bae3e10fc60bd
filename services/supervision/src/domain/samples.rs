//! Matters, inspectors and plans for the tests of the rules; none of them exists.

use chrono::{TimeZone as _, Utc};
use tongban_contracts::credit::CreditClass;
use tongban_contracts::supervision::{
    EntryFigures, EntryMatter, Frequency, GradeFigures, InspectionKind, InspectionMatter,
    InspectionMethod, InspectionPlan, Inspector, ObjectScope, PlanEntry, PlanKind, Qualification,
    RatioRow, RatioTable, TaskBody,
};
use tongban_kernel::{Context, Principal, PrincipalKind, RegionCode, Role};

pub const BODY: &str = "11320706MB0000001B";

pub fn region() -> RegionCode {
    RegionCode::parse("320706").unwrap()
}

fn officer(account: &str, roles: &[Role]) -> Context {
    let actor = Principal {
        account: account.into(),
        kind: PrincipalKind::Officer,
        name: format!("示例{account}"),
        body: Some(BODY.into()),
        region: Some(region()),
        roles: roles.iter().copied().collect(),
    };
    Context { now: Utc.with_ymd_and_hms(2026, 3, 11, 2, 0, 0).unwrap(), actor }
}

pub fn planner() -> Context {
    officer("planner", &[Role::InspectionPlanner])
}

pub fn both() -> Context {
    officer("both", &[Role::InspectionPlanner, Role::InspectionApprover])
}

pub fn matter() -> InspectionMatter {
    InspectionMatter {
        code: "SP-001".into(),
        name: "餐饮服务监督检查".into(),
        field: "食品安全".into(),
        basis: vec!["食品生产经营监督检查管理办法 第二十一条".into()],
        kind: InspectionKind::General,
        frequency: Some(Frequency { times: 1, months: 12 }),
        ceiling: Some(3_000),
        methods: vec![InspectionMethod::OnSite],
        body: BODY.into(),
        body_name: "海州区市场监督管理局（示例）".into(),
        region: region(),
        partners: Vec::new(),
        objects: ObjectScope::default(),
        qualification: "food".into(),
        checklists: vec!["CL-FOOD-01".into()],
        sample_fields: Vec::new(),
    }
}

pub fn entry_matter() -> EntryMatter {
    EntryMatter {
        id: "m1".into(),
        revision: 1,
        code: "SP-001".into(),
        name: "餐饮服务监督检查".into(),
        kind: InspectionKind::General,
        body: BODY.into(),
        frequency: Some(Frequency { times: 1, months: 12 }),
        ceiling: Some(3_000),
        qualification: "food".into(),
        checklists: Vec::new(),
    }
}

pub fn ratios() -> RatioTable {
    let row = |grade, rate| RatioRow { grade, rate };
    RatioTable {
        id: "sample".into(),
        name: "示例比例".into(),
        year: 2026,
        matters: Vec::new(),
        rows: vec![
            row(CreditClass::A, 100),
            row(CreditClass::B, 200),
            row(CreditClass::C, 1_000),
            row(CreditClass::D, 3_000),
        ],
        source: "示例".into(),
        sample: true,
    }
}

pub fn inspector(number: u32) -> Inspector {
    Inspector {
        certificate: format!("JS-HZ-{number:04}"),
        name: format!("检查员{number}（示例）"),
        account: None,
        body: BODY.into(),
        body_name: "海州区市场监督管理局（示例）".into(),
        region: region(),
        qualifications: vec![Qualification {
            code: "food".into(),
            name: "食品安全监督检查".into(),
            from: "2024-01-01".parse().unwrap(),
            until: "2026-12-31".parse().unwrap(),
        }],
    }
}

pub fn plan() -> InspectionPlan {
    let grades =
        vec![GradeFigures { grade: CreditClass::B, objects: 100, recently_drawn: 0, rate: 200 }];
    InspectionPlan {
        name: "2026 年度计划".into(),
        kind: PlanKind::Yearly,
        year: 2026,
        body: BODY.into(),
        body_name: "海州区市场监督管理局（示例）".into(),
        region: region(),
        ratios: ratios(),
        entries: vec![PlanEntry {
            id: "001".into(),
            name: "餐饮抽查".into(),
            matters: vec![entry_matter()],
            bodies: vec![TaskBody {
                body: BODY.into(),
                body_name: "海州区市场监督管理局（示例）".into(),
                lead: true,
                inspectors: 2,
            }],
            region: region(),
            scope: ObjectScope::default(),
            from: "2026-04-01".parse().unwrap(),
            until: "2026-06-30".parse().unwrap(),
            exception: None,
            figures: EntryFigures { grades, number: 2 },
        }],
    }
}
