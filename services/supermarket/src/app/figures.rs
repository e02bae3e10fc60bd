//! 收费和时限中位数: a service's finished purchases against what the directory publishes.

use tongban_kernel::{Fault, civil_date};
use uuid::Uuid;

use super::Desk;
use crate::api::service_figures::{Measured, ServiceFigures};
use crate::domain::medians::Against;
use crate::store::engagement::{self, LOOKED_AT};
use crate::store::purchasing::purchase::moment;

/// Figures of a service of the directory.
pub async fn of_service(desk: &Desk, id: Uuid) -> Result<ServiceFigures, Fault> {
    let entry = desk.service(id).await?.state;
    let published = entry.published.ok_or_else(|| Fault::not_found("该中介服务事项"))?;
    let service = published.service;
    let rows = engagement::finished(desk.host.db(), id).await?;
    let fees: Vec<i64> = rows.iter().filter_map(|row| row.award_fen).collect();
    let spans = rows.iter().filter_map(|row| row.contract_at.zip(row.completed_at));
    // What lies beyond the calendar is left out rather than guessed.
    let days: Vec<i64> = spans
        .filter_map(|(from, to)| {
            let (from, to) = (civil_date(moment(from)), civil_date(moment(to)));
            desk.host.calendar.business_days_between(from, to).ok()
        })
        .collect();
    let cap = service.fee.cap_fen.and_then(|cap| i64::try_from(cap).ok());
    Ok(ServiceFigures {
        service_id: id,
        name: service.name,
        finished: rows.len(),
        looked_at: LOOKED_AT,
        fee_fen: Against::of(&fees, cap).map(Measured::from),
        business_days: Against::of(&days, Some(i64::from(service.business_days)))
            .map(Measured::from),
    })
}
