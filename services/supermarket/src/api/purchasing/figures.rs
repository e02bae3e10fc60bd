//! `/supermarket/v1/figures`: what purchases add up to, and signals of concentration.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::{Fault, RegionCode};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query};
use utoipa::{IntoParams, ToSchema};

use crate::app::purchasing::Purchasing;
use crate::app::purchasing::figures::{Extent, add_up, find_signals};
use crate::domain::figures::{Figures, Signal, SignalRule};

/// Which purchases are meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FigureSearch {
    /// Published from then on; a year back when absent (起).
    #[param(example = "2026-01-01T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Published before then; now when absent (止).
    #[param(example = "2026-12-31T16:00:00Z")]
    to: Option<DateTime<Utc>>,
    /// Region: it and everything below (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// One owner: the body's credit code, or the account (采购人).
    #[param(example = "11320706MB0000001B")]
    owner: Option<String>,
}

impl FigureSearch {
    fn extent(&self) -> Extent<'_> {
        let Self { from, to, region, owner } = self;
        Extent { from: *from, to: *to, region: region.as_ref(), owner: owner.as_deref() }
    }
}

/// Signals, with the method by which they were found. They are reasons to look, never verdicts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PurchaseSignals {
    /// What they are not (说明).
    #[schema(example = "信号只提示核查，不是结论")]
    note: String,
    /// The published method.
    method: SignalRule,
    /// Each with its evidence.
    signals: Vec<Signal>,
}

/// 采购统计: open to everyone.
#[utoipa::path(
    get, path = "/v1/figures", tag = "figures", operation_id = "read_purchase_figures",
    summary = "采购统计 Read figures of purchases",
    params(FigureSearch),
    responses(
        (status = 200, description = "采购统计 the figures", body = Figures),
        (status = 422, description = "范围有误或过大 ends before it begins, or is too much at once", body = ProblemDocument,
            example = json!({"code": "too_wide", "title": "范围内采购过多，不能一次统计", "errors": [
                {"pointer": "/from", "code": "too_wide", "message": "请缩短时间"},
                {"pointer": "/region", "code": "too_wide", "message": "或缩小区域"}]})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(shop): State<Purchasing>,
    Query(query): Query<FigureSearch>,
) -> Result<Json<Figures>, Problem> {
    Ok(Json(add_up(&shop, &query.extent()).await?))
}

/// 集中度信号: for those who manage or supervise the market, in their region.
#[utoipa::path(
    get, path = "/v1/figures/signals", tag = "figures", operation_id = "read_purchase_signals",
    summary = "集中度信号 Read signals of concentration",
    params(FigureSearch),
    responses(
        (status = 200, description = "信号及方法 signals and method", body = PurchaseSignals),
        (status = 422, description = "范围有误或过大 ends before it begins, or is too much at once", body = ProblemDocument,
            example = json!({"code": "too_wide", "title": "范围内采购过多，不能一次统计", "errors": [
                {"pointer": "/from", "code": "too_wide", "message": "请缩短时间"},
                {"pointer": "/region", "code": "too_wide", "message": "或缩小区域"}]})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["market_manager", "supervisor"], "scoped": true,
    }))),
)]
pub async fn signals(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Query(query): Query<FigureSearch>,
) -> Result<Json<PurchaseSignals>, Problem> {
    let none = || Fault::forbidden("not_your_region", "只能查看本区域的信号");
    let own = caller.principal.region.as_ref().ok_or_else(none)?;
    let mut extent = query.extent();
    match extent.region {
        Some(region) if !own.contains(region) => return Err(none().into()),
        Some(_) => {}
        None => extent.region = Some(own),
    }
    let signals = find_signals(&shop, &extent).await?;
    let method = shop.rules.signals.clone();
    Ok(Json(PurchaseSignals {
        note: "信号只提示核查，不是结论".to_owned(), method, signals
    }))
}
