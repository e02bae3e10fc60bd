//! 采购统计与信号: of the purchases published in a time.

use chrono::{DateTime, Duration, Utc};
use tongban_kernel::{Fault, Faults, RegionCode};

use super::Purchasing;
use crate::domain::figures::{Bought, Figures, Signal, figures, signals};
use crate::store::purchasing::purchase;

/// Most purchases that are added up in one request.
const MOST: u64 = 50_000;

/// Which purchases are meant.
#[derive(Debug, Default)]
pub struct Extent<'a> {
    /// Published from then on; a year back when absent.
    pub from: Option<DateTime<Utc>>,
    /// Published before then; now when absent.
    pub to: Option<DateTime<Utc>>,
    /// In a region and everything below.
    pub region: Option<&'a RegionCode>,
    /// By one owner.
    pub owner: Option<&'a str>,
}

/// What they add up to.
///
/// # Errors
/// `invalid_extent` when it ends before it begins, `too_wide` for more purchases than are added up at once; the
/// database's absence.
pub async fn add_up(shop: &Purchasing, extent: &Extent<'_>) -> Result<Figures, Fault> {
    Ok(figures(&among(shop, extent, 365).await?))
}

/// Signals among them, by the published method.
///
/// # Errors
/// As [`add_up`].
pub async fn find_signals(shop: &Purchasing, extent: &Extent<'_>) -> Result<Vec<Signal>, Fault> {
    let rule = &shop.rules.signals;
    Ok(signals(rule, &among(shop, extent, rule.window_days).await?))
}

async fn among(
    shop: &Purchasing,
    extent: &Extent<'_>,
    window_days: u32,
) -> Result<Vec<Bought>, Fault> {
    let to = extent.to.unwrap_or_else(|| shop.host.clock.now() + Duration::seconds(1));
    let from = extent.from.unwrap_or_else(|| to - Duration::days(i64::from(window_days)));
    let mut faults = Faults::new();
    if from >= to {
        faults.add("/from", "after_end", "起必须早于止");
    }
    faults.into_result("invalid_extent", "统计范围有误")?;
    let db = shop.host.db();
    let found = purchase::between(db, from, to, extent.region, extent.owner, MOST).await?;
    if found.len() as u64 > MOST {
        let mut faults = Faults::new();
        faults.add("/from", "too_wide", "请缩短时间");
        faults.add("/region", "too_wide", "或缩小区域");
        faults.into_result("too_wide", "范围内采购过多，不能一次统计")?;
    }
    Ok(found)
}
