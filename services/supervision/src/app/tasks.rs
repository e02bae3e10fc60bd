//! 抽查任务: opens tasks of published plans, replaces inspectors, cancels.

use sea_orm::DatabaseTransaction;
use tongban_contracts::draws::{DrawReplacement, DrawReplacementKind};
use tongban_contracts::supervision::{
    InspectionTask, InspectorReplacement, ReplacementCause, task_id,
};
use tongban_draw::ReplacementKind;
use tongban_kernel::{Context, Fault};
use tongban_ledger::{Caller, Order, Reply, RequestKey};

use super::{Desk, draws};
use crate::api::task_view::TaskListed;
use crate::domain::plan::Plan;
use crate::domain::task::{Command, Task};

/// Opens a task for each entry of a published plan; those that are open already are left alone.
pub async fn open(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    plan: &str,
    caller: &Caller,
) -> Result<(), Fault> {
    let Plan { plan: published, .. } = desk.there::<Plan>(plan, "该抽查计划").await?.state;
    let orders = published.entries.into_iter().map(|entry| Order::<Task> {
        id: task_id(plan, &entry.id).to_string(),
        command: Command::Open(Box::new(InspectionTask {
            plan: plan.to_owned(),
            plan_name: published.name.clone(),
            year: published.year,
            entry,
        })),
        caller: caller.clone(),
    });
    let orders = orders.collect();
    let done = desk.host.ledger.execute_all_within(transaction, orders).await;
    done.map_err(|(_, fault)| fault)
}

/// Cancels the tasks of a withdrawn plan that were not dispatched.
pub async fn close(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    plan: &str,
    reason: &str,
    caller: &Caller,
) -> Result<(), Fault> {
    let Plan { plan: published, .. } = desk.there::<Plan>(plan, "该抽查计划").await?.state;
    for entry in published.entries {
        let id = task_id(plan, &entry.id).to_string();
        let command = Command::Cancel { reason: reason.to_owned() };
        match desk.host.ledger.execute_within::<Task>(transaction, &id, command, caller).await {
            Ok(_) => {}
            // What was dispatched goes on: people were told of it.
            Err(fault) if fault.code() == "wrong_stage" => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// Replaces an inspector by the next of the same draw.
pub async fn replace(
    desk: &Desk,
    id: &str,
    body: &str,
    removed: &str,
    cause: ReplacementCause,
    reason: &str,
    caller: &Caller,
) -> Result<Task, Fault> {
    let task = desk.there::<Task>(id, "该抽查任务").await?.state;
    let context = Context { now: desk.host.clock.now(), actor: caller.principal.clone() };
    task.check_body(body, &context)?;
    let kind = match cause {
        ReplacementCause::Unavailable => ReplacementKind::Unavailable,
        ReplacementCause::Unqualified => ReplacementKind::Unqualified,
        ReplacementCause::ConflictFound => ReplacementKind::ConflictFound,
    };
    let purpose = format!("{id}:{body}");
    let given = desk.draws.replace(&purpose, removed, kind, reason, caller).await?;
    let command = replacement(desk, body, given).await?;
    Ok(desk.host.ledger.execute::<Task>(id, command, caller).await?.state)
}

/// Takes a replacement into its task; the same again changes nothing.
pub async fn take_replacement(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    purpose: &str,
    given: DrawReplacement,
    caller: &Caller,
) -> Result<(), Fault> {
    let Some((id, Some(body))) = draws::purpose_of(purpose) else { return Ok(()) };
    if desk.host.ledger.load::<Task>(id).await?.is_none() {
        return Ok(());
    }
    let command = replacement(desk, body, given).await?;
    desk.host.ledger.execute_within::<Task>(transaction, id, command, caller).await.map(drop)
}

async fn replacement(desk: &Desk, body: &str, given: DrawReplacement) -> Result<Command, Fault> {
    let cause = match given.kind {
        DrawReplacementKind::Unavailable | DrawReplacementKind::Declined => {
            ReplacementCause::Unavailable
        }
        DrawReplacementKind::Unqualified => ReplacementCause::Unqualified,
        DrawReplacementKind::ConflictFound => ReplacementCause::ConflictFound,
    };
    Ok(Command::Replace(Box::new(InspectorReplacement {
        body: body.to_owned(),
        removed: given.removed,
        added: draws::inspector(desk, &given.added).await?,
        cause,
        reason: given.reason,
    })))
}

/// Carries out a command on a task.
pub async fn act(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    desk.host
        .ledger
        .execute_once::<Task>(id, command, caller, request, |committed| {
            Reply::json(200, &TaskListed::of(id, &committed.state))
        })
        .await
}
