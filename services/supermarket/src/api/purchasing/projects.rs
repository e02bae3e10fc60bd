//! `/supermarket/v1/projects`: investment projects, told by the construction platform.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use tongban_contracts::market::InvestmentProject;
use tongban_kernel::Fault;
use tongban_ledger::Reply;
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};

use crate::app::purchasing::Purchasing;
use crate::domain::project::{Command, Project};

/// 同步投资项目: by the construction platform's system account; told again, it changes nothing.
#[utoipa::path(
    post, path = "/v1/projects", tag = "projects", operation_id = "tell_project",
    summary = "同步投资项目 Tell of an investment project",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = InvestmentProject, description = "投资项目 the project"),
    responses(
        (status = 200, description = "已同步 known", body = InvestmentProject),
        (status = 422, description = "投资项目有误，逐项列明 (every fault named)", body = ProblemDocument,
            example = json!({"code": "invalid_project", "title": "投资项目有误"})),
    ),
    extensions(("x-access" = json!({"kinds": ["system"], "roles": ["market_manager"]}))),
)]
pub async fn tell(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    body: Body<InvestmentProject>,
) -> Result<Response, Problem> {
    let project = body.value;
    let (id, request) = (project.code.clone(), body.request.as_ref());
    let ledger = &shop.host.ledger;
    let answer = ledger
        .execute_once::<Project>(&id, Command::Tell(project), &caller, request, |committed| {
            Reply::json(200, &committed.state.project)
        })
        .await?;
    Ok(reply(answer).into_response())
}

/// 查看投资项目: what a purchase with this code is checked against.
#[utoipa::path(
    get, path = "/v1/projects/{code}", tag = "projects", operation_id = "read_project",
    summary = "查看投资项目 Read an investment project",
    params(("code" = String, Path, description = "投资项目代码 project code", example = "2611-320706-47-01-123459")),
    responses(
        (status = 200, description = "投资项目 the project", body = InvestmentProject),
        (status = 404, description = "没有该投资项目 no such project", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation", "officer", "system"]}))),
)]
pub async fn read(
    State(shop): State<Purchasing>,
    CallerOf(_caller): CallerOf,
    Segment(code): Segment<String>,
) -> Result<Json<InvestmentProject>, Problem> {
    let found = shop.host.ledger.load::<Project>(&code).await?;
    let project = found.ok_or_else(|| Fault::not_found("该投资项目"))?.state.project;
    Ok(Json(project))
}
