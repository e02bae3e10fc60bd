//! An investment project as the construction platform told of it (投资项目).

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::market::{InvestmentProject, ProjectEvent};
use tongban_kernel::checks::project_code;
use tongban_kernel::{Context, Fault, Faults};
use tongban_ledger::Aggregate;

/// A known project; its identifier in the ledger is its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// As last told.
    pub project: InvestmentProject,
}

/// What can be asked of it.
#[derive(Debug, Clone)]
pub enum Command {
    /// 同步项目
    Tell(InvestmentProject),
}

impl Aggregate for Project {
    type Event = ProjectEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        Command::Tell(project): Command,
        _context: &Context,
    ) -> Result<Vec<ProjectEvent>, Fault> {
        let mut faults = Faults::new();
        if let Err(invalid) = project_code::check(&project.code) {
            faults.add("/code", invalid.reason(), invalid.message_zh());
        }
        faults.into_result("invalid_project", "投资项目有误")?;
        if current.is_some_and(|known| known.project == project) {
            return Ok(Vec::new());
        }
        Ok(vec![ProjectEvent::Told(project)])
    }

    fn evolve(_current: Option<Self>, event: &ProjectEvent, _meta: &Meta) -> Option<Self> {
        let ProjectEvent::Told(project) = event;
        Some(Self { project: project.clone() })
    }
}
