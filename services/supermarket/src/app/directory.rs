//! 中介服务事项清单: drafts, the second officer's word, versions.

use tongban_contracts::supermarket::{DirectoryEvent, IntermediaryService};
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::service_view::{ServiceFile, ServiceVersion};
use crate::domain::directory::{Command, Entry, Known};
use crate::store::matter;
use crate::store::purchasing::party;

/// Proposes an entry, or the next version of one.
pub async fn draft(
    desk: &Desk,
    id: Uuid,
    service: IntermediaryService,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    let named = service.matters.iter().map(|one| one.matter_id).collect();
    let matters = matter::in_force(desk.host.db(), &named).await?;
    let ids = [service.industry_body.id.clone(), service.superior_body.id.clone()];
    let bodies = party::names(desk.host.db(), &ids).await?;
    let known = Known { matters, bodies };
    act(desk, id, Command::Draft(Box::new(service), known), caller, request, status).await
}

/// Carries out a command on an entry.
pub async fn act(
    desk: &Desk,
    id: Uuid,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    desk.host
        .ledger
        .execute_once::<Entry>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(status, &ServiceFile::of(id, &committed.state))
        })
        .await
}

/// Every version there ever was, the last first.
pub async fn versions(desk: &Desk, id: Uuid) -> Result<Vec<ServiceVersion>, Fault> {
    let mut versions = Vec::new();
    for recorded in desk.host.ledger.history::<Entry>(&id.to_string()).await? {
        if let DirectoryEvent::Published { revision, published_on, service, .. } = recorded.event {
            versions.push(ServiceVersion { revision, published_on, service: *service });
        }
    }
    if versions.is_empty() {
        return Err(Fault::not_found("该中介服务事项"));
    }
    versions.reverse();
    Ok(versions)
}
