//! A public body (实施主体) in the ledger.

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::identity::{Body, BodyEvent};
use tongban_kernel::checks::uscc;
use tongban_kernel::{Context, Fault, Faults};
use tongban_ledger::Aggregate;

/// A body as it is known now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownBody(pub Body);

impl Aggregate for KnownBody {
    type Event = BodyEvent;
    type Command = Body;

    /// Makes a body known, or known with other particulars.
    fn decide(
        current: Option<&Self>,
        body: Body,
        _context: &Context,
    ) -> Result<Vec<BodyEvent>, Fault> {
        if current.is_some_and(|known| known.0 == body) {
            return Ok(Vec::new());
        }
        let mut faults = Faults::new();
        // Codes on record: early real ones fail their own check character.
        if let Err(invalid) = uscc::read(&body.uscc) {
            faults.add("/uscc", invalid.reason(), invalid.message_zh());
        }
        if body.name.trim().is_empty() {
            faults.add("/name", "required", "单位名称不能为空");
        }
        faults.into_result("invalid_body", "单位信息有误")?;
        Ok(vec![BodyEvent::Registered(body)])
    }

    fn evolve(_current: Option<Self>, event: &BodyEvent, _meta: &Meta) -> Option<Self> {
        let BodyEvent::Registered(body) = event;
        Some(Self(body.clone()))
    }
}
