//! 执法检查人员名录库: registers inspectors, changes, recusals and departures.

use tongban_contracts::supervision::{Inspector, inspector_id};
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::api::inspectors::InspectorView;
use crate::domain::inspector::{Command, Record};
use crate::domain::object::Object;

/// Registers an inspector; one certificate, one inspector.
pub async fn register(
    desk: &Desk,
    inspector: Inspector,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let id = inspector_id(&inspector.certificate).to_string();
    act(desk, &id, Command::Register(Box::new(inspector)), caller, request, 201).await
}

/// Notes that an inspector may not inspect an object.
pub async fn recuse(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    if let Command::Recuse { object, .. } = &command {
        desk.there::<Object>(object, "该检查对象").await?;
    }
    act(desk, id, command, caller, request, 200).await
}

/// Carries out a command on an inspector's record.
pub async fn act(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    let today = tongban_kernel::civil_date(desk.host.clock.now());
    desk.host
        .ledger
        .execute_once::<Record>(id, command, caller, request, |committed| {
            Reply::json(status, &InspectorView::of(id, &committed.state, today))
        })
        .await
}
