//! 申请、答复、异议、裁定.

use std::sync::Arc;

use tongban_contracts::exchange::DataUse;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::request_view::RequestView;
use crate::domain::request::{Application, Command, Request, Word};
use crate::store::{body, matter};

/// A body asks for data.
pub async fn file(
    desk: &Desk,
    resource_id: Uuid,
    data_use: DataUse,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let resource = desk.resource(resource_id).await?;
    let db = desk.host.db();
    let own = match &caller.principal.body {
        Some(own) => body::find(db, own).await?,
        None => None,
    };
    let matters = matter::bodies(db, &data_use.matters).await?;
    let ground = Arc::clone(&desk.ground);
    let application = Application { resource_id, resource, data_use, body: own, matters, ground };
    let id: Uuid = desk.host.ledger.new_id().parse().map_err(Fault::internal)?;
    act(desk, id, Command::File(Box::new(application)), caller, request, 201).await
}

/// The source body answers; everything is judged by the resource as it is now.
pub async fn answer(
    desk: &Desk,
    id: Uuid,
    word: Word,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let resource = desk.resource(load(desk, id).await?.filed.resource_id).await?;
    act(desk, id, Command::Answer(word, Box::new(resource)), caller, request, 200).await
}

/// The authority rules.
pub async fn rule(
    desk: &Desk,
    id: Uuid,
    word: Word,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let resource = desk.resource(load(desk, id).await?.filed.resource_id).await?;
    act(desk, id, Command::Rule(word, Box::new(resource)), caller, request, 200).await
}

/// Carries out a command on a request.
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
        .execute_once::<Request>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(status, &RequestView::of(id, &committed.state))
        })
        .await
}

async fn load(desk: &Desk, id: Uuid) -> Result<Request, Fault> {
    let found = desk.host.ledger.load::<Request>(&id.to_string()).await?;
    found.map(|loaded| loaded.state).ok_or_else(|| Fault::not_found("该共享申请"))
}

/// A request that the caller may read.
pub async fn read(desk: &Desk, id: Uuid, caller: &Caller) -> Result<RequestView, Fault> {
    let request = load(desk, id).await?;
    if !request.may_read(&caller.principal) {
        let title = "只有申请单位、数源部门和本区域的主管、监督人员可以查看";
        return Err(Fault::forbidden("not_your_request", title));
    }
    Ok(RequestView::of(id, &request))
}
