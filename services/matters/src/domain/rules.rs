//! When an entry may be published: consistency rules of the implementation list (实施清单).

use std::collections::BTreeSet;

use tongban_contracts::matters::{HandlingKind, LimitUnit, Matter, TimeLimit};
use tongban_forms::Form;
use tongban_kernel::checks::{licence_id, matter_code, uscc};
use tongban_kernel::{Fault, Faults};

/// Words that make a material no material: the list must be exhaustive (优化营商环境条例 art. 35).
const VAGUE: [&str; 4] = ["其他材料", "有关材料", "相关材料", "其它材料"];

/// A mistyped number, not a matter, has people come more often (到办事现场次数).
const MOST_VISITS: u32 = 99;

/// No limit in law is longer than ten years; a mistyped number is (期限).
const LONGEST_LIMIT: u32 = 3_650;

/// No document is valid for longer than a hundred years without being valid for ever (证照有效期).
const LONGEST_VALIDITY: u32 = 1_200;

/// Checks an entry and names every fault at once.
pub fn check(matter: &Matter) -> Result<(), Fault> {
    let mut faults = Faults::new();
    codes(matter, &mut faults);
    limits(matter, &mut faults);
    materials(matter, &mut faults);
    texts(matter, &mut faults);
    if let Err(found) = Form::compile(&matter.form_schema) {
        for fault in found {
            faults.add(format!("/form_schema{}", fault.pointer), fault.code, fault.message);
        }
    }
    if let Some(licence) = &matter.result.licence
        && let Err(invalid) = licence_id::check_type_code(&licence.code)
    {
        faults.add("/result/licence/code", invalid.reason(), invalid.message_zh());
    }
    faults.into_result("invalid_matter", "事项要素有误，不能发布")
}

/// Codes are built by the rules: body, level and basic code make the implementation code.
fn codes(matter: &Matter, faults: &mut Faults) {
    if let Err(invalid) = uscc::check(&matter.body) {
        faults.add("/body", invalid.reason(), invalid.message_zh());
    }
    match matter_code::check(&matter.basic_code) {
        Ok(parsed) if parsed.kind == matter_code::Kind::Basic => {}
        Ok(_) => faults.add("/basic_code", "length", "基本编码应为 12 位"),
        Err(invalid) => faults.add("/basic_code", invalid.reason(), invalid.message_zh()),
    }
    match matter_code::check(&matter.code) {
        Ok(parsed) if parsed.kind == matter_code::Kind::Implementation => {
            if parsed.basic != matter.basic_code {
                faults.add("/code", "basic_code", "实施编码的后 12 位应为基本编码");
            }
            if parsed.body.as_deref() != Some(matter.body.as_str()) {
                faults.add("/code", "body", "实施编码的前 18 位应为实施主体的统一社会信用代码");
            }
        }
        Ok(_) => faults.add("/code", "length", "实施编码应为 31 位"),
        Err(invalid) => faults.add("/code", invalid.reason(), invalid.message_zh()),
    }
    let matter_type = serde_json::to_value(matter.matter_type).ok();
    let segment = matter.basic_code.get(2..4);
    if matter_type.as_ref().and_then(serde_json::Value::as_str) != segment {
        faults.add("/matter_type", "basic_code", "事项类型与基本编码第 3 至 4 位不一致");
    }
}

/// Promised ≤ legal (优化营商环境条例 art. 36); on the spot exactly when handled on the spot.
fn limits(matter: &Matter, faults: &mut Faults) {
    let all = [
        ("/notice_limit", Some(&matter.notice_limit)),
        ("/promised_limit", Some(&matter.promised_limit)),
        ("/legal_limit", matter.legal_limit.as_ref()),
    ];
    for (pointer, limit) in all {
        if limit.is_some_and(|limit| limit.amount > LONGEST_LIMIT) {
            let text = format!("期限应不超过 {LONGEST_LIMIT} 日");
            faults.add(format!("{pointer}/amount"), "maximum", text);
        }
    }
    let immediate = matter.handling == HandlingKind::Immediate;
    if immediate != (matter.promised_limit.amount == 0) {
        faults.add("/promised_limit", "handling", "即办件的承诺时限应为 0，承诺件应大于 0");
    }
    if let Some(legal) = &matter.legal_limit
        && longest_days(&matter.promised_limit) > longest_days(legal)
    {
        faults.add("/promised_limit", "longer_than_legal", "承诺办结时限不得长于法定办结时限");
    }
    if matter.visits > MOST_VISITS {
        faults.add("/visits", "maximum", format!("到办事现场次数应为 0 至 {MOST_VISITS}"));
    }
    let licence = matter.result.licence.as_ref();
    if licence
        .and_then(|licence| licence.valid_months)
        .is_some_and(|months| months > LONGEST_VALIDITY)
    {
        let pointer = "/result/licence/valid_months";
        faults.add(
            pointer,
            "maximum",
            format!("证照有效期应不超过 {LONGEST_VALIDITY} 个月，长期有效的不填"),
        );
    }
}

/// A limit in calendar days, for comparing limits of different units: five business days make a week.
fn longest_days(limit: &TimeLimit) -> u32 {
    match limit.unit {
        LimitUnit::CalendarDay => limit.amount,
        LimitUnit::BusinessDay => limit.amount.saturating_mul(7).div_ceil(5),
        LimitUnit::Month => limit.amount.saturating_mul(31),
    }
}

fn materials(matter: &Matter, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, material) in matter.materials.iter().enumerate() {
        if !seen.insert(&material.code) {
            faults.add(format!("/materials/{index}/code"), "duplicate", "材料编码重复");
        }
        if VAGUE.iter().any(|vague| material.name.contains(vague)) {
            faults.add(
                format!("/materials/{index}/name"),
                "vague",
                "不得以“其他材料”等兜底表述，应逐项列明",
            );
        }
        if material.name.trim().is_empty() {
            faults.add(format!("/materials/{index}/name"), "required", "材料名称不能为空");
        }
    }
}

fn texts(matter: &Matter, faults: &mut Faults) {
    if matter.name.trim().is_empty() {
        faults.add("/name", "required", "事项名称不能为空");
    }
    if matter.legal_basis.is_empty() {
        faults.add("/legal_basis", "required", "设定依据不能为空");
    }
    if matter.serves.is_empty() {
        faults.add("/serves", "required", "服务对象不能为空");
    }
}
