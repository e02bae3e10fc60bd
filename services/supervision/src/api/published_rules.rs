//! What visits, publication and credit are judged by, open to everyone.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Desk;
use crate::domain::codes::ResultCodes;
use crate::domain::credit_rule::CreditRule;
use crate::domain::terms::SupervisionTerms;

/// The rules (监管规则).
#[derive(Debug, Serialize, ToSchema)]
pub struct SupervisionRules {
    /// Codes of results, with the older list mapped (检查结果代码).
    pub result_codes: ResultCodes,
    /// Limits, each with its source (期限).
    pub terms: SupervisionTerms,
    /// Versions of the rule of credit, oldest first (信用风险分类规则).
    pub credit_rules: Vec<CreditRule>,
}

/// 监管规则: codes of results, limits with their sources, the rule of credit in all its versions.
#[utoipa::path(
    get, path = "/v1/rules", tag = "rules", operation_id = "read_supervision_rules",
    summary = "查看监管规则 Read the rules of supervision",
    responses((status = 200, description = "监管规则 the rules", body = SupervisionRules)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(State(desk): State<Desk>) -> Json<SupervisionRules> {
    let rules = &desk.onsite.rules;
    Json(SupervisionRules {
        result_codes: rules.codes.clone(),
        terms: rules.terms.clone(),
        credit_rules: desk.onsite.credit.all().to_vec(),
    })
}
