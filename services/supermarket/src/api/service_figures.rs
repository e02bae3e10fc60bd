//! `/supermarket/v1/services/{id}/figures`: medians against what is published.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use tongban_web::{Problem, ProblemDocument, Segment};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::{self, Desk};
use crate::domain::medians::Against;

/// A median against its published limit (中位数与公布标准).
#[derive(Debug, Serialize, ToSchema)]
pub struct Measured {
    /// The median (中位数).
    #[schema(example = 560_000.0)]
    median: f64,
    /// The published limit (公布标准).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(1_200_000.0))]
    limit: Option<f64>,
    /// The median as a share of the limit (占比).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(0.4667))]
    share: Option<f64>,
    /// Whether it is half of the limit or less (是否减半).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(true))]
    halved: Option<bool>,
}

impl From<Against> for Measured {
    fn from(against: Against) -> Self {
        let share = against.share();
        Self {
            median: against.median,
            limit: against.limit,
            share: share.map(|share| (share * 10_000.0).round() / 10_000.0),
            halved: against.halved(),
        }
    }
}

/// What a service costs and takes in truth (收费和时限中位数).
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceFigures {
    /// The service.
    #[schema(example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub service_id: Uuid,
    /// Its name.
    #[schema(example = "建设用地规划测绘")]
    pub name: String,
    /// Finished purchases that were counted (已完成采购数).
    #[schema(example = 12)]
    pub finished: usize,
    /// How many of the last ones are counted at most.
    #[schema(example = 5000)]
    pub looked_at: u64,
    /// Prices of awards, in fen for one purchase, against the cap; absent when nothing is finished (收费).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee_fen: Option<Measured>,
    /// Business days from the confirmed contract to the accepted result, against the published time (时限).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_days: Option<Measured>,
}

/// 收费和时限中位数: of finished purchases, against the published cap and time.
#[utoipa::path(
    get, path = "/v1/services/{id}/figures", tag = "directory", operation_id = "read_service_figures",
    summary = "查看收费和时限中位数 Read medians of fee and time",
    params(("id" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")),
    responses(
        (status = 200, description = "中位数 the medians", body = ServiceFigures),
        (status = 404, description = "没有该事项 no such service", body = ProblemDocument,
            example = json!({"title": "找不到该中介服务事项，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
) -> Result<Json<ServiceFigures>, Problem> {
    Ok(Json(app::figures::of_service(&desk, id).await?))
}
