//! 授权的查看、暂停、恢复、撤销和试算.

use tongban_kernel::{Fault, Principal};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::grant_trial::{Trial, TrialResult};
use crate::api::grant_view::GrantView;
use crate::domain::grant::{Command, Grant};
use crate::domain::permit::{Call, permits};

/// Carries out a command on a grant.
pub async fn act(
    desk: &Desk,
    id: Uuid,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    desk.host
        .ledger
        .execute_once::<Grant>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(200, &GrantView::of(id, &committed.state))
        })
        .await
}

/// A grant that the caller may read.
pub async fn read(desk: &Desk, id: Uuid, actor: &Principal) -> Result<GrantView, Fault> {
    let grant = desk.grant(id).await?;
    if !grant.may_read(actor) {
        let title = "只有使用单位、数源部门和本区域的主管、监督人员可以查看";
        return Err(Fault::forbidden("not_your_grant", title));
    }
    Ok(GrantView::of(id, &grant))
}

/// What would be said to a call of the holder now; nothing is read, nothing is counted.
pub async fn trial(
    desk: &Desk,
    id: Uuid,
    trial: &Trial,
    actor: &Principal,
) -> Result<TrialResult, Fault> {
    let grant = desk.grant(id).await?;
    let holder = &grant.terms.holder.id;
    if actor.body.as_ref() != Some(holder) {
        let title = "只有被授权单位的人员和系统可以核对";
        return Err(Fault::forbidden("not_your_grant", title));
    }
    let resource = desk.resource(grant.terms.resource_id).await?;
    let call = Call {
        body: holder,
        purpose: trial.purpose,
        case: trial.case.as_ref().map(|case| (case.number.as_str(), case.matter_id)),
        items: &trial.items,
        at: desk.host.clock.now(),
        used_today: 0,
    };
    Ok(match permits(&grant, &resource, &call) {
        Ok(items) => TrialResult { permitted: true, items, grounds: Vec::new() },
        Err(refusal) => TrialResult { permitted: false, items: Vec::new(), grounds: refusal.0 },
    })
}
