//! 查看办件: the case, its history and its clocks, for those who may see it.

use tongban_contracts::intake::CaseEvent;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, Role};
use tongban_ledger::Recorded;

use super::Desk;
use crate::domain::case::CaseFile;
use crate::domain::stage::Stage;
use crate::domain::terms::Terms;
use crate::store::case::{self as store, Model, Scope};

/// A case's history (办件进度).
pub struct History {
    /// The case as it stands.
    pub case: CaseFile,
    /// Its events, oldest first.
    pub events: Vec<Recorded<CaseEvent>>,
    /// Whether the chain of hashes holds.
    pub intact: bool,
}

/// The case with its terms.
pub async fn case(desk: &Desk, id: &str, reader: &Principal) -> Result<(CaseFile, Terms), Fault> {
    let case = desk.case(id).await?;
    case.check_sight(reader)?;
    let terms = desk.terms_of(&case).await?;
    Ok((case, terms))
}

/// The case with its history.
pub async fn history(desk: &Desk, id: &str, reader: &Principal) -> Result<History, Fault> {
    let case = desk.case(id).await?;
    case.check_sight(reader)?;
    let events = desk.host.ledger.history::<CaseFile>(id).await?;
    Ok(History { case, events, intact: is_intact(desk, id).await? })
}

/// Whether the chain of hashes holds. A fault is looked at twice: an event that is just being written
/// can make the first look see half of it.
async fn is_intact(desk: &Desk, id: &str) -> Result<bool, Fault> {
    if desk.host.ledger.check::<CaseFile>(id).await?.is_ok() {
        return Ok(true);
    }
    let checked = desk.host.ledger.check::<CaseFile>(id).await?;
    if let Err(fault) = &checked {
        tracing::error!(?fault, "the history of a case was tampered with");
    }
    Ok(checked.is_ok())
}

/// An applicant's own cases, the newest first.
pub async fn own(desk: &Desk, reader: &Principal, page: &PageQuery) -> Result<Page<Model>, Fault> {
    store::newest(desk.host.db(), Scope::of_applicant(&reader.account), page).await
}

/// What waits at the window for acceptance.
pub async fn to_accept(
    desk: &Desk,
    officer: &Principal,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let stages = [Stage::Submitted, Stage::Resubmitted];
    let scope = Scope::of_officer(officer, Role::WindowClerk, &stages)?;
    store::most_urgent(desk.host.db(), scope, page).await
}

/// What waits for a decision.
pub async fn to_decide(
    desk: &Desk,
    officer: &Principal,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let scope = Scope::of_officer(officer, Role::Approver, &[Stage::Accepted])?;
    store::most_urgent(desk.host.db(), scope, page).await
}
