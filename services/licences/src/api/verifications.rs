//! `/licences/v1/verifications`: what anyone may learn of a licence.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::civil_date;
use tongban_runtime::Host;
use tongban_web::{Problem, Query};
use utoipa::{IntoParams, ToSchema};

use crate::app;
use crate::domain::licence::Record;
use crate::domain::mask;
use crate::domain::validity::LicenceState;

/// What stands on the licence to be verified.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerificationQuery {
    /// Identifier (电子证照标识).
    #[param(
        required = true,
        nullable = false,
        example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
    )]
    identifier: Option<String>,
    /// Check code (查验码), capitals or not.
    #[param(required = true, nullable = false, example = "7KQ2MX")]
    check_code: Option<String>,
}

/// What a licence is worth now (查验结果).
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenceVerification {
    /// Identifier (电子证照标识).
    #[schema(example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O")]
    pub identifier: String,
    /// What it is worth now (证照状态).
    #[schema(example = "valid")]
    pub state: LicenceState,
    /// Name of its type (证照名称).
    #[schema(example = "建筑工程施工许可证")]
    pub type_name: String,
    /// Name of the issuing body (颁发机构).
    #[schema(example = "海州区行政审批局（示例）")]
    pub issuer_name: String,
    /// Holder, masked (持证主体).
    #[schema(example = "云*************")]
    pub holder_name: String,
    /// First day of validity.
    #[schema(example = "2026-03-13")]
    pub valid_from: NaiveDate,
    /// Last day of validity; absent for an unlimited term.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2031-03-12"))]
    pub valid_until: Option<NaiveDate>,
}

impl LicenceVerification {
    /// A licence as anyone may see it on `today`.
    pub fn of(record: &Record, today: NaiveDate) -> Self {
        let licence = &record.licence;
        Self {
            identifier: licence.identifier.clone(),
            state: record.state_on(today),
            type_name: licence.licence_type.name.clone(),
            issuer_name: licence.issuer_name.clone(),
            holder_name: mask::text(&licence.holder_name),
            valid_from: licence.valid_from,
            valid_until: licence.valid_until,
        }
    }
}

/// 查验证照: anyone, with identifier and check code.
#[utoipa::path(
    get, path = "/v1/verifications", tag = "verifications", operation_id = "verify_licence",
    summary = "查验证照 Verify a licence",
    params(VerificationQuery),
    responses(
        (status = 200, description = "查验结果 what it is worth now", body = LicenceVerification),
        (status = 404, description = "证照不存在或查验码不符 unknown identifier or wrong check code", body = tongban_web::ProblemDocument,
            example = json!({"code": "not_verified", "title": "证照不存在，或查验码不符"})),
        (status = 422, description = "标识格式有误 malformed identifier", body = tongban_web::ProblemDocument,
            example = json!({
                "code": "invalid_verification",
                "title": "查验信息有误",
                "errors": [
                    {"pointer": "/identifier", "code": "check_digit", "message": "电子证照标识校验码不符：应为 O，实为 0"},
                    {"pointer": "/check_code", "code": "empty", "message": "查验码不能为空"},
                ],
            })),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn verify(
    State(host): State<Host>,
    Query(query): Query<VerificationQuery>,
) -> Result<Json<LicenceVerification>, Problem> {
    let VerificationQuery { identifier, check_code } = query;
    let record = app::verify::verify(&host, identifier.as_deref(), check_code.as_deref()).await?;
    Ok(Json(LicenceVerification::of(&record, civil_date(host.clock.now()))))
}
