//! `/v1/object-imports` and what officers decide on objects: duplicates, removals.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_contracts::supervision::ObjectParticulars;
use tongban_web::{Body, CallerOf, Problem, Segment, reply};
use utoipa::ToSchema;

use super::SupervisionReason;
use super::objects::ObjectView;
use crate::app::{self, Desk};
use crate::domain::object::Command;

/// An object as a department knows it (导入对象).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedObject {
    /// Unified social credit code; for a natural person the identity number.
    #[schema(min_length = 18, max_length = 18, example = "91320706MA0000000X")]
    code: String,
    /// Particulars.
    particulars: ObjectParticulars,
}

/// Objects to take over (批量导入).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectImport {
    /// The objects, each code once.
    #[schema(min_items = 1, max_items = 500)]
    objects: Vec<ImportedObject>,
}

/// What an import came to (导入结果).
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectImportResult {
    /// Identifiers, in the order of the request.
    #[schema(example = json!(["0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10"]))]
    ids: Vec<String>,
    /// How many were not known before (新增).
    #[schema(example = 1)]
    new: usize,
    /// Identifiers of those that may be the same as another (疑似重复).
    #[schema(example = json!([]))]
    suspected: Vec<String>,
}

/// 导入检查对象: all or none. The same again changes nothing, so no key is needed.
#[utoipa::path(
    put, path = "/v1/object-imports", tag = "objects", operation_id = "import_inspected_objects",
    summary = "导入检查对象 Import inspected objects",
    request_body(content = ObjectImport, description = "检查对象 the objects"),
    responses((status = 200, description = "已导入 taken over", body = ObjectImportResult)),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn import(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<ObjectImport>,
) -> Result<Json<ObjectImportResult>, Problem> {
    let objects = body.value.objects.into_iter().map(|one| (one.code, one.particulars)).collect();
    let imported = app::objects::import(&desk, objects, &caller).await?;
    let suspected = imported.suspected.into_iter().collect();
    Ok(Json(ObjectImportResult { ids: imported.ids, new: imported.new, suspected }))
}

/// The object that another one is (合并).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectMerge {
    /// The object that stays.
    #[schema(format = Uuid, min_length = 1, max_length = 64, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    into: String,
    /// Why.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "同一企业换发统一社会信用代码前后的两条记录"
    )]
    reason: String,
}

/// 合并重复对象: this one is found to be another, and is never drawn again.
#[utoipa::path(
    post, path = "/v1/objects/{id}/merge", tag = "objects", operation_id = "merge_inspected_object",
    summary = "合并重复检查对象 Merge a duplicate object",
    params(("id" = Uuid, Path, description = "检查对象标识 identifier", example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")),
    request_body(content = ObjectMerge, description = "合并到的对象与理由 the other object, and why"),
    responses(
        (status = 200, description = "已合并 merged", body = ObjectView, example = json!({"drawable": false})),
        (status = 404, description = "没有该检查对象 no such object", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查对象，或无权查看"})),
        (status = 409, description = "已经合并或移出 merged or removed already", body = tongban_web::ProblemDocument,
            example = json!({"code": "object_merged", "title": "该检查对象已合并到其他对象"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn merge(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<ObjectMerge>,
) -> Result<Json<ObjectView>, Problem> {
    let ObjectMerge { into, reason } = body.value;
    Ok(Json(app::objects::merge(&desk, &id, &into, reason, &caller).await?))
}

/// The object that this one is not (排除重复).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectDistinction {
    /// The other object.
    #[schema(format = Uuid, min_length = 1, max_length = 64, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    other: String,
    /// Why they are two.
    #[schema(min_length = 1, max_length = 500, example = "两户分别登记，实际经营人不同")]
    reason: String,
}

/// 排除重复: the two are two, and are not reported again.
#[utoipa::path(
    post, path = "/v1/objects/{id}/distinction", tag = "objects", operation_id = "distinguish_inspected_object",
    summary = "排除疑似重复 Find two objects to be two",
    params(("id" = Uuid, Path, description = "检查对象标识 identifier", example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")),
    request_body(content = ObjectDistinction, description = "另一对象与理由 the other object, and why"),
    responses(
        (status = 200, description = "已排除 noted on both", body = ObjectView),
        (status = 404, description = "没有该检查对象 no such object", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查对象，或无权查看"})),
        (status = 409, description = "与自身比较 compared with itself", body = tongban_web::ProblemDocument,
            example = json!({"code": "same_object", "title": "不能与自身比较"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn dismiss(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<ObjectDistinction>,
) -> Result<Json<ObjectView>, Problem> {
    let ObjectDistinction { other, reason } = body.value;
    Ok(Json(app::objects::dismiss(&desk, &id, &other, reason, &caller).await?))
}

/// 移出名录库: no object any more, for instance deregistered.
#[utoipa::path(
    post, path = "/v1/objects/{id}/removal", tag = "objects", operation_id = "remove_inspected_object",
    summary = "移出检查对象 Remove an inspected object",
    params(
        ("id" = Uuid, Path, description = "检查对象标识 identifier", example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionReason, description = "移出原因 the reason"),
    responses(
        (status = 200, description = "已移出 removed", body = ObjectView, example = json!({"drawable": false})),
        (status = 404, description = "没有该检查对象 no such object", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查对象，或无权查看"})),
        (status = 409, description = "已经移出或合并 removed or merged already", body = tongban_web::ProblemDocument,
            example = json!({"code": "object_removed", "title": "该检查对象已移出名录库"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn remove(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionReason>,
) -> Result<Response, Problem> {
    let command = Command::Remove { reason: body.value.reason };
    let answer = app::objects::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 恢复: an object again.
#[utoipa::path(
    post, path = "/v1/objects/{id}/restoration", tag = "objects", operation_id = "restore_inspected_object",
    summary = "恢复检查对象 Restore an inspected object",
    params(
        ("id" = Uuid, Path, description = "检查对象标识 identifier", example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionReason, description = "恢复原因 the reason"),
    responses(
        (status = 200, description = "已恢复 restored", body = ObjectView),
        (status = 404, description = "没有该检查对象 no such object", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查对象，或无权查看"})),
        (status = 409, description = "没有移出 not removed", body = tongban_web::ProblemDocument,
            example = json!({"code": "object_not_removed", "title": "该检查对象仍在名录库中"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn restore(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionReason>,
) -> Result<Response, Problem> {
    let command = Command::Restore { reason: body.value.reason };
    let answer = app::objects::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
