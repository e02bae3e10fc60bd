//! 入驻、信息变更、服务报价、退出: what an agency does by itself.

use tongban_contracts::supermarket::Offer;
use tongban_kernel::{Fault, Faults};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::agency_view::AgencyFile;
use crate::domain::agency::{Agency, Command};
use crate::domain::profile::{Details, agency_id};
use crate::store::{agency, engagement, organisation};

/// Takes an agency in: its account is an organisation's, its credit code that account's.
pub async fn register(
    desk: &Desk,
    credit_code: &str,
    details: Details,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let organisation = organisation::read(desk.host.db(), &caller.principal.account).await?;
    if organisation.code != credit_code {
        let mut faults = Faults::new();
        let text = "统一社会信用代码与账号认证的代码不一致";
        faults.add("/credit_code", "not_your_code", text);
        faults.into_result("invalid_agency", "机构信息有误")?;
    }
    let id = agency_id(&organisation.code);
    let command = Command::Register(Box::new((organisation, details)));
    act(desk, id, command, caller, request, 201).await
}

/// Carries out a command on an agency and answers with all there is of it.
pub async fn act(
    desk: &Desk,
    id: Uuid,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    let now = desk.host.clock.now();
    desk.host
        .ledger
        .execute_once::<Agency>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(status, &AgencyFile::of(id, &committed.state, now))
        })
        .await
}

/// Publishes an offer for a service in force.
pub async fn offer(
    desk: &Desk,
    id: Uuid,
    service: Uuid,
    offer: Offer,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let entry = desk.service(service).await?.state;
    let Some(in_force) = entry.in_force() else {
        return Err(Fault::conflict("not_in_force", "该中介服务事项未在用"));
    };
    let command = Command::Offer(Box::new((service, in_force.clone(), offer)));
    act(desk, id, command, caller, request, 200).await
}

/// Lets an agency go whose contracts are settled.
pub async fn leave(
    desk: &Desk,
    id: Uuid,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let running = engagement::running(desk.host.db(), id).await?;
    act(desk, id, Command::Leave { reason, running }, caller, request, 200).await
}

/// The caller's own agency.
pub async fn own(desk: &Desk, caller: &Caller) -> Result<AgencyFile, Fault> {
    let found = agency::by_account(desk.host.db(), &caller.principal.account).await?;
    let id = found.ok_or_else(|| Fault::not_found("本账号的中介机构"))?;
    let id: Uuid = id.parse().map_err(Fault::internal)?;
    let agency = desk.agency(id).await?.state;
    Ok(AgencyFile::of(id, &agency, desk.host.clock.now()))
}
