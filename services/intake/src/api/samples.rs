//! What the case of the documents' examples is like later on: changes to the newly filed one, which is
//! composed from the examples of its members.

use serde_json::{Value, json};

/// The materials as named in the application: all that the matter of the examples asks for.
pub fn named() -> Value {
    json!([
        {"code": "M01", "file_id": "019cda89-e8a0-7d15-8a42-5b7c9e0f1a2d"},
        {"code": "M05", "file_id": "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"},
    ])
}

/// The same as handed in.
pub fn handed() -> Value {
    json!([
        {
            "code": "M01",
            "name": "建筑工程施工许可证申请表",
            "file_id": "019cda89-e8a0-7d15-8a42-5b7c9e0f1a2d",
            "file_name": "申请表.pdf",
            "sm3": "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
        },
        {
            "code": "M05",
            "name": "施工合同",
            "file_id": "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c",
            "file_name": "施工合同.pdf",
            "sm3": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        },
    ])
}

/// The one correction notice.
pub fn correction() -> Value {
    json!({
        "items": [
            {"pointer": "/materials/M01", "message": "申请表缺第二页，请重新上传"},
            {"pointer": "/materials/M05", "message": "施工合同未盖章，请上传双方盖章的完整合同"},
        ],
        "at": "2026-03-11T06:20:05Z",
        "by_name": "王建国",
    })
}

/// The refusal to accept.
pub fn refusal() -> Value {
    json!({
        "ground": "not_needed",
        "reason": "该活动依法不需要取得行政许可",
        "at": "2026-03-11T06:20:05Z",
        "by_name": "王建国",
    })
}

/// The decision.
pub fn decision() -> Value {
    json!({
        "outcome": "approved",
        "reason": "申请材料齐全，符合法定条件",
        "at": "2026-03-13T02:05:30Z",
        "by_name": "高振华",
    })
}

/// After the notice, as the officer sees it who gave it.
pub fn correcting() -> Value {
    json!({
        "state": "correcting",
        "state_name": "待补正",
        "exchange_state": {"code": 6, "name": "补正（开始）"},
        "correction": correction(),
        "actions": ["refuse_acceptance"],
    })
}

/// Handed in again.
pub fn resubmitted() -> Value {
    json!({
        "state": "resubmitted",
        "state_name": "已补正",
        "exchange_state": {"code": 7, "name": "补正（结束）"},
        "correction": correction(),
        "resubmitted_at": "2026-03-12T08:30:00Z",
    })
}

/// Accepted, as the window clerk sees it.
pub fn accepted() -> Value {
    json!({
        "state": "accepted",
        "state_name": "已受理",
        "exchange_state": {"code": 3, "name": "已受理"},
        "acceptance": {"at": "2026-03-11T06:20:05Z", "by_name": "王建国"},
        "due": "2026-03-16",
        "legal_due": "2026-03-18",
        "actions": [],
    })
}

/// Refused at the window.
pub fn refused() -> Value {
    json!({
        "state": "refused",
        "state_name": "不受理",
        "exchange_state": {"code": 4, "name": "不受理"},
        "refusal": refusal(),
        "actions": [],
    })
}

/// Approved; the licence is issued a moment later.
pub fn decided() -> Value {
    let mut case = accepted();
    case["state"] = "decided".into();
    case["state_name"] = "办结（准予）".into();
    case["exchange_state"] = json!({"code": 11, "name": "办结（通过）"});
    case["decision"] = decision();
    case
}

/// Taken back.
pub fn withdrawn() -> Value {
    json!({
        "state": "withdrawn",
        "state_name": "已撤件",
        "exchange_state": {"code": 2, "name": "已撤件"},
        "withdrawal": {"reason": "项目计划变更", "at": "2026-03-12T01:10:00Z"},
        "actions": [],
    })
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use tongban_runtime::Service as _;

    use crate::api::case_view::CaseView;
    use crate::api::clock::CaseClock;
    use crate::api::timeline::CaseTimeline;
    use crate::domain::stage::{EXCHANGE_STATES, exchange_name_zh};

    use super::*;

    /// Examples of the answers that carry a `T`: read as one and written again they are the same.
    fn answers<T: DeserializeOwned + Serialize>(schema: &str) -> Vec<Value> {
        let document = serde_json::to_value(crate::Intake.openapi()).unwrap();
        let mut found = Vec::new();
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                for answer in operation["responses"].as_object().unwrap().values() {
                    let content = &answer["content"]["application/json"];
                    if content["schema"]["$ref"] != format!("#/components/schemas/{schema}") {
                        continue;
                    }
                    let example = &content["example"];
                    let read: T = serde_json::from_value(example.clone()).unwrap();
                    assert_eq!(&serde_json::to_value(read).unwrap(), example);
                    found.push(example.clone());
                }
            }
        }
        found
    }

    #[test]
    fn examples_are_answers_that_can_be_given() {
        assert_eq!(answers::<CaseTimeline>("CaseTimeline").len(), 1);
        assert_eq!(answers::<CaseClock>("CaseClock").len(), 1);
        let cases = answers::<CaseView>("CaseView");
        assert_eq!(cases.len(), 8, "submit, read and six steps");
        for case in cases {
            let state = &case["exchange_state"];
            let code = u8::try_from(state["code"].as_u64().unwrap()).unwrap();
            assert!(EXCHANGE_STATES.iter().any(|(one, _)| *one == code));
            assert_eq!(state["name"], exchange_name_zh(code));
        }
    }
}
