//! A region (行政区划) in the ledger.

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::identity::{Region, RegionEvent};
use tongban_kernel::{Context, Fault, Faults};
use tongban_ledger::Aggregate;

/// A region as it is known now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRegion(pub Region);

impl Aggregate for KnownRegion {
    type Event = RegionEvent;
    type Command = Region;

    /// Makes a region known, or known under another name.
    fn decide(
        current: Option<&Self>,
        region: Region,
        _context: &Context,
    ) -> Result<Vec<RegionEvent>, Fault> {
        if current.is_some_and(|known| known.0 == region) {
            return Ok(Vec::new());
        }
        let mut faults = Faults::new();
        if region.name.trim().is_empty() {
            faults.add("/name", "required", "区划名称不能为空");
        }
        faults.into_result("invalid_region", "行政区划信息有误")?;
        Ok(vec![RegionEvent::Registered(region)])
    }

    fn evolve(_current: Option<Self>, event: &RegionEvent, _meta: &Meta) -> Option<Self> {
        let RegionEvent::Registered(region) = event;
        Some(Self(region.clone()))
    }
}
