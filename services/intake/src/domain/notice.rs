//! 一次性告知: the one correction notice must be about things that exist, and complete.

use serde_json::Value;
use tongban_contracts::intake::CorrectionItem;
use tongban_kernel::{Fault, Faults};

use super::case::CaseFile;
use super::terms::Terms;

/// Checks the items of a notice; every fault at once.
///
/// A notice that leaves out a required material that is missing is refused too: there is no second
/// notice, so the application could then neither be corrected nor accepted.
///
/// # Errors
/// `invalid_notice` with every fault.
pub fn check(case: &CaseFile, items: &[CorrectionItem], terms: &Terms) -> Result<(), Fault> {
    let mut faults = Faults::new();
    if items.is_empty() {
        faults.add("/items", "min_items", "补正通知至少列明一项");
    }
    for (index, item) in items.iter().enumerate() {
        if item.message.trim().is_empty() {
            faults.add(format!("/items/{index}/message"), "required", "应说明补正要求");
        }
        if !exists(&item.pointer, case, terms) {
            faults.add(
                format!("/items/{index}/pointer"),
                "unknown_place",
                "应为 /materials/材料编码 或 /form/字段，且该材料或字段须存在",
            );
        }
    }
    for material in terms.missing(&case.materials) {
        let pointer = format!("/materials/{}", escape(&material.code));
        if items.iter().all(|item| item.pointer != pointer) {
            let text = format!("缺少「{}」，应在同一通知中一并告知", material.name);
            faults.add("/items", "incomplete_notice", text);
        }
    }
    faults.into_result("invalid_notice", "补正通知有误")
}

fn exists(pointer: &str, case: &CaseFile, terms: &Terms) -> bool {
    if let Some(code) = pointer.strip_prefix("/materials/") {
        return terms.material(&unescape(code)).is_some();
    }
    let Some(field) = pointer.strip_prefix("/form/") else { return false };
    let first = unescape(field.split('/').next().unwrap_or_default());
    let declared = terms.matter.form_schema.get("properties").and_then(Value::as_object);
    let declared = declared.is_some_and(|fields| fields.contains_key(&first));
    declared || case.form.pointer(&format!("/{field}")).is_some()
}

/// One segment of a JSON Pointer, as written.
pub fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
