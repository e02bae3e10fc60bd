//! Opening an account together with its credential: both or neither.

use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, DbErr, EntityTrait as _};
use tongban_kernel::{Context, Fault, FaultKind, Principal};
use tongban_ledger::entity::request;
use tongban_ledger::{Aggregate as _, Caller, Reply, RequestKey};

use super::{App, once};
use crate::domain::account::{AccountState, Command};
use crate::domain::body::KnownBody;
use crate::domain::opening::{Known, Opening};
use crate::domain::secret::Secret;
use crate::store::{account, credential};

/// How often an opening that lost a race is judged anew.
const RACES: usize = 3;

/// An account to be opened.
pub struct Wanted<'a> {
    /// Its identifier.
    pub id: String,
    /// What is asked for.
    pub opening: Opening,
    /// The password or client secret, chosen or made.
    pub secret: Secret,
    /// What it signs in with.
    pub kind: credential::Kind,
    /// Who asks.
    pub caller: Caller,
    /// Recognises the request when it comes again.
    pub request: Option<&'a RequestKey>,
}

/// Opens the account; `answer` is kept for the same request and must hold no secret in the open.
///
/// # Errors
/// Every fault of the opening; or the database's absence.
pub async fn open(
    app: &App,
    wanted: Wanted<'_>,
    answer: impl Fn(&AccountState) -> Result<Reply, Fault>,
) -> Result<Reply, Fault> {
    let request = once::protect(app, wanted.request).await?;
    let mut hash = None;
    let mut lost = None;
    for _ in 0..RACES {
        // Looked up first: whoever finds the login taken by this very request also finds its answer.
        let known = look_up(app, &wanted.opening).await?;
        if let Some(reply) = once::answered(app, request.as_ref()).await? {
            return Ok(reply);
        }
        let command = Command::Open(Box::new(wanted.opening.clone()), known);
        ask(app, &command, &wanted.caller.principal)?;
        // Hashed once, only when the rules let it pass, and before a transaction is open.
        let hash = match &hash {
            Some(hash) => hash,
            None => hash.insert(app.hasher.hash(&wanted.secret).await?),
        };
        match commit(app, &wanted, command, hash, request.as_ref(), &answer).await {
            Ok(reply) => {
                app.host.ledger.announce();
                return Ok(reply);
            }
            // Perhaps somebody took the login or the document in the meantime: judge anew.
            Err(fault) if fault.kind() == FaultKind::Unavailable => lost = Some(fault),
            Err(fault) => return Err(fault),
        }
    }
    Err(lost.unwrap_or_else(|| Fault::unavailable("lost every race")))
}

/// What the rules have to know of the others.
async fn look_up(app: &App, opening: &Opening) -> Result<Known, Fault> {
    let db = app.host.db();
    let document_taken = match &opening.account.document {
        Some(document) => account::has_account(db, document).await?,
        None => false,
    };
    let body = match &opening.account.body {
        Some(body) => app.host.ledger.load::<KnownBody>(body).await?.map(|found| found.state.0),
        None => None,
    };
    let login_taken = credential::find(db, &opening.login).await?.is_some();
    Ok(Known { login_taken, document_taken, body })
}

/// The rules' answer alone.
fn ask(app: &App, command: &Command, actor: &Principal) -> Result<(), Fault> {
    let context = Context { now: app.host.clock.now(), actor: actor.clone() };
    AccountState::decide(None, command.clone(), &context).map(drop)
}

async fn commit(
    app: &App,
    wanted: &Wanted<'_>,
    command: Command,
    hash: &str,
    request: Option<&RequestKey>,
    answer: &impl Fn(&AccountState) -> Result<Reply, Fault>,
) -> Result<Reply, Fault> {
    let host = &app.host;
    let now = host.clock.now().timestamp_micros();
    let transaction = host.db().begin().await.map_err(tongban_db::to_fault)?;
    let committed = host
        .ledger
        .execute_within::<AccountState>(&transaction, &wanted.id, command, &wanted.caller)
        .await?;
    let reply = answer(&committed.state)?;
    let row = credential::Model {
        login: wanted.opening.login.clone(),
        kind: wanted.kind.as_str().to_owned(),
        account: wanted.id.clone(),
        hash: hash.to_owned(),
        changed_at: now,
    };
    let kept = request.map(|request| request.keep(&reply, now));
    write(&transaction, row, kept).await.map_err(raced)?;
    transaction.commit().await.map_err(raced)?;
    Ok(reply)
}

async fn write(
    transaction: &DatabaseTransaction,
    row: credential::Model,
    kept: Option<request::ActiveModel>,
) -> Result<(), DbErr> {
    let row = credential::ActiveModel::from(row).reset_all();
    credential::Entity::insert(row).exec_without_returning(transaction).await?;
    if let Some(kept) = kept {
        request::Entity::insert(kept).exec_without_returning(transaction).await?;
    }
    Ok(())
}

fn raced(error: DbErr) -> Fault {
    if tongban_db::is_duplicate(&error) {
        Fault::unavailable("lost a race for a login or an idempotency key")
    } else {
        tongban_db::to_fault(error)
    }
}
