//! 编目、变更、注销、查阅.

use tongban_contracts::exchange::{DataResource, Delivery, ResourceEvent};
use tongban_kernel::{Fault, Principal};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::resource_view::{ResourceVersion, ResourceView};
use crate::domain::resource::{Command, Draft, Resource};
use crate::domain::rights::{is_authority, is_steward};
use crate::store::body;

/// The version with the source body's registered name.
pub async fn draft(
    desk: &Desk,
    resource: DataResource,
    delivery: Delivery,
) -> Result<Box<Draft>, Fault> {
    let known = body::find(desk.host.db(), &resource.source_body.id).await?;
    let body_name = known.map(|body| body.name);
    Ok(Box::new(Draft { resource, delivery, body_name }))
}

/// Carries out a command on a resource.
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
        .execute_once::<Resource>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(status, &ResourceView::of(id, &committed.state, true))
        })
        .await
}

/// A resource; where its system is reached, only its own body and the authority see.
pub async fn read(desk: &Desk, id: Uuid, actor: &Principal) -> Result<ResourceView, Fault> {
    let state = desk.resource(id).await?;
    let resource = &state.resource;
    let whole = is_steward(actor, &resource.source_body, &resource.region)
        || is_authority(actor, &resource.region);
    Ok(ResourceView::of(id, &state, whole))
}

/// Every version there ever was, the last first.
pub async fn versions(desk: &Desk, id: Uuid) -> Result<Vec<ResourceVersion>, Fault> {
    let mut versions = Vec::new();
    for recorded in desk.host.ledger.history::<Resource>(&id.to_string()).await? {
        if let ResourceEvent::Published { revision, published_on, resource, .. }
        | ResourceEvent::Changed { revision, published_on, resource, .. } = recorded.event
        {
            versions.push(ResourceVersion { revision, published_on, resource: *resource });
        }
    }
    if versions.is_empty() {
        return Err(Fault::not_found("该数据资源"));
    }
    versions.reverse();
    Ok(versions)
}
