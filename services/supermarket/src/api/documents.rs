//! `/supermarket/v1/documents`: rules that bodies publish for agencies.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::supermarket::{DocumentKind, ManagementDocument, Named};
use tongban_files::web::{FileContent, send};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::discipline::SecondOpinion;
use super::document_view::{DocumentFile, DocumentListed, DocumentVersion};
use super::services::ProposedEnd;
use crate::app::{self, Desk};
use crate::domain::document::{Command, Paper};
use crate::store::document as store;

/// What documents are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DocumentSearch {
    /// Credit code of the body that published them (发布单位).
    #[param(example = "11320706MB0000011C")]
    body: Option<String>,
    /// Region: it and everything below (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// What they regulate (文件类别).
    #[param(example = "assessment")]
    kind: Option<DocumentKind>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "2026-03-11~0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66")]
    after: Option<String>,
}

/// A document as its body drafts it (拟发布文件). It has no date: that is the system's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentDraft {
    /// The body that publishes it (发布单位).
    body: Named,
    /// Its region.
    region: RegionCode,
    /// What it regulates.
    kind: DocumentKind,
    /// Title (标题).
    #[schema(min_length = 2, max_length = 200, example = "海州区测绘中介机构考核办法（示例）")]
    title: String,
    /// Number (文号).
    #[serde(default)]
    #[schema(min_length = 2, max_length = 60, example = "示例规〔2026〕2号")]
    number: Option<String>,
    /// The text (正文).
    #[schema(
        min_length = 1,
        max_length = 50_000,
        example = "第一条 为规范测绘中介服务，制定本办法。"
    )]
    text: String,
    /// Files the officer uploaded, or that the version before carries (附件).
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"]))]
    attachments: Vec<Uuid>,
}

impl DocumentDraft {
    fn into_parts(self) -> (ManagementDocument, Vec<Uuid>) {
        let Self { body, region, kind, title, number, text, attachments } = self;
        let document =
            ManagementDocument { body, region, kind, title, number, text, attachments: Vec::new() };
        (document, attachments)
    }
}

/// 管理办法和考核办法: documents in force, the last published first.
#[utoipa::path(
    get, path = "/v1/documents", tag = "documents", operation_id = "list_documents",
    summary = "查询管理办法和考核办法 List documents in force",
    params(DocumentSearch),
    responses((status = 200, description = "在用文件 documents in force", body = Page<DocumentListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    Query(query): Query<DocumentSearch>,
) -> Result<Json<Page<DocumentListed>>, Problem> {
    let search = store::Search {
        body: query.body.as_deref(),
        region: query.region.as_ref(),
        kind: query.kind,
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::search(desk.host.db(), &search, &page).await?;
    let items = found.items.into_iter().map(DocumentListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 查看文件: text, attachments, day of publication.
#[utoipa::path(
    get, path = "/v1/documents/{id}", tag = "documents", operation_id = "read_document",
    summary = "查看管理文件 Read a document",
    params(("id" = Uuid, Path, description = "文件标识 identifier of the document", example = "0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66")),
    responses(
        (status = 200, description = "文件 the document", body = DocumentFile),
        (status = 404, description = "没有该文件 no such document", body = ProblemDocument,
            example = json!({"title": "找不到该文件，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
) -> Result<Json<DocumentFile>, Problem> {
    Ok(Json(app::documents::published(&desk, id).await?))
}

/// 历史版本: every version there ever was, the last first.
#[utoipa::path(
    get, path = "/v1/documents/{id}/versions", tag = "documents", operation_id = "list_document_versions",
    summary = "查看管理文件历史版本 List the versions of a document",
    params(("id" = Uuid, Path, description = "文件标识 identifier of the document", example = "0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66")),
    responses(
        (status = 200, description = "历史版本 the versions", body = Vec<DocumentVersion>),
        (status = 404, description = "没有该文件 no such document", body = ProblemDocument,
            example = json!({"title": "找不到该文件，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn versions(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
) -> Result<Json<Vec<DocumentVersion>>, Problem> {
    Ok(Json(app::documents::versions(&desk, id).await?))
}

/// 下载附件: of any published version.
#[utoipa::path(
    get, path = "/v1/documents/{id}/attachments/{file}", tag = "documents", operation_id = "download_attachment",
    summary = "下载管理文件附件 Download an attachment of a document",
    params(
        ("id" = Uuid, Path, description = "文件标识 identifier of the document", example = "0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66"),
        ("file" = Uuid, Path, description = "附件标识 identifier of the file", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
    ),
    responses(
        (status = 200, description = "附件内容 the content", body = FileContent, content_type = "application/octet-stream"),
        (status = 404, description = "没有该附件 no such attachment", body = ProblemDocument,
            example = json!({"title": "找不到该附件，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn attachment(
    State(desk): State<Desk>,
    Segment((id, file)): Segment<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    Ok(send(app::documents::attachment(&desk, id, file).await?))
}

/// 待复核文件: what waits for the second officer.
#[utoipa::path(
    get, path = "/v1/pending-documents", tag = "documents", operation_id = "list_pending_documents",
    summary = "查看待复核的管理文件 List documents that wait for the second officer",
    params(PageQuery),
    responses((status = 200, description = "待复核文件 the documents", body = Page<DocumentListed>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn pending(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<DocumentListed>>, Problem> {
    let found = store::pending(desk.host.db(), &caller.principal, &page).await?;
    let items = found.items.into_iter().map(DocumentListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 拟发布: by the first officer.
#[utoipa::path(
    post, path = "/v1/documents", tag = "documents", operation_id = "draft_document",
    summary = "拟发布管理文件 Propose a document",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = DocumentDraft, description = "拟发布文件 the document"),
    responses((status = 201, description = "待复核 waits for the second officer", body = DocumentFile)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn draft(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<DocumentDraft>,
) -> Result<Response, Problem> {
    let id: Uuid = desk.host.ledger.new_id().parse().map_err(Fault::internal)?;
    let (document, files) = body.value.into_parts();
    let request = body.request.as_ref();
    let answer = app::documents::draft(&desk, id, document, files, &caller, request, 201).await?;
    Ok(reply(answer).into_response())
}

/// 拟发布新版本: by the first officer.
#[utoipa::path(
    put, path = "/v1/documents/{id}", tag = "documents", operation_id = "redraft_document",
    summary = "拟发布管理文件新版本 Propose the next version of a document",
    params(
        ("id" = Uuid, Path, description = "文件标识 identifier of the document", example = "0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = DocumentDraft, description = "拟发布文件 the document"),
    responses(
        (status = 200, description = "待复核 waits for the second officer", body = DocumentFile),
        (status = 404, description = "没有该文件 no such document", body = ProblemDocument,
            example = json!({"title": "找不到该文件，或无权查看"})),
        (status = 409, description = "已有待复核的意见 something waits already", body = ProblemDocument,
            example = json!({"code": "proposal_pending", "title": "已有待复核的拟办意见"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn redraft(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<DocumentDraft>,
) -> Result<Response, Problem> {
    if desk.host.ledger.load::<Paper>(&id.to_string()).await?.is_none() {
        return Err(Fault::not_found("该文件").into());
    }
    let (document, files) = body.value.into_parts();
    let request = body.request.as_ref();
    let answer = app::documents::draft(&desk, id, document, files, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 拟废止: by the first officer.
#[utoipa::path(
    post, path = "/v1/documents/{id}/repeal", tag = "documents", operation_id = "propose_document_repeal",
    summary = "拟废止管理文件 Propose that a document is repealed",
    params(
        ("id" = Uuid, Path, description = "文件标识 identifier of the document", example = "0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = ProposedEnd, description = "废止原因 the reason"),
    responses(
        (status = 200, description = "待复核 waits for the second officer", body = DocumentFile),
        (status = 404, description = "没有该文件 no such document", body = ProblemDocument,
            example = json!({"title": "找不到该文件，或无权查看"})),
        (status = 409, description = "未在用 not in force", body = ProblemDocument,
            example = json!({"code": "not_in_force", "title": "该文件未在用"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn repeal(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<ProposedEnd>,
) -> Result<Response, Problem> {
    let command = Command::ProposeRepeal(body.value.reason);
    let request = body.request.as_ref();
    let answer = app::documents::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 复核: by another officer of the body, or a manager of the supermarket; what is confirmed is in force from today.
#[utoipa::path(
    post, path = "/v1/documents/{id}/decision", tag = "documents", operation_id = "decide_document",
    summary = "复核管理文件 Confirm or return what was proposed for a document",
    params(
        ("id" = Uuid, Path, description = "文件标识 identifier of the document", example = "0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SecondOpinion, description = "复核意见 the second officer's word"),
    responses(
        (status = 200, description = "已复核 decided", body = DocumentFile),
        (status = 404, description = "没有该文件 no such document", body = ProblemDocument,
            example = json!({"title": "找不到该文件，或无权查看"})),
        (status = 409, description = "没有待复核的意见 nothing waits", body = ProblemDocument,
            example = json!({"code": "nothing_proposed", "title": "没有待复核的拟办意见"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn decide(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SecondOpinion>,
) -> Result<Response, Problem> {
    let SecondOpinion { confirmed, reason } = body.value;
    let command = Command::Decide { confirmed, reason };
    let request = body.request.as_ref();
    let answer = app::documents::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
