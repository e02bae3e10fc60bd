//! A report in a case that was not bought here (体外采购): found, answered for, closed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::market::{OutsideEvent, OutsideGround, OutsidePurchase};
use tongban_kernel::{Context, Fault, FaultKind, Faults, Principal, Role, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;

use super::complaint::{given, manages};
use super::purchase::SERVICE;

/// Where a purchase outside stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutsideStage {
    /// 待说明
    Open,
    /// 已说明
    Answered,
    /// 已办结
    Closed,
}

impl OutsideStage {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }
}

/// A purchase outside as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// What was found.
    pub found: OutsidePurchase,
    /// When.
    pub found_at: DateTime<Utc>,
    /// Where it stands.
    pub stage: OutsideStage,
    /// Whether the clock for the answer ran out.
    pub escalated: bool,
    /// The ground of the answer.
    pub ground: Option<OutsideGround>,
    /// The answer.
    pub explanation: Option<String>,
    /// Whether it should have been bought here, as the market's officer found.
    pub should_have_been: Option<bool>,
    /// The officer's reasons.
    pub reason: Option<String>,
}

/// What can be asked of it.
#[derive(Debug, Clone)]
pub enum Command {
    /// 发现线索
    Find(Box<OutsidePurchase>),
    /// 作出说明: by an officer of the body.
    Answer {
        /// On which ground.
        ground: OutsideGround,
        /// In words.
        explanation: String,
    },
    /// 办结: by an officer who manages the market.
    Close {
        /// Whether it should have been bought here.
        should_have_been: bool,
        /// Reasons.
        reason: String,
    },
    /// 到期
    Tick,
}

impl Aggregate for Outside {
    type Event = OutsideEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<OutsideEvent>, Fault> {
        let Some(outside) = current else {
            return match command {
                Command::Find(found) => Ok(vec![OutsideEvent::Found(found)]),
                _ => Err(Fault::not_found("该体外采购线索")),
            };
        };
        // Who may not, is not told how it stands either.
        match &command {
            Command::Answer { .. } => outside.of_the_body(&context.actor)?,
            Command::Close { .. } => manages(&context.actor, &outside.found.region)?,
            Command::Find(_) | Command::Tick => {}
        }
        match (command, outside.stage) {
            (Command::Find(_), _) => Ok(Vec::new()),
            (Command::Answer { ground, explanation }, OutsideStage::Open) => {
                let mut faults = Faults::new();
                if explanation.trim().is_empty() {
                    faults.add("/explanation", "required", "请说明情况");
                }
                faults.into_result("invalid_answer", "说明有误")?;
                Ok(vec![OutsideEvent::Answered { ground, explanation }])
            }
            (Command::Close { should_have_been, reason }, OutsideStage::Answered) => {
                given(&reason)?;
                Ok(vec![OutsideEvent::Closed { should_have_been, reason }])
            }
            (Command::Tick, _) => outside.tick(context),
            (_, stage) => {
                let code = format!("not_when_{}", stage.code());
                Err(Fault::new(FaultKind::Conflict, code, "该线索所处状态不能办理此操作"))
            }
        }
    }

    fn evolve(current: Option<Self>, event: &OutsideEvent, meta: &Meta) -> Option<Self> {
        let mut outside = match (event, current) {
            (OutsideEvent::Found(found), None) => {
                return Some(Self {
                    found: found.as_ref().clone(),
                    found_at: meta.at,
                    stage: OutsideStage::Open,
                    escalated: false,
                    ground: None,
                    explanation: None,
                    should_have_been: None,
                    reason: None,
                });
            }
            (_, outside) => outside?,
        };
        outside.stage = match (event, outside.stage) {
            (OutsideEvent::Answered { ground, explanation }, OutsideStage::Open) => {
                outside.ground = Some(*ground);
                outside.explanation = Some(explanation.clone());
                OutsideStage::Answered
            }
            (OutsideEvent::Escalated { .. }, OutsideStage::Open) => {
                outside.escalated = true;
                OutsideStage::Open
            }
            (OutsideEvent::Closed { should_have_been, reason }, OutsideStage::Answered) => {
                outside.should_have_been = Some(*should_have_been);
                outside.reason = Some(reason.clone());
                OutsideStage::Closed
            }
            _ => return None,
        };
        Some(outside)
    }
}

impl Outside {
    fn tick(&self, context: &Context) -> Result<Vec<OutsideEvent>, Fault> {
        if context.actor.account != SERVICE {
            return Err(Fault::forbidden("only_the_platform", "该步骤由平台按规则自动办理"));
        }
        let due = self.found.answer_due;
        let late = civil_date(context.now) > due;
        if self.stage == OutsideStage::Open && !self.escalated && late {
            return Ok(vec![OutsideEvent::Escalated { due }]);
        }
        Ok(Vec::new())
    }

    /// Only officers of the body that handles the case, in whichever role they have in the market.
    fn of_the_body(&self, actor: &Principal) -> Result<(), Fault> {
        let roles = [Role::MarketBuyer, Role::MarketManager, Role::IndustryReviewer];
        let holds =
            roles.into_iter().any(|role| actor.holds(role, &self.found.body, &self.found.region));
        if holds {
            return Ok(());
        }
        Err(Fault::forbidden("not_your_body", "只能由办理该办件的单位说明"))
    }
}
