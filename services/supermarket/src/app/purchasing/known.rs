//! What purchases know of agencies, the directory and places.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use tongban_contracts::supermarket::Qualification;
use tongban_kernel::{Fault, civil_date};
use uuid::Uuid;

use super::Purchasing;
use crate::domain::agency::{Agency, Standing as AgencyStanding};
use crate::domain::directory::Entry;
use crate::domain::purchase::draft::ServiceFact;
use crate::domain::purchase::register::{Registrant, Standing};
use crate::store::purchasing::party;
use crate::store::{agency, credit, directory, link};

/// A service that a matter needs, with the material that is its result.
#[derive(Debug, Clone)]
pub struct NeededService {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Code of the material.
    pub material: String,
}

/// Whether a region is a known one.
///
/// # Errors
/// The database's absence.
pub async fn region(shop: &Purchasing, code: &str) -> Result<bool, Fault> {
    let found = party::find(shop.host.db().read(), code).await.map_err(tongban_db::to_fault)?;
    Ok(found.is_some())
}

/// A service of the directory, if it is in force.
///
/// # Errors
/// The database's absence.
pub async fn service(shop: &Purchasing, id: &str) -> Result<Option<ServiceFact>, Fault> {
    let found = shop.host.ledger.load::<Entry>(id).await?;
    Ok(found.as_ref().and_then(|found| found.state.in_force()).map(|service| ServiceFact {
        name: service.name.clone(),
        matters: service.matters.iter().map(|one| one.matter_id.to_string()).collect(),
        cap_fen: service.fee.cap_fen.and_then(|cap| i64::try_from(cap).ok()),
    }))
}

/// The agency of an account, as purchases of `service` see it.
///
/// # Errors
/// The database's absence.
pub async fn registrant_of(
    shop: &Purchasing,
    account: &str,
    service: &str,
) -> Result<Option<Registrant>, Fault> {
    match agency::by_account(shop.host.db(), account).await? {
        Some(id) => registrant(shop, &id, service).await,
        None => Ok(None),
    }
}

/// An agency, as purchases of `service` see it.
///
/// # Errors
/// The database's absence.
pub async fn registrant(
    shop: &Purchasing,
    id: &str,
    service: &str,
) -> Result<Option<Registrant>, Fault> {
    let Some(found) = shop.host.ledger.load::<Agency>(id).await? else { return Ok(None) };
    let agency = found.state;
    let today = civil_date(shop.host.clock.now());
    let standing = match agency.standing_on(today) {
        AgencyStanding::Active => Standing::Active,
        AgencyStanding::Suspended => Standing::Suspended,
        AgencyStanding::Excluded => Standing::Excluded,
        AgencyStanding::Left => Standing::Exited,
    };
    let linked = match (id.parse::<Uuid>(), service.parse::<Uuid>()) {
        (Ok(agency), Ok(service)) => link::approved(shop.host.db().read(), agency, service).await?,
        _ => false,
    };
    let services = linked.then(|| service.to_owned()).into_iter().collect::<BTreeSet<_>>();
    let profile = agency.profile;
    let class = credit::class_of(shop.host.db(), &profile.code).await?;
    let staff = profile.staff.iter().map(|one| (one.number.clone(), terms(&one.qualifications)));
    Ok(Some(Registrant {
        agency: id.to_owned(),
        account: profile.account.clone(),
        code: profile.code.clone(),
        name: profile.name.clone(),
        standing,
        services,
        qualifications: terms(&profile.qualifications),
        staff: staff.collect(),
        weight: shop.rules.weight(class.as_deref()),
    }))
}

/// Qualifications with their last days.
fn terms(held: &[Qualification]) -> Vec<(String, Option<NaiveDate>)> {
    held.iter().map(|one| (one.code.clone(), Some(one.valid_through))).collect()
}

/// Services whose results a matter wants among its materials.
///
/// # Errors
/// The database's absence.
pub async fn services_of_matter(
    connection: &impl ConnectionTrait,
    matter: Uuid,
) -> Result<Vec<NeededService>, Fault> {
    let found = directory::services_of_matter(connection, matter).await?;
    let with_material = found.into_iter().filter_map(|(id, name, material)| {
        Some(NeededService { id: id.to_string(), name, material: material? })
    });
    Ok(with_material.collect())
}
