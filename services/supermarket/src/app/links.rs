//! 挂接申请、审核、撤回.

use std::sync::Arc;

use tongban_kernel::{Fault, civil_date};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::links::LinkView;
use crate::domain::link::{Application, Command, Link, link_id};
use crate::store::agency;

/// An agency asks to be linked to a service that approvals require.
pub async fn request(
    desk: &Desk,
    service_id: Uuid,
    certificates: Vec<String>,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let own = agency::by_account(desk.host.db(), &caller.principal.account).await?;
    let own = own.ok_or_else(|| Fault::conflict("not_registered", "请先入驻中介超市"))?;
    let agency_id: Uuid = own.parse().map_err(Fault::internal)?;
    let agency = desk.agency(agency_id).await?.state;
    agency.may_work(civil_date(desk.host.clock.now()))?;
    let entry = desk.service(service_id).await?.state;
    let (Some(service), Some(published)) = (entry.in_force(), entry.published.as_ref()) else {
        return Err(Fault::conflict("not_in_force", "该中介服务事项未在用"));
    };
    if service.matters.is_empty() {
        let title = "该服务不是审批要求的中介服务，无须挂接，直接公布服务报价即可";
        return Err(Fault::conflict("no_link_needed", title));
    }
    let application = Application {
        agency_id,
        profile: agency.profile,
        service_id,
        revision: published.revision,
        service: service.clone(),
        certificates,
        ground: Arc::clone(&desk.ground),
    };
    let id = link_id(agency_id, service_id);
    act(desk, id, Command::Request(Box::new(application)), caller, request, 201).await
}

/// Decides by what agency and directory say now.
pub async fn decide(
    desk: &Desk,
    id: Uuid,
    approved: bool,
    reasons: Vec<String>,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    if !approved {
        return act(desk, id, Command::Refuse { reasons }, caller, request, 200).await;
    }
    let link = load(desk, id).await?;
    let agency = desk.agency(link.request.agency_id).await?.state;
    agency.may_work(civil_date(desk.host.clock.now()))?;
    let entry = desk.service(link.request.service_id).await?.state;
    let Some(service) = entry.in_force() else {
        return Err(Fault::conflict("not_in_force", "该中介服务事项未在用"));
    };
    let (profile, service) = (Box::new(agency.profile), Box::new(service.clone()));
    act(desk, id, Command::Approve { reasons, profile, service }, caller, request, 200).await
}

/// Carries out a command on a link.
pub async fn act(
    desk: &Desk,
    id: Uuid,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    let today = civil_date(desk.host.clock.now());
    desk.host
        .ledger
        .execute_once::<Link>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(status, &LinkView::of(id, &committed.state, today))
        })
        .await
}

/// A link that exists.
pub async fn load(desk: &Desk, id: Uuid) -> Result<Link, Fault> {
    let found = desk.host.ledger.load::<Link>(&id.to_string()).await?;
    found.map(|loaded| loaded.state).ok_or_else(|| Fault::not_found("该挂接"))
}

/// A link that the caller may read.
pub async fn read(desk: &Desk, id: Uuid, caller: &Caller) -> Result<LinkView, Fault> {
    let link = load(desk, id).await?;
    if !link.may_read(&caller.principal) {
        let title = "只有申请机构、审核单位和本区域监管人员可以查看";
        return Err(Fault::forbidden("not_your_link", title));
    }
    Ok(LinkView::of(id, &link, civil_date(desk.host.clock.now())))
}
