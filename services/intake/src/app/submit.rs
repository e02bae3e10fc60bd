//! 接件: receives an application and makes a case of it.

use tongban_kernel::{Fault, FaultKind, Faults, civil_date};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::domain::application::{self, Application};
use crate::domain::command::{Command, Filing};
use crate::domain::terms::Terms;

/// Receives `application` for the matter; the same request again answers with the same case.
pub async fn submit(
    desk: &Desk,
    matter_id: Uuid,
    application: Application<'_>,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let request = request.ok_or_else(key_required)?;
    match file(desk, matter_id, application, caller).await {
        Ok((filing, terms)) => {
            let command = Command::Submit(Box::new(filing));
            desk.open(command, &terms, caller, request).await
        }
        // What was answered once stands, whatever has become of the matter or the account since.
        Err(refusal) => desk.host.ledger.answered(request).await?.ok_or(refusal),
    }
}

/// The filing that an application makes, and the terms it is filed under.
async fn file(
    desk: &Desk,
    matter_id: Uuid,
    application: Application<'_>,
    caller: &Caller,
) -> Result<(Filing, Terms), Fault> {
    let account = &caller.principal.account;
    let named = application.materials.iter().map(|material| material.file_id);
    let (applicant, terms, own) = futures::try_join!(
        desk.stores.holders.applicant(account),
        terms_in_force(desk, matter_id),
        desk.own_files(account, named),
    )?;
    let form = desk.form(&terms)?;
    let materials = application::check(application, applicant.kind, &terms, &form, &own)?;
    let today = civil_date(desk.host.clock.now());
    let number = desk.stores.serials.draw(&terms.matter.code, today).await?;
    let form = application.form.clone();
    Ok((Filing { number, applicant, form, materials, terms: terms.clone() }, terms))
}

async fn terms_in_force(desk: &Desk, matter_id: Uuid) -> Result<Terms, Fault> {
    let known = desk.stores.matters.newest(matter_id).await?;
    let (code, text) = match known {
        Some(known) if known.published => return Ok(desk.terms(matter_id, known)),
        Some(_) => ("matter_withdrawn", "该事项已取消，不再接收申请"),
        None => ("unknown_matter", "没有该事项，或尚未发布"),
    };
    let mut faults = Faults::new();
    faults.add("/matter_id", code, text);
    faults.into_result(code, text)?;
    Err(Fault::internal("a refusal named no fault"))
}

fn key_required() -> Fault {
    Fault::new(
        FaultKind::Malformed,
        "idempotency_key_required",
        "提交申请须带 Idempotency-Key 请求头，以免重复接件",
    )
}
