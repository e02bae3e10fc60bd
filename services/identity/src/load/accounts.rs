//! The sample city's accounts, and secrets for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use sea_orm::{ActiveModelTrait as _, EntityTrait as _};
use serde::Deserialize;
use tokio::task::JoinSet;
use tongban_contracts::identity::{Account, Body};
use tongban_kernel::{Fault, FaultKind, Principal, PrincipalKind, Role};
use tongban_ledger::Caller;
use tongban_runtime::{Host, read_sample};
use uuid::Uuid;

use super::BATCH;
use super::file::{self, SampleFile, SamplePerson};
use crate::domain::account::{AccountState, Command};
use crate::domain::opening::{Known, Opening};
use crate::domain::secret::Secret;
use crate::secrets::hasher::Hasher;
use crate::store::credential::{self, Kind};

#[derive(Deserialize)]
struct Person {
    login: String,
    account: Account,
}

#[derive(Deserialize)]
struct System {
    client_id: String,
    account: Account,
}

/// An account to be made known, with the name of its secret among the hashes.
struct Sample {
    login: String,
    account: Account,
    kind: Kind,
}

impl Sample {
    /// The same in every installation, so that other samples can name it.
    fn id(&self) -> String {
        Uuid::new_v5(&Uuid::NAMESPACE_DNS, self.login.as_bytes()).to_string()
    }
}

/// Opens the accounts that are not there yet; gives how many there are and how many are new.
///
/// Accounts that are there are left as they are, with the roles and the password somebody may have given
/// them since. Only when `sample-accounts.json` is gone all sample accounts get new secrets, since nobody
/// knows the old ones any more.
pub async fn load(host: &Host, data: &Path, bodies: &[Body]) -> Result<(usize, usize), Fault> {
    let samples = read(data)?;
    let path = file::path(host);
    let (mut secrets, keep) = match file::read(&path)? {
        Some(secrets) => (secrets, true),
        None => (SampleFile::fresh(host.entropy.as_ref()), false),
    };
    let there = present(host).await?;
    let wanted: Vec<&Sample> =
        samples.iter().filter(|sample| !keep || !there.contains(&sample.login)).collect();
    let hashes = hash(host, &wanted, &mut secrets).await?;
    let bodies: BTreeMap<&str, &Body> =
        bodies.iter().map(|body| (body.uscc.as_str(), body)).collect();
    let mut opened = 0;
    for batch in wanted.chunks(BATCH) {
        opened += write(host, batch, &there, &bodies, &hashes).await?;
    }
    secrets.accounts = samples.iter().filter_map(person).collect();
    file::write(&path, &secrets)?;
    Ok((samples.len(), opened))
}

fn read(data: &Path) -> Result<Vec<Sample>, Fault> {
    let people: Vec<Person> = read_sample(&data.join("city/accounts.json"))?;
    let systems: Vec<System> = read_sample(&data.join("city/systems.json"))?;
    let people = people.into_iter().map(|Person { login, account }| Sample {
        login,
        account,
        kind: Kind::Password,
    });
    let systems = systems.into_iter().map(|System { client_id, account }| Sample {
        login: client_id,
        account,
        kind: Kind::ClientSecret,
    });
    Ok(people.chain(systems).collect())
}

/// Logins somebody has already.
async fn present(host: &Host) -> Result<BTreeSet<String>, Fault> {
    let all = credential::Entity::find().all(host.db().read()).await;
    Ok(all.map_err(tongban_db::to_fault)?.into_iter().map(|row| row.login).collect())
}

fn person(sample: &Sample) -> Option<SamplePerson> {
    let Account { name, kind, roles, body, .. } = sample.account.clone();
    let login = sample.login.clone();
    (sample.kind == Kind::Password).then_some(SamplePerson { login, name, kind, roles, body })
}

/// Hashes by login. The people of the sample city share one password and, here alone, also its one hash
/// and salt: a hash for each of them would take a second and protect nothing.
async fn hash(
    host: &Host,
    wanted: &[&Sample],
    secrets: &mut SampleFile,
) -> Result<BTreeMap<String, String>, Fault> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let hasher = Hasher::start(Arc::clone(&host.entropy)).await?;
    let mut under_way = JoinSet::new();
    for sample in wanted.iter().filter(|sample| sample.kind == Kind::ClientSecret) {
        let secret = secrets.secret_of(&sample.login, host.entropy.as_ref());
        let (hasher, login) = (hasher.clone(), sample.login.clone());
        under_way.spawn(async move {
            let hash = hasher.hash(&Secret::from(secret)).await?;
            Ok::<_, Fault>((login, hash))
        });
    }
    let shared = hasher.hash(&Secret::from(secrets.password.clone())).await?;
    let people = wanted.iter().filter(|sample| sample.kind == Kind::Password);
    let mut hashes: BTreeMap<String, String> =
        people.map(|sample| (sample.login.clone(), shared.clone())).collect();
    for done in under_way.join_all().await {
        let (login, hash) = done?;
        hashes.insert(login, hash);
    }
    Ok(hashes)
}

async fn write(
    host: &Host,
    batch: &[&Sample],
    there: &BTreeSet<String>,
    bodies: &BTreeMap<&str, &Body>,
    hashes: &BTreeMap<String, String>,
) -> Result<usize, Fault> {
    let now = host.clock.now().timestamp_micros();
    let transaction = host.db().begin().await.map_err(tongban_db::to_fault)?;
    let mut rows = Vec::with_capacity(batch.len());
    for sample in batch {
        let (id, hash) = (sample.id(), hashes.get(&sample.login).cloned().unwrap_or_default());
        let row = credential::Model {
            login: sample.login.clone(),
            kind: sample.kind.as_str().to_owned(),
            account: id.clone(),
            hash,
            changed_at: now,
        };
        if there.contains(&sample.login) {
            credential::reset(&transaction, row).await.map_err(tongban_db::to_fault)?;
            continue;
        }
        let (command, caller) = opening(sample, bodies);
        host.ledger
            .execute_within::<AccountState>(&transaction, &id, command, &caller)
            .await
            .map_err(|fault| named(&sample.login, &fault))?;
        rows.push(credential::ActiveModel::from(row).reset_all());
    }
    let opened = rows.len();
    if opened > 0 {
        credential::Entity::insert_many(rows)
            .exec_without_returning(&transaction)
            .await
            .map_err(tongban_db::to_fault)?;
    }
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    host.ledger.announce();
    Ok(opened)
}

/// The command that opens a sample account, and an administrator who may give it.
fn opening(sample: &Sample, bodies: &BTreeMap<&str, &Body>) -> (Command, Caller) {
    let body = sample.account.body.as_deref().and_then(|uscc| bodies.get(uscc).copied());
    let region = body.map(|body| body.region.clone()).or(sample.account.region.clone());
    let principal = Principal {
        kind: PrincipalKind::System,
        region,
        roles: [Role::IdentityAdmin].into(),
        ..Principal::service("sample-city")
    };
    let opening =
        Opening { login: sample.login.clone(), chosen: None, account: sample.account.clone() };
    let known = Known { body: body.cloned(), ..Known::default() };
    (Command::Open(Box::new(opening), known), Caller { principal, traceparent: None })
}

fn named(login: &str, fault: &Fault) -> Fault {
    if fault.kind() == FaultKind::Unavailable {
        return fault.clone();
    }
    Fault::new(FaultKind::Invalid, "bad_sample_data", "示例数据有误")
        .with_detail(format!("{login}: {fault}"))
}
