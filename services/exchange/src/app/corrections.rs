//! 校核申请与答复.

use std::sync::Arc;

use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::corrections::{CorrectionView, Doubt};
use crate::domain::correction::{Command, Correction, Report};

/// A reader reports data as wrong.
pub async fn report(
    desk: &Desk,
    doubt: Doubt,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let Doubt { grant_id, items, record, wrong, evidence } = doubt;
    let grant = Box::new(desk.grant(grant_id).await?);
    let ground = Arc::clone(&desk.ground);
    let report = Report { grant_id, grant, items, record, wrong, evidence, ground };
    let id: Uuid = desk.host.ledger.new_id().parse().map_err(Fault::internal)?;
    act(desk, id, Command::Report(report), caller, request, 201).await
}

/// Carries out a command on a correction.
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
        .execute_once::<Correction>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(status, &CorrectionView::of(id, &committed.state))
        })
        .await
}

/// A correction that the caller may read.
pub async fn read(desk: &Desk, id: Uuid, caller: &Caller) -> Result<CorrectionView, Fault> {
    let found = desk.host.ledger.load::<Correction>(&id.to_string()).await?;
    let one = found.ok_or_else(|| Fault::not_found("该校核申请"))?.state;
    if !one.may_read(&caller.principal) {
        let title = "只有提出单位、数源部门和本区域的主管、监督人员可以查看";
        return Err(Fault::forbidden("not_your_correction", title));
    }
    Ok(CorrectionView::of(id, &one))
}
