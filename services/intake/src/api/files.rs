//! `/intake/v1/files`: files to be used as materials.

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::StatusCode;
use axum::response::Response;
use tongban_files::web::{FileContent, FileUpload, UploadedFile, bad_file, receive, send};
use tongban_web::{CallerOf, Problem, ProblemDocument, Segment};
use uuid::Uuid;

use crate::app::{self, Desk};

/// 上传文件: one file, in the field `file`. Each request keeps a file of its own.
#[utoipa::path(
    post, path = "/v1/files", tag = "files", operation_id = "upload_file",
    summary = "上传文件 Upload a file",
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
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation", "officer"]}))),
)]
pub async fn upload(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<UploadedFile>), Problem> {
    let (name, bytes) = receive(multipart).await?;
    let file = app::upload::upload(&desk, &name, bytes, &caller).await?;
    Ok((StatusCode::CREATED, Json(file.into())))
}

/// 下载文件: for its owner, and for officers who may see a case that carries it.
#[utoipa::path(
    get, path = "/v1/files/{id}", tag = "files", operation_id = "download_file",
    summary = "下载文件 Download a file",
    params(("id" = Uuid, Path, description = "文件标识 identifier of the file", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")),
    responses(
        (status = 200, description = "文件内容 the content", body = FileContent, content_type = "application/octet-stream"),
        (status = 404, description = "没有该文件 no such file", body = ProblemDocument,
            example = json!({"title": "找不到该文件，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation", "officer"], "scoped": true}))),
)]
pub async fn download(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Response, Problem> {
    let file = app::download::download(&desk, id, &caller.principal).await?;
    Ok(send(file))
}
