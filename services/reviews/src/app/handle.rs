//! 差评处理: commands of officers, and what is read of a handling.

use tongban_kernel::{Fault, Principal};
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::api::handling_view::HandlingView;
use crate::domain::facts::{self, TagCheck};
use crate::domain::handling::{Command, Handling};
use crate::store::{case_fact, review};

/// Carries out an officer's command on a handling.
///
/// # Errors
/// The refusal of the rules; the database's absence.
pub async fn act(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let loaded = desk.host.ledger.load::<Handling>(id).await?;
    let loaded = loaded.ok_or_else(|| Fault::not_found("该差评"))?;
    let checks = checks(desk, &loaded.state).await?;
    desk.host
        .ledger
        .execute_once_on::<Handling>(id, loaded, command, caller, request, |committed| {
            Reply::json(200, &HandlingView::of(id, &committed.state, checks.clone(), &desk.tags))
        })
        .await
}

/// A handling, for who may read it.
///
/// # Errors
/// Not found; a refusal; the database's absence.
pub async fn read(desk: &Desk, id: &str, actor: &Principal) -> Result<HandlingView, Fault> {
    let loaded = desk.host.ledger.load::<Handling>(id).await?;
    let handling = loaded.ok_or_else(|| Fault::not_found("该差评"))?.state;
    handling.may_read(actor)?;
    let checks = checks(desk, &handling).await?;
    Ok(HandlingView::of(id, &handling, checks, &desk.tags))
}

/// What the case says of the tags, by what is known of it now.
async fn checks(desk: &Desk, handling: &Handling) -> Result<Vec<TagCheck>, Fault> {
    let db = desk.host.db();
    let number = &handling.bad.case_number;
    let visits = review::visits(db, number).await?;
    let known = case_fact::facts(db, number, visits).await?;
    Ok(facts::check(&handling.bad.tags, known.as_ref()))
}
