//! 签名调用: systems are registered, retired, and recognised by what they signed.

use axum::http::HeaderMap;
use tongban_contracts::exchange::SigningScheme;
use tongban_kernel::{Fault, Principal, PrincipalKind};
use tongban_ledger::Caller;
use tongban_outbound::signing::{
    National, NationalCall, Secret, SignatureFault, SmCall, SmSettings, Verified, WINDOW,
};
use uuid::Uuid;

use super::Desk;
use crate::api::calling::{CallingKey, CallingView};
use crate::domain::calling::{Calling, Command};
use crate::store::calling as store;

/// Random bytes of a secret.
const SECRET: usize = 32;

/// Registers a system. A secret is told once and kept sealed; of a system that signs with SM2 only the public key is known.
///
/// # Errors
/// `invalid_system`; the database's absence.
pub async fn register(desk: &Desk, command: Command, caller: &Caller) -> Result<CallingKey, Fault> {
    let host = &desk.host;
    let shares = matches!(command, Command::Register { scheme: SigningScheme::National, .. });
    let id: Uuid = host.ledger.new_id().parse().map_err(Fault::internal)?;
    let transaction = host.db().begin().await.map_err(tongban_db::to_fault)?;
    let name = id.to_string();
    let done = host.ledger.execute_within::<Calling>(&transaction, &name, command, caller).await?;
    let secret = if shares {
        let mut random = [0_u8; SECRET];
        host.entropy.fill(&mut random);
        let secret = hex::encode(random);
        let sealed =
            desk.secrets.seal_text(&secret, place(&name).as_bytes(), host.entropy.as_ref());
        store::keep_secret(&transaction, &name, sealed).await?;
        Some(secret)
    } else {
        None
    };
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    host.ledger.announce();
    Ok(CallingKey { system: CallingView::of(id, &done.state), secret })
}

/// Takes nothing more of a system.
///
/// # Errors
/// The refusal of the rules; the database's absence.
pub async fn retire(
    desk: &Desk,
    id: Uuid,
    reason: String,
    caller: &Caller,
) -> Result<CallingView, Fault> {
    let command = Command::Retire(reason);
    let done = desk.host.ledger.execute::<Calling>(&id.to_string(), command, caller).await?;
    Ok(CallingView::of(id, &done.state))
}

/// Who signed a call of `grant`, once.
///
/// # Errors
/// `bad_signature`, `outside_time_window`, `replayed`; `not_registered` for who is unknown or retired, and for one that signs
/// otherwise.
pub async fn recognise(
    desk: &Desk,
    grant: Uuid,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Caller, Fault> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let settings = SmSettings::default();
    let (id, system, verified) = if headers.contains_key(format!("{}sign", settings.prefix)) {
        let call = SmCall::read(&settings, header)?;
        called(&call.service, grant)?;
        let system = known(desk, &call.requester, SigningScheme::Sm).await?;
        let verifier = system.verifier().map_err(Fault::internal)?;
        let verified = call.verify(&verifier, body, desk.host.clock.now(), WINDOW)?;
        (call.requester, system, verified)
    } else {
        let call = NationalCall::read(National::EXCHANGE, header)?;
        called(&call.service, grant)?;
        let system = known(desk, &call.requester, SigningScheme::National).await?;
        let secret = secret(desk, &call.requester).await?;
        let verified = call.verify(&secret, desk.host.clock.now(), WINDOW)?;
        (call.requester, system, verified)
    };
    once(desk, &verified).await?;
    let Calling { system, .. } = system;
    let principal = Principal {
        account: id,
        kind: PrincipalKind::System,
        name: system.name,
        body: Some(system.body),
        region: Some(system.region),
        roles: [].into(),
    };
    Ok(Caller { principal, traceparent: tongban_telemetry::current_traceparent() })
}

async fn once(desk: &Desk, verified: &Verified) -> Result<(), Fault> {
    verified.first_time(&store::SharedGuard(desk.host.db()), desk.host.clock.now()).await
}

/// What was signed has to be what is called: the service is the grant.
fn called(service: &str, grant: Uuid) -> Result<(), Fault> {
    if service == grant.to_string() { Ok(()) } else { Err(SignatureFault::Wrong.into()) }
}

async fn known(desk: &Desk, id: &str, scheme: SigningScheme) -> Result<Calling, Fault> {
    let found = desk.host.ledger.load::<Calling>(id).await?.map(|loaded| loaded.state);
    let found = found.filter(|one| !one.retired && one.system.scheme == scheme);
    found.ok_or_else(|| Fault::forbidden("not_registered", "该系统未登记该签名方式，或已停用"))
}

async fn secret(desk: &Desk, id: &str) -> Result<Secret, Fault> {
    let sealed = store::secret_of(desk.host.db(), id).await?;
    let sealed = sealed.ok_or_else(|| Fault::internal("a system without its secret"))?;
    let text = desk.secrets.open_text(&sealed, place(id).as_bytes()).map_err(Fault::internal)?;
    Secret::new(text).ok_or_else(|| Fault::internal("an empty secret"))
}

/// The place of a system's secret.
fn place(id: &str) -> String {
    format!("calling_secret/{id}")
}
