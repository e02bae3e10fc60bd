//! Whole examples for the documents, where one put together from examples of the members would not
//! hang together: one application of the sample city, told alike in every document.
//!
//! Names, codes and matters are those of `data/city`; `libs/contracts` tests that they can be read.

use serde_json::{Value, json};

/// The credit code of the company that applies.
const APPLICANT_USCC: &str = "91320706MA0000000X";

/// Who applies.
pub fn applicant() -> Value {
    json!({
        "account": "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d",
        "kind": "organisation",
        "name": "云港示例建设有限公司（示例）",
        "document": company_document(),
    })
}

/// Its identity document.
pub fn company_document() -> Value {
    json!({"kind": "uscc", "number": APPLICANT_USCC})
}

/// The form as filled in.
pub fn form() -> Value {
    json!({
        "project_name": "海州区示例科技园一期工程",
        "project_code": "2611-320706-47-01-123459",
        "project_address": "江苏省连云港市海州区示例大道 1 号",
        "developer": "云港示例建设有限公司（示例）",
        "developer_uscc": APPLICANT_USCC,
        "construction_scale": 12800.5,
        "contract_price": 5600,
        "contract_start": "2026-12-01",
        "contract_completion": "2028-05-31",
        "structure_type": "框架结构",
        "contractor": "示例建筑工程有限公司",
        "contractor_uscc": "91320706MA0000101N",
        "contractor_leader": "周示例",
        "supervisor": "示例建设监理有限公司",
        "supervisor_uscc": "91320706MA0000102R",
        "chief_supervisor": "吴示例",
        "contact_name": "郑示例",
        "contact_phone": "0518-85400000",
    })
}

/// What stands on the licence's face: the form and the holder.
pub fn face() -> Value {
    let mut face = form();
    face["holder_name"] = "云港示例建设有限公司（示例）".into();
    face
}

/// The schema of a form, cut to a few of its fields.
pub fn form_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "建筑工程施工许可证申请表",
        "type": "object",
        "additionalProperties": false,
        "required": ["project_name", "developer_uscc", "contact_phone"],
        "properties": {
            "project_name": {
                "title": "工程名称", "type": "string", "minLength": 4, "maxLength": 120,
            },
            "developer_uscc": {
                "title": "建设单位统一社会信用代码", "type": "string", "format": "uscc",
            },
            "contact_phone": {
                "title": "联系电话",
                "type": "string",
                "pattern": "^(1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8})$",
            },
        },
    })
}

/// The matter applied for, with two of its materials.
pub fn matter() -> Value {
    json!({
        "basic_code": "000117109003",
        "code": "11320706MB0000001B4000117109003",
        "name": "建筑工程施工许可证核发",
        "matter_type": "01",
        "body": "11320706MB0000001B",
        "body_name": "海州区行政审批局（示例）",
        "region": "320706",
        "serves": ["2", "3", "4", "6"],
        "handling": "2",
        "legal_basis": ["建筑法 第七条、第八条、第九条"],
        "conditions": ["已确定施工企业，施工图设计文件审查合格"],
        "legal_limit": legal_limit(),
        "promised_limit": {"amount": 3, "unit": "business_day"},
        "notice_limit": notice_limit(),
        "materials": [
            {
                "code": "M01",
                "name": "建筑工程施工许可证申请表",
                "required": true,
                "acceptance_standard": "填写完整，由申请人签字或者盖章",
                "source": "applicant",
            },
            {
                "code": "M05",
                "name": "施工合同",
                "required": true,
                "acceptance_standard": "当事人签字盖章齐全，页码连续",
                "source": "applicant",
            },
        ],
        "form_schema": form_schema(),
        "result": {"name": "建筑工程施工许可证", "licence": licence_type()},
        "visits": 0,
        "sample_fields": ["code", "body", "body_name", "conditions"],
    })
}

/// The same matter as it stays with the case.
pub fn case_matter() -> Value {
    json!({
        "matter_id": "ee45007c-cb1d-5453-ba84-3120eaf5f632",
        "revision": 1,
        "code": "11320706MB0000001B4000117109003",
        "name": "建筑工程施工许可证核发",
        "body": "11320706MB0000001B",
        "body_name": "海州区行政审批局（示例）",
        "region": "320706",
        "notice_limit": notice_limit(),
        "promised_limit": {"amount": 3, "unit": "business_day"},
        "legal_limit": legal_limit(),
        "result_name": "建筑工程施工许可证",
        "licence": licence_type(),
    })
}

fn notice_limit() -> Value {
    json!({"amount": 5, "unit": "business_day", "note": "行政许可法第三十二条"})
}

fn legal_limit() -> Value {
    json!({"amount": 7, "unit": "calendar_day", "note": "建筑法第八条"})
}

fn licence_type() -> Value {
    json!({"code": "11100000000013338W032", "name": "建筑工程施工许可证"})
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::identity::IdentityDocument;
    use crate::intake::{Applicant, CaseMatter};
    use crate::matters::Matter;

    /// Read as what they show and written again, they are the same: no member too many, none lost.
    fn reads<T: DeserializeOwned + Serialize>(sample: Value) {
        let read: T = serde_json::from_value(sample.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), sample);
    }

    #[test]
    fn samples_are_what_they_show() {
        reads::<Applicant>(applicant());
        reads::<IdentityDocument>(company_document());
        reads::<Matter>(matter());
        reads::<CaseMatter>(case_matter());
    }
}
