//! `/exchange/v1/reading-figures`: how much bodies read, with and without what signals name.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use tongban_web::{CallerOf, Problem, ProblemDocument, Query};
use utoipa::{IntoParams, ToSchema};

use super::signals::reach;
use crate::app::{self, Desk};
use crate::store::call_fact::{self, Figures};

/// Most bodies that are shown.
const MOST: u64 = 1_000;

/// Of which region.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadingFigureQuery {
    /// A region within the own reach (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
}

/// How much was read (查询量).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingCounts {
    /// Calls, answered and refused.
    #[schema(example = 1280)]
    pub calls: i64,
    /// Answered.
    #[schema(example = 1251)]
    pub answered: i64,
    /// People whose data were read.
    #[schema(example = 402)]
    pub people: i64,
}

/// How much a body read (单位查询量).
#[derive(Debug, Serialize, ToSchema)]
pub struct BodyReadings {
    /// Its credit code (使用部门).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// All of it.
    pub all: ReadingCounts,
    /// Without the calls that signals name.
    pub unsuspected: ReadingCounts,
}

impl From<Figures> for BodyReadings {
    fn from(row: Figures) -> Self {
        Self {
            body: row.body,
            all: ReadingCounts { calls: row.calls, answered: row.answered, people: row.people },
            unsuspected: ReadingCounts {
                calls: row.plain_calls,
                answered: row.plain_answered,
                people: row.plain_people,
            },
        }
    }
}

/// How much was read in the days that signals look at.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingFigures {
    /// From when on.
    #[schema(example = "2026-03-01T02:00:00Z")]
    pub from: DateTime<Utc>,
    /// By body, at most 1,000.
    pub bodies: Vec<BodyReadings>,
}

/// 查询量: by body of the own region, with and without the calls that signals name.
#[utoipa::path(
    get, path = "/v1/reading-figures", tag = "signals", operation_id = "read_reading_figures",
    summary = "查看各单位查询量 Read how much bodies read",
    params(ReadingFigureQuery),
    responses(
        (status = 200, description = "查询量 the figures", body = ReadingFigures),
        (status = 403, description = "区域不在管辖范围内 another region", body = ProblemDocument,
            example = json!({"code": "other_region", "title": "该区域不在管辖范围内"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<ReadingFigureQuery>,
) -> Result<Json<ReadingFigures>, Problem> {
    let region = reach(&caller.principal, query.region)?;
    let from = app::signals::window(&desk);
    let found = call_fact::figures(desk.host.db(), &region, from, MOST).await?;
    Ok(Json(ReadingFigures { from, bodies: found.into_iter().map(BodyReadings::from).collect() }))
}
