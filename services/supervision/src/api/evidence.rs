//! `/supervision/v1/evidence` and `/supervision/v1/inspections/{id}/evidence`: evidence of visits.

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tongban_files::web::{FileContent, FileUpload, UploadedFile, bad_file, receive, send};
use tongban_kernel::Fault;
use tongban_web::{CallerOf, Problem, ProblemDocument, Segment};
use uuid::Uuid;

use crate::app::{self, Desk};

/// 上传证据: one file, in the field `file`, to be named in a finding, a result or a follow-up visit.
#[utoipa::path(
    post, path = "/v1/evidence", tag = "inspections", operation_id = "upload_evidence",
    summary = "上传证据材料 Upload evidence",
    request_body(content = FileUpload, content_type = "multipart/form-data", description = "文件 the file"),
    responses(
        (status = 201, description = "已上传 kept", body = UploadedFile),
        (status = 400, description = "请求无法读取 (malformed request)", body = ProblemDocument,
            example = json!({"code": "unreadable_body", "title": "请求内容读取失败"})),
        (status = 413, description = "文件过大 (file too large)", body = ProblemDocument,
            example = json!({"code": "file_too_large", "title": "文件不得超过 20 MB"})),
        (status = 415, description = "请求内容的类型不受支持 (unsupported media type)", body = ProblemDocument,
            example = json!({"code": "not_multipart", "title": "请求内容应为 multipart/form-data"})),
        (status = 422, description = "文件有误，逐项列明 (every fault named)", body = ProblemDocument,
            example = json!(bad_file())),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspector"]}))),
)]
pub async fn upload(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<UploadedFile>), Problem> {
    let (name, bytes) = receive(multipart).await?;
    let host = &desk.host;
    let (clock, entropy) = (host.clock.as_ref(), host.entropy.as_ref());
    let owner = &caller.principal.account;
    let file = tongban_files::take(host.db(), clock, entropy, owner, &name, bytes).await?;
    Ok((StatusCode::CREATED, Json(file.into())))
}

/// A visit and a file of it.
#[derive(Debug, Deserialize)]
pub struct Place {
    id: String,
    file_id: Uuid,
}

/// 下载证据: for whoever may see the visit that carries it, the inspected among them.
#[utoipa::path(
    get, path = "/v1/inspections/{id}/evidence/{file_id}", tag = "inspections", operation_id = "download_evidence",
    summary = "下载证据材料 Download evidence",
    params(
        ("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("file_id" = Uuid, Path, description = "文件标识 identifier of the file", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
    ),
    responses(
        (status = 200, description = "文件内容 the content", body = FileContent, content_type = "application/octet-stream"),
        (status = 404, description = "该检查没有该文件 no such file in this visit", body = ProblemDocument,
            example = json!({"title": "找不到该文件，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["inspector", "inspection_planner", "inspection_approver", "case_handler", "supervisor"],
        "scoped": true,
    }))),
)]
pub async fn download(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(Place { id, file_id }): Segment<Place>,
) -> Result<Response, Problem> {
    let visit = app::inspections::read(&desk, &id, &caller.principal).await?;
    let missing = || Fault::not_found("该文件");
    let wanted = file_id.to_string();
    let carried = visit.files().any(|one| one.file_id == wanted);
    let file = match carried {
        true => tongban_files::store::read(desk.host.db(), file_id).await?,
        false => None,
    };
    Ok(send(file.ok_or_else(missing)?))
}
