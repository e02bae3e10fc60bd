//! 开设工作人员或业务系统账号: an administrator opens an account for staff or a line system.

use serde_json::Value;
use tongban_contracts::identity::Account;
use tongban_kernel::entropy::readable_code;
use tongban_kernel::{Fault, PrincipalKind};
use tongban_ledger::{Caller, Reply, RequestKey};

use super::App;
use super::open_account::{Wanted, open};
use crate::api::accounts::{AccountDetail, AccountOpened};
use crate::domain::opening::Opening;
use crate::domain::secret::Secret;
use crate::store::credential::Kind;

/// Where the answer holds the secret that was made.
const SECRET: &str = "initial_password";

/// Opens the account. A secret nobody chose is made here and told in the answer, also when the same request
/// comes again; it is kept sealed.
///
/// # Errors
/// Every fault of the opening; forbidden out of the administrator's reach.
pub async fn create(
    app: &App,
    login: String,
    password: Option<Secret>,
    account: Account,
    caller: Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let id = app.host.ledger.new_id();
    let kind = match account.kind {
        PrincipalKind::System => Kind::ClientSecret,
        _ => Kind::Password,
    };
    let (secret, sealed) = match &password {
        Some(chosen) => (chosen.clone(), None),
        None => {
            let made = made(app, kind);
            let entropy = app.host.entropy.as_ref();
            let sealed = app.initial_secrets.seal_text(made.reveal(), &place(&id), entropy);
            (made, Some(sealed))
        }
    };
    let opening = Opening { login: login.clone(), chosen: password, account };
    let wanted = Wanted { id: id.clone(), opening, secret, kind, caller, request };
    let kept = open(app, wanted, |state| {
        let account = AccountDetail::of(&id, Some(login.clone()), state);
        let opened = AccountOpened { account, initial_password: sealed.clone() };
        Reply::json(201, &opened)
    })
    .await?;
    unseal(app, kept)
}

/// The answer to give, from the one that is kept.
fn unseal(app: &App, kept: Reply) -> Result<Reply, Fault> {
    let mut body: Value = serde_json::from_str(&kept.body).map_err(Fault::internal)?;
    let id = body["account"]["id"].as_str().unwrap_or_default().to_owned();
    if let Some(Value::String(secret)) = body.get_mut(SECRET) {
        let opened = app.initial_secrets.open_text(secret, &place(&id));
        *secret = opened.map_err(Fault::internal)?;
    }
    Reply::json(kept.status, &body)
}

fn place(id: &str) -> Vec<u8> {
    format!("account/{id}/initial").into_bytes()
}

/// A password that can be read out, or a client secret that need not be.
fn made(app: &App, kind: Kind) -> Secret {
    let entropy = app.host.entropy.as_ref();
    Secret::from(match kind {
        Kind::Password => {
            let parts: [String; 4] = std::array::from_fn(|_| readable_code(4, entropy));
            parts.join("-")
        }
        Kind::ClientSecret => readable_code(40, entropy),
    })
}
