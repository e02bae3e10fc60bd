//! A call through the gateway (调用): recorded once, before its answer is given, and never changed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::exchange::{CallEvent, DataCall};
use tongban_contracts::supermarket::Named;
use tongban_kernel::{Context, Fault};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;

use super::rights::named;

/// How a call ended (调用结果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallOutcome, example = "answered")]
pub enum Outcome {
    /// 已应答
    Answered,
    /// 未放行: refused by the exchange.
    Refused,
    /// 未取得: the source body's system gave nothing that could be given on.
    Failed,
}

impl Outcome {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// A call, as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Who asked for what.
    pub call: DataCall,
    /// Account that called, a system's or an officer's.
    pub by: Named,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
}

/// 记录: what became of a call. Whether it was let through, [`permits`](super::permit::permits) has judged.
#[derive(Debug, Clone)]
pub struct Record(pub CallEvent);

impl Aggregate for Call {
    type Event = CallEvent;
    type Command = Record;

    fn decide(
        current: Option<&Self>,
        command: Record,
        _: &Context,
    ) -> Result<Vec<CallEvent>, Fault> {
        match current {
            None => Ok(vec![command.0]),
            Some(_) => Err(Fault::conflict("already_recorded", "该调用已记录")),
        }
    }

    fn evolve(current: Option<Self>, event: &CallEvent, meta: &Meta) -> Option<Self> {
        let (call, outcome) = match event {
            CallEvent::Answered { call, .. } => (call, Outcome::Answered),
            CallEvent::Refused { call, .. } => (call, Outcome::Refused),
            CallEvent::Failed { call, .. } => (call, Outcome::Failed),
        };
        current.is_none().then(|| Self {
            call: call.as_ref().clone(),
            by: named(&meta.actor),
            outcome,
            at: meta.at,
        })
    }
}
