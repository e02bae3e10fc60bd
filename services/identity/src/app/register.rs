//! 自助注册: a citizen or an organisation opens an account. Whether the document is theirs
//! (实名核验) is for a port to the population and company registers, which does not exist yet.

use tongban_contracts::identity::Account;
use tongban_kernel::{Fault, Principal};
use tongban_ledger::{Caller, Reply, RequestKey};

use super::App;
use super::open_account::{Wanted, open};
use crate::api::accounts::AccountDetail;
use crate::domain::opening::Opening;
use crate::domain::secret::Secret;
use crate::store::credential::Kind;

/// Registers the account of a person or organisation, who is the author of its first event.
///
/// # Errors
/// Every fault of the registration.
pub async fn register(
    app: &App,
    login: String,
    password: Secret,
    account: Account,
    request: Option<RequestKey>,
) -> Result<Reply, Fault> {
    let id = app.host.ledger.new_id();
    // Nobody has signed in yet: keys of different logins never meet.
    let account_key = format!("registration:{login}");
    let request = request.map(|request| RequestKey { account: account_key, ..request });
    let principal = Principal {
        account: id.clone(),
        kind: account.kind,
        name: account.name.clone(),
        ..Principal::service("identity")
    };
    let traceparent = tongban_telemetry::current_traceparent();
    let wanted = Wanted {
        id: id.clone(),
        opening: Opening { login: login.clone(), chosen: Some(password.clone()), account },
        secret: password,
        kind: Kind::Password,
        caller: Caller { principal, traceparent },
        request: request.as_ref(),
    };
    open(app, wanted, |state| {
        let detail = AccountDetail::of(&id, Some(login.clone()), state);
        Reply::json(201, &detail)
    })
    .await
}
