//! 查询异议: raised by whom a reading was about, answered by the body that read, decided by a supervisor.

use std::sync::Arc;

use tongban_contracts::exchange::{ReadingFinding, ReadingMeasure};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, PrincipalKind};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::objection_view::ObjectionView;
use crate::api::objections::ObjectionList;
use crate::domain::call::Call;
use crate::domain::objection::{
    Command, Finding, Objecting, Objection, ObjectionStage, objection_id,
};
use crate::store::{objection as store, person};

/// Somebody objects to a reading of the own data.
///
/// # Errors
/// `not_your_reading`, `not_found` for a call that read nothing, `already_objected`, `text_required`.
pub async fn raise(
    desk: &Desk,
    call_id: Uuid,
    text: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let print = person::own_print(desk.host.db(), &caller.principal).await?;
    let found = desk.host.ledger.load::<Call>(&call_id.to_string()).await?;
    let call = found.ok_or_else(|| Fault::not_found("该查询记录"))?.state;
    let ground = Arc::clone(&desk.ground);
    let objecting = Box::new(Objecting { call_id, call, print, text, ground });
    act(desk, objection_id(call_id), Command::Raise(objecting), caller, request, 201).await
}

/// What an officer says about a reading, beside how the grant stands that was read by.
///
/// # Errors
/// `not_found`.
pub async fn finding(
    desk: &Desk,
    id: Uuid,
    finding: ReadingFinding,
    reason: String,
    measures: Vec<ReadingMeasure>,
) -> Result<Finding, Fault> {
    let one = load(desk, id).await?;
    let standing = desk.grant(one.raised.reading.grant_id).await?.standing();
    Ok(Finding { finding, reason, measures, standing })
}

/// The objector asks the supervisor.
///
/// # Errors
/// `not_your_objection`, `not_answered_yet`, `already_asked`, `already_decided`.
pub async fn ask_review(
    desk: &Desk,
    id: Uuid,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let print = person::own_print(desk.host.db(), &caller.principal).await?;
    let command = Command::AskReview { reason, print, ground: Arc::clone(&desk.ground) };
    act(desk, id, command, caller, request, 200).await
}

/// Carries out a command on an objection.
///
/// # Errors
/// The refusal of the rules.
pub async fn act(
    desk: &Desk,
    id: Uuid,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    let officer = caller.principal.kind == PrincipalKind::Officer;
    desk.host
        .ledger
        .execute_once::<Objection>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(status, &ObjectionView::of(id, &committed.state, officer))
        })
        .await
}

/// An objection that the caller may read.
///
/// # Errors
/// `not_found`, `not_your_objection`.
pub async fn read(desk: &Desk, id: Uuid, caller: &Caller) -> Result<ObjectionView, Fault> {
    let (one, actor) = (load(desk, id).await?, &caller.principal);
    if actor.kind == PrincipalKind::Officer {
        if !one.officer_may_read(actor) {
            let title = "只有查询单位、数源部门和本区域的主管、监督人员可以查看";
            return Err(Fault::forbidden("not_your_objection", title));
        }
        return Ok(ObjectionView::of(id, &one, true));
    }
    let print = person::own_print(desk.host.db(), actor).await?;
    if !one.is_about(&print) {
        let title = "只有提出异议的本人（本单位）可以查看";
        return Err(Fault::forbidden("not_your_objection", title));
    }
    Ok(ObjectionView::of(id, &one, false))
}

/// A list, as far as it is the caller's.
///
/// # Errors
/// `wrong_list` for a list of officers that somebody else asks for, and the other way round; `wrong_role`.
pub async fn list(
    desk: &Desk,
    list: Option<ObjectionList>,
    stage: Option<ObjectionStage>,
    actor: &Principal,
    page: &PageQuery,
) -> Result<Page<store::Model>, Fault> {
    let (db, officer) = (desk.host.db(), actor.kind == PrincipalKind::Officer);
    let usual = if officer { ObjectionList::Received } else { ObjectionList::Own };
    let list = list.unwrap_or(usual);
    if officer == (list == ObjectionList::Own) {
        return Err(Fault::forbidden("wrong_list", "您无权查看此列表"));
    }
    match list {
        ObjectionList::Own => {
            let print = person::own_print(db, actor).await?;
            store::own(db, &print, stage, page).await
        }
        ObjectionList::Received => store::received(db, actor, stage, page).await,
        ObjectionList::OfData => store::of_data(db, actor, stage, page).await,
        ObjectionList::ToDecide => store::to_decide(db, actor, stage, page).await,
        ObjectionList::Region => store::in_region(db, actor, stage, page).await,
    }
}

async fn load(desk: &Desk, id: Uuid) -> Result<Objection, Fault> {
    let found = desk.host.ledger.load::<Objection>(&id.to_string()).await?;
    found.map(|loaded| loaded.state).ok_or_else(|| Fault::not_found("该查询异议"))
}
