//! `/intake/v1/cases/{id}/clock`: the legal clocks of a case, every day explained (办理期限).

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_calendar::Due;
use tongban_contracts::matters::TimeLimit;
use tongban_web::{CallerOf, Problem, ProblemDocument, Segment};
use utoipa::ToSchema;

use crate::app::{self, Desk};
use crate::domain::clocks::{self, Clock, Clocks};

/// One limit of a case (期限).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseLimit {
    /// How long it is.
    pub limit: TimeLimit,
    /// Its last day, as recorded when it began.
    #[schema(example = "2026-03-18")]
    pub due: NaiveDate,
    /// The day on which what it demands was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-11"))]
    pub done_on: Option<NaiveDate>,
    /// Whether it was or is exceeded (超期).
    #[schema(example = false)]
    pub overdue: bool,
    /// Business days left while it runs; negative when exceeded, absent beyond the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 5)]
    pub business_days_left: Option<i64>,
    /// How the calendar counts it, day by day.
    pub explained: Due,
}

impl From<Clock> for CaseLimit {
    fn from(clock: Clock) -> Self {
        Self {
            limit: clock.limit,
            due: clock.due,
            done_on: clock.done_on,
            overdue: clock.overdue,
            business_days_left: clock.business_days_left,
            explained: clock.explained,
        }
    }
}

/// The clocks of a case (办理期限).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseClock {
    /// Identifier of the case.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub case_id: String,
    /// Case number (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub number: String,
    /// Today in China.
    #[schema(example = "2026-03-11")]
    pub today: NaiveDate,
    /// Correction notice (一次性告知期限).
    pub notice: CaseLimit,
    /// Decision by the promised limit (承诺办结时限), once accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<CaseLimit>,
    /// Decision by law (法定办结时限), once accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal: Option<CaseLimit>,
}

/// 办理期限: the notice, promised and legal limits, every day explained.
#[utoipa::path(
    get, path = "/v1/cases/{id}/clock", tag = "cases", operation_id = "read_case_clock",
    summary = "办理期限逐日说明 Explain a case's limits day by day",
    params(("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "办理期限 the limits", body = CaseClock,
            example = json!({"promised": null, "legal": null})),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
        (status = 409, description = "工作日历未覆盖所需日期 calendar not loaded so far", body = ProblemDocument,
            example = json!({"code": "calendar_not_loaded", "title": "工作日历尚未覆盖所需日期，暂时不能计算办理期限"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["window_clerk", "approver", "supervisor"],
        "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<CaseClock>, Problem> {
    let (case, terms) = app::read::case(&desk, &id, &caller.principal).await?;
    let Clocks { today, notice, promised, legal } =
        clocks::read(&case, &terms, desk.host.clock.now())?;
    Ok(Json(CaseClock {
        case_id: id,
        number: case.number,
        today,
        notice: notice.into(),
        promised: promised.map(CaseLimit::from),
        legal: legal.map(CaseLimit::from),
    }))
}
