//! `/reviews/v1/services`: services at windows, each of which may be reviewed once.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::{Desk, window as app};
use crate::domain::review::Review;

/// A service at a window (现场服务).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowServiceEntry {
    /// At which window (窗口编号).
    #[schema(min_length = 1, max_length = 32, example = "A03")]
    window: String,
    /// What was done (服务名称).
    #[schema(min_length = 1, max_length = 100, example = "施工许可咨询")]
    service: String,
    /// Matter it was about.
    #[serde(default)]
    #[schema(examples("ee45007c-cb1d-5453-ba84-3120eaf5f632"))]
    matter_id: Option<Uuid>,
    /// Case it belongs to (办件编号).
    #[serde(default)]
    #[schema(
        min_length = 1,
        max_length = 64,
        examples("11320706MB0000001B4000117109003202603110001")
    )]
    case_number: Option<String>,
    /// Account of the person served, when there is one: it then finds the right in the portal too.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d"))]
    account: Option<String>,
}

/// A service that may be reviewed. The link is not told here: whoever was served gets it, not the counter.
#[derive(Debug, Serialize, ToSchema)]
pub struct WindowServiceView {
    /// Identifier of the right, to be shown on a device at the counter.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// Number of the case, or of the service outside any.
    #[schema(example = "FW202603137K3M9QXD")]
    case_number: String,
    /// Number of the service (服务编号).
    #[schema(example = "FW202603137K3M9QXD")]
    service_number: String,
    /// At which window.
    #[schema(example = "A03")]
    window: String,
    /// What was done.
    #[schema(example = "施工许可咨询")]
    service: String,
    /// Until when it may be reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-12T16:00:00Z"))]
    expires_at: Option<DateTime<Utc>>,
}

impl WindowServiceView {
    /// The service behind a right.
    pub fn of(id: &str, review: &Review) -> Self {
        let right = &review.right;
        Self {
            id: id.to_owned(),
            case_number: right.case_number.clone(),
            service_number: right.service_number.clone().unwrap_or_default(),
            window: right.window.clone().unwrap_or_default(),
            service: right.matter_name.clone(),
            expires_at: right.expires_at,
        }
    }
}

/// 登记现场服务: opens the right to review it (一次一评).
#[utoipa::path(
    post, path = "/v1/services", tag = "counters", operation_id = "open_window_service",
    summary = "登记现场服务 Open the right to review a service at a window",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = WindowServiceEntry, description = "现场服务 the service"),
    responses(
        (status = 201, description = "可以评价 may be reviewed", body = WindowServiceView),
        (status = 409, description = "工作日历未加载 calendar not loaded", body = ProblemDocument,
            example = json!({"code": "calendar_not_loaded", "title": "期限超出已加载的工作日历"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["window_clerk"]}))),
)]
pub async fn open(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<WindowServiceEntry>,
) -> Result<Response, Problem> {
    let WindowServiceEntry { window, service, matter_id, case_number, account } = body.value;
    let served = app::Served { window, service, matter_id, case_number, account };
    let answer = app::open(&desk, served, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
