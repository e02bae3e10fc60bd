//! `/licences/v1/presentations`: licences shown by their holders (亮证).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongban_kernel::civil_date;
use tongban_runtime::Host;
use tongban_web::{CallerOf, Problem, Query, Segment};
use utoipa::{IntoParams, ToSchema};

use super::verifications::LicenceVerification;
use crate::app;
use crate::domain::mask;

/// A code to show a licence by (亮证码).
#[derive(Debug, Serialize, ToSchema)]
pub struct LicencePresentation {
    /// The code.
    #[schema(example = "b5M0cJ0sJ8a2mYb0uG1n8wq3Zk4xT7vR")]
    pub code: String,
    /// When it falls void (失效时间): five minutes after it was made.
    #[schema(example = "2026-03-13T03:05:00Z")]
    pub expires_at: DateTime<Utc>,
    /// Text of the QR code (二维码内容): the path to open.
    #[schema(
        example = "/licences/v1/presentations/b5M0cJ0sJ8a2mYb0uG1n8wq3Zk4xT7vR?identifier=1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
    )]
    pub qr_text: String,
}

/// A licence as its holder shows it (出示的证照).
#[derive(Debug, Serialize, ToSchema)]
pub struct PresentedLicence {
    /// What it is worth now, and whose it is.
    #[serde(flatten)]
    pub verification: LicenceVerification,
    /// Its face, personal data masked (照面信息).
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = masked_sample)]
    pub face: Value,
    /// When the code falls void (失效时间).
    #[schema(example = "2026-03-13T03:05:00Z")]
    pub expires_at: DateTime<Utc>,
}

/// The face in the example.
fn masked_sample() -> Value {
    mask::face(&tongban_contracts::samples::face())
}

/// 亮证: the holder gets a code for somebody beside to scan.
#[utoipa::path(
    post, path = "/v1/licences/{identifier}/presentation", tag = "presentations", operation_id = "present_licence",
    summary = "出示证照 Present a licence",
    params(("identifier" = String, Path, description = "电子证照标识 identifier of the licence", example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O")),
    responses(
        (status = 201, description = "亮证码 the code", body = LicencePresentation),
        (status = 404, description = "没有该证照 no such licence", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该证照，或无权查看"})),
        (status = 409, description = "证照当前无效 not valid now", body = tongban_web::ProblemDocument,
            example = json!({"code": "licence_expired", "title": "证照已过有效期，不能出示"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"], "scoped": true}))),
)]
pub async fn present(
    State(host): State<Host>,
    CallerOf(caller): CallerOf,
    Segment(identifier): Segment<String>,
) -> Result<(StatusCode, Json<LicencePresentation>), Problem> {
    let app::present::Presentation { code, expires_at } =
        app::present::present(&host, &identifier, &caller).await?;
    let qr_text = format!("/licences/v1/presentations/{code}?identifier={identifier}");
    Ok((StatusCode::CREATED, Json(LicencePresentation { code, expires_at, qr_text })))
}

/// What a scanned text holds besides the code.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PresentationQuery {
    /// Identifier from the scanned text; when given, it must be the licence's (电子证照标识).
    #[param(example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O")]
    identifier: Option<String>,
}

/// 查看出示的证照: anyone with the code, while it is good.
#[utoipa::path(
    get, path = "/v1/presentations/{code}", tag = "presentations", operation_id = "read_presentation",
    summary = "查看出示的证照 Look at a presented licence",
    params(("code" = String, Path, description = "亮证码 the code", example = "b5M0cJ0sJ8a2mYb0uG1n8wq3Zk4xT7vR"), PresentationQuery),
    responses(
        (status = 200, description = "出示的证照 the licence, masked", body = PresentedLicence),
        (status = 404, description = "亮证码无效或已过期 unknown or void code", body = tongban_web::ProblemDocument,
            example = json!({"code": "no_such_presentation", "title": "亮证码无效"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn look_at(
    State(host): State<Host>,
    Segment(code): Segment<String>,
    Query(query): Query<PresentationQuery>,
) -> Result<Json<PresentedLicence>, Problem> {
    let identifier = query.identifier.as_deref();
    let (record, expires_at) = app::present::look_at(&host, &code, identifier).await?;
    Ok(Json(PresentedLicence {
        verification: LicenceVerification::of(&record, civil_date(host.clock.now())),
        face: mask::face(&record.licence.face),
        expires_at,
    }))
}
