//! 抽查事项清单: publishes and withdraws inspection matters.

use tongban_contracts::supervision::InspectionMatter;
use tongban_kernel::{Fault, Faults};
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::api::matters::InspectionMatterView;
use crate::domain::matter::{Command, Entry};

/// Publishes `matter` under `id`.
pub async fn publish(
    desk: &Desk,
    id: &str,
    matter: InspectionMatter,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    let mut faults = Faults::new();
    for (index, checklist) in matter.checklists.iter().enumerate() {
        if desk.onsite.matter(id, &matter.name, std::slice::from_ref(checklist)).is_err() {
            faults.add(format!("/checklists/{index}"), "unknown_checklist", "没有该检查表");
        }
    }
    faults.into_result("invalid_inspection_matter", "抽查事项要素有误，不能发布")?;
    act(desk, id, Command::Publish(Box::new(matter)), caller, request, status).await
}

/// Withdraws the matter `id`.
pub async fn withdraw(
    desk: &Desk,
    id: &str,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    act(desk, id, Command::Withdraw { reason }, caller, request, 200).await
}

async fn act(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    desk.host
        .ledger
        .execute_once::<Entry>(id, command, caller, request, |committed| {
            Reply::json(status, &InspectionMatterView::of(id, &committed.state))
        })
        .await
}
