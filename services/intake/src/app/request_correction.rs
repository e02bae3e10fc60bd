//! 一次性补正告知: tells the applicant once what is to be put right.

use tongban_contracts::intake::CorrectionItem;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::domain::command::Command;
use crate::domain::terms::Terms;

/// Gives the one correction notice.
pub async fn request_correction(
    desk: &Desk,
    id: &str,
    items: Vec<CorrectionItem>,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let command = |terms: &Terms| Command::RequestCorrection { items, terms: terms.clone() };
    desk.act(id, caller, request, command).await
}
