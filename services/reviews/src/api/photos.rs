//! Photographs with reviews (评价图片).

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::StatusCode;
use axum::response::Response;
use tongban_files::web::{FileContent, FileUpload, UploadedFile, bad_file, receive, send};
use tongban_web::{CallerOf, Problem, ProblemDocument, Segment};
use uuid::Uuid;

use super::origin::OriginOf;
use crate::app::{Desk, give::not_from_the_counter, links, photos as app};

/// 上传评价图片: by the link of a right that is open; JPG or PNG.
#[utoipa::path(
    post, path = "/v1/links/{token}/photos", tag = "links", operation_id = "upload_review_photo",
    summary = "上传评价图片 Upload a photograph",
    params(("token" = String, Path, description = "链接凭证 token of the link", example = "AUx3")),
    request_body(content = FileUpload, content_type = "multipart/form-data", description = "图片 the photograph"),
    responses(
        (status = 201, description = "已上传 kept", body = UploadedFile),
        (status = 400, description = "请求无法读取 (malformed request)", body = ProblemDocument,
            example = json!({"code": "unreadable_body", "title": "请求内容读取失败"})),
        (status = 404, description = "链接无效 no such link", body = ProblemDocument,
            example = json!({"code": "no_such_link", "title": "评价链接无效，请从办件或回执重新打开"})),
        (status = 409, description = "已经评价或已过期 used, or too late", body = ProblemDocument,
            example = json!({"code": "right_not_open", "title": "该评价已提交或已超过有效期"})),
        (status = 413, description = "文件过大 (file too large)", body = ProblemDocument,
            example = json!({"code": "file_too_large", "title": "文件不得超过 20 MB"})),
        (status = 415, description = "请求内容的类型不受支持 (unsupported media type)", body = ProblemDocument,
            example = json!({"code": "not_multipart", "title": "请求内容应为 multipart/form-data"})),
        (status = 422, description = "文件有误，逐项列明 (every fault named)", body = ProblemDocument,
            example = json!(bad_file())),
        (status = 429, description = "图片过多 too many", body = ProblemDocument,
            example = json!({"code": "too_many_photos", "title": "图片不得超过 5 张"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn upload(
    State(desk): State<Desk>,
    Segment(token): Segment<String>,
    OriginOf(origin): OriginOf,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<UploadedFile>), Problem> {
    let (id, loaded) = links::open(&desk, &token).await?;
    not_from_the_counter(&desk, &origin).await?;
    let (name, bytes) = receive(multipart).await?;
    let file = app::upload(&desk, &id, &loaded.state, &name, bytes).await?;
    Ok((StatusCode::CREATED, Json(file.into())))
}

/// 查看评价图片: for who may read the review, or deals with it.
#[utoipa::path(
    get, path = "/v1/reviews/{case_id}/photos/{file}", tag = "reviews", operation_id = "download_review_photo",
    summary = "查看评价图片 Download a photograph",
    params(
        ("case_id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("file" = Uuid, Path, description = "图片标识 identifier of the photograph", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
    ),
    responses(
        (status = 200, description = "图片内容 the content", body = FileContent, content_type = "application/octet-stream"),
        (status = 404, description = "没有该图片 no such photograph", body = ProblemDocument,
            example = json!({"title": "找不到该图片，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"], "roles": ["supervisor", "review_handler"], "scoped": true,
    }))),
)]
pub async fn download(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((case_id, file)): Segment<(String, Uuid)>,
) -> Result<Response, Problem> {
    Ok(send(app::download(&desk, &case_id, file, &caller.principal).await?))
}
