//! 提交补正: hands form and materials in again, whole and complete.

use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::domain::application::{self, Application};
use crate::domain::command::Command;
use crate::domain::stage::Stage;

/// Hands in again what the correction notice asked for.
pub async fn resubmit(
    desk: &Desk,
    id: &str,
    application: Application<'_>,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    if let Some(request) = request
        && let Some(reply) = desk.host.ledger.answered(request).await?
    {
        return Ok(reply);
    }
    let loaded = desk.loaded(id).await?;
    let case = &loaded.state;
    case.check_applicant(&caller.principal)?;
    let terms = desk.terms_of(case).await?;
    let form = application.form.clone();
    let materials = if case.stage == Stage::Correcting {
        let named = application.materials.iter().map(|material| material.file_id);
        let own = desk.own_files(&case.applicant.account, named).await?;
        let compiled = desk.form(&terms)?;
        application::check(application, case.applicant.kind, &terms, &compiled, &own)?
    } else {
        // The state does not allow it, which the ledger is to say.
        Vec::new()
    };
    let command = Command::Resubmit { form, materials };
    desk.execute(id, loaded, command, &terms, caller, request).await
}
