//! Examples of problem documents, by the status they come with.

use serde_json::{Value, json};
use tongban_forms::Form;
use tongban_kernel::FieldFault;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, RefOr};

use super::compose::Schemas;
use super::written;
use crate::access::rule;
use crate::problem::problem_type;

/// What of an operation its refusals depend on.
pub(super) struct Circumstances {
    /// Whether a body is read, so that it can be malformed.
    reads_body: bool,
    /// Whether a role is needed, so that it can be lacking.
    needs_role: bool,
    /// What is said of a body in which nothing is right: the first two faults.
    faults: Vec<FieldFault>,
}

impl Circumstances {
    pub(super) fn of(operation: &Operation, schemas: &Schemas) -> Self {
        let body = operation.request_body.as_ref();
        Self {
            reads_body: body.is_some(),
            needs_role: rule(operation).is_ok_and(|access| !access.roles.is_empty()),
            faults: faults(operation, schemas).unwrap_or_default(),
        }
    }
}

/// What our own check says of a body with nothing in it but two unknown fields.
fn faults(operation: &Operation, schemas: &Schemas) -> Option<Vec<FieldFault>> {
    let Some(RefOr::T(body)) = &operation.request_body else { return None };
    let RefOr::T(content) = body.content.values().next()? else { return None };
    let schema = written(content.schema.as_ref())?;
    let form = Form::compile(&schemas.alone(&schema)).ok()?;
    let mut found = form.check(&json!({"remark": "", "remark_2": ""}), "");
    // What is missing tells more than what is too much.
    found.sort_by_key(|fault| fault.code != "required");
    found.truncate(2);
    Some(found)
}

/// The problem document an operation answers with under `status`; none for statuses no fault has.
pub(super) fn example(status: &str, circumstances: &Circumstances) -> Option<Value> {
    let (code, title) = match status {
        "400" if circumstances.reads_body => ("malformed_json", "请求内容不是合法的 JSON"),
        "400" => ("bad_query", "查询参数有误"),
        "401" => ("invalid_token", "登录凭证无效或已过期，请重新登录"),
        "403" if circumstances.needs_role => ("wrong_role", "您的岗位无权办理此操作"),
        "403" => ("wrong_kind", "该类账号不能办理此操作"),
        "404" => ("not_found", "找不到该内容，或无权查看"),
        "405" => ("method_not_allowed", "该接口不支持此方法"),
        "409" => ("raced", "该对象正被他人同时办理，请刷新后重试"),
        "413" => ("body_too_large", "请求内容过大"),
        "415" => ("not_json", "请求内容应为 JSON（Content-Type: application/json）"),
        "422" => ("invalid_request", "请求内容有误"),
        "429" => ("too_many_requests", "请求过于频繁，请稍后再试"),
        "500" => ("internal", "系统内部错误"),
        "503" => ("unavailable", "服务暂时不可用，请稍后重试"),
        _ => return None,
    };
    let mut document = json!({
        "title": title,
        "status": status.parse::<u16>().ok()?,
        "code": code,
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    });
    if status == "422" && !circumstances.faults.is_empty() {
        document["errors"] = circumstances
            .faults
            .iter()
            .map(|fault| json!({"pointer": fault.pointer, "code": fault.code, "message": fault.message}))
            .collect();
    }
    Some(document)
}

/// Gives the example the type that goes with its code.
pub(super) fn name_type(content: &mut RefOr<Content>) {
    if let RefOr::T(Content { example: Some(document), .. }) = content
        && let Some(code) = document.get("code").and_then(Value::as_str)
    {
        document["type"] = problem_type(code).into();
    }
}
