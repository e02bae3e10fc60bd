//! `/reviews/v1/scores`: scores of bodies by a published formula, and what they are made of, for everyone.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Problem, ProblemDocument, Query};
use utoipa::{IntoParams, ToSchema};

use super::figures::ReviewFigures;
use crate::app::Desk;
use crate::app::scores::{self as app, Scored};
use crate::domain::figures::period::Period;
use crate::domain::figures::score::{Score, ScoreRule};
use crate::domain::signals::SignalRule;

/// Which scores are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewScoreQuery {
    /// A year or a quarter (考核周期).
    #[param(example = "2026-Q1")]
    period: String,
    /// A region: it and everything below (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Bodies per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "11320706MB0000001B~11320706MB0000001B")]
    after: Option<String>,
}

/// Score of a body (单位得分).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewBodyScore {
    /// Body (实施主体).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Its score; absent with too few reviews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Its figures.
    pub figures: ReviewFigures,
}

/// Scores of a period (考核得分).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewScores {
    /// First month.
    #[schema(example = "2026-01")]
    pub from: String,
    /// Last month.
    #[schema(example = "2026-03")]
    pub until: String,
    /// The formula.
    pub rule: ScoreRule,
    /// Bodies, by credit code.
    pub bodies: Page<ReviewBodyScore>,
}

/// 绩效考核得分: by the published formula; the file beside has every number it takes.
#[utoipa::path(
    get, path = "/v1/scores", tag = "performance", operation_id = "list_review_scores",
    summary = "查看评价绩效得分 List scores of bodies",
    params(ReviewScoreQuery),
    responses(
        (status = 200, description = "得分 the scores", body = ReviewScores),
        (status = 400, description = "考核周期有误 no such period", body = ProblemDocument,
            example = json!({"code": "bad_period", "title": "考核周期有误：应为年度（2026）或季度（2026-Q1）"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    Query(query): Query<ReviewScoreQuery>,
) -> Result<Json<ReviewScores>, Problem> {
    let ReviewScoreQuery { period, region, limit, after } = query;
    let period = Period::parse(&period)?;
    let page = PageQuery { limit, after };
    let found = app::list(&desk, &period, region.as_ref(), &page).await?;
    let view = |(group, score): Scored| ReviewBodyScore {
        body: group.body,
        body_name: group.body_name,
        score,
        figures: ReviewFigures::of(&group.counts, group.suspects),
    };
    let bodies = Page { items: found.items.into_iter().map(view).collect(), next: found.next };
    let Period { from, until } = period;
    Ok(Json(ReviewScores { from, until, rule: desk.figures.scores.clone(), bodies }))
}

/// Which file is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewScoreFileQuery {
    /// A year or a quarter (考核周期).
    #[param(example = "2026-Q1")]
    period: String,
    /// A region: it and everything below (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
}

/// 绩效数据导出: every number that scores are made of, and the scores, as CSV.
#[utoipa::path(
    get, path = "/v1/scores/file", tag = "performance", operation_id = "export_review_scores",
    summary = "导出评价绩效数据 Export what scores are made of",
    params(ReviewScoreFileQuery),
    responses(
        (status = 200, description = "CSV 文件 a file", body = String, content_type = "text/csv",
            example = "body,body_name,from,until,rule,opened,used,one,two,three,four,five,defaulted,defaulted_content,excluded,verified,verified_in_time,answered,answered_in_time,put_right,put_right_in_time,called_back,called_back_content,score_satisfaction,score_participation,score_answered_in_time,score_put_right_in_time,score_called_back_content,score_total\r\n\"11320706MB0000001B\",\"海州区行政审批局（示例）\",\"2026-01\",\"2026-03\",\"2026-1\",210,96,1,1,3,11,80,3,2,0,2,2,2,2,1,1,2,1,4895,914,2000,500,500,8809\r\n"),
        (status = 400, description = "考核周期有误 no such period", body = ProblemDocument,
            example = json!({"code": "bad_period", "title": "考核周期有误：应为年度（2026）或季度（2026-Q1）"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn file(
    State(desk): State<Desk>,
    Query(query): Query<ReviewScoreFileQuery>,
) -> Result<Response, Problem> {
    let period = Period::parse(&query.period)?;
    let text = app::table(&desk, &period, query.region.as_ref()).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"scores-{}-{}.csv\"", period.from, period.until),
        ),
    ];
    Ok((headers, text).into_response())
}

/// The published rules of figures (公开的统计办法).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewFigureRules {
    /// The method of signals.
    pub signals: SignalRule,
    /// The formula of scores.
    pub scores: ScoreRule,
}

/// 统计办法: the method of signals and the formula of scores, with their versions.
#[utoipa::path(
    get, path = "/v1/figure-rules", tag = "performance", operation_id = "read_review_figure_rules",
    summary = "查看评价统计办法 Read the rules of figures",
    responses((status = 200, description = "统计办法 the rules", body = ReviewFigureRules)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn rules(State(desk): State<Desk>) -> Json<ReviewFigureRules> {
    Json(ReviewFigureRules {
        signals: desk.figures.signals.clone(),
        scores: desk.figures.scores.clone(),
    })
}
