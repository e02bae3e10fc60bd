//! Agencies of the sample city, what they offer, and the services they are linked to.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use tongban_contracts::identity::Account;
use tongban_contracts::supermarket::{Contact, Offer, Qualification, StaffMember};
use tongban_kernel::{Fault, Principal, PrincipalKind, RegionCode, Role};
use tongban_ledger::Caller;
use tongban_runtime::{Host, read_sample};
use uuid::Uuid;

use super::officer;
use crate::app::Desk;
use crate::domain::agency::{Agency, Command};
use crate::domain::directory::Entry;
use crate::domain::link::{self, Application, Link, link_id};
use crate::domain::profile::{Details, Organisation, agency_id};

#[derive(Deserialize)]
struct SampleAgency {
    login: String,
    details: SampleDetails,
    offers: Vec<SampleOffer>,
    links: Vec<Uuid>,
}

#[derive(Deserialize)]
struct SampleDetails {
    region: RegionCode,
    contact: Contact,
    staff: Vec<StaffMember>,
    qualifications: Vec<Qualification>,
}

#[derive(Deserialize)]
struct SampleOffer {
    service_id: Uuid,
    offer: Offer,
}

#[derive(Deserialize)]
struct SampleAccount {
    login: String,
    account: Account,
}

/// Registers the agencies that are not there; gives how many.
pub async fn load(host: &Host, data: &Path) -> Result<usize, Fault> {
    let samples: Vec<SampleAgency> = read_sample(&data.join("supermarket/agencies.json"))?;
    let accounts: Vec<SampleAccount> = read_sample(&data.join("city/accounts.json"))?;
    let accounts: BTreeMap<String, Account> =
        accounts.into_iter().map(|one| (one.login, one.account)).collect();
    let desk = Desk::start(host).map_err(Fault::internal)?;
    let mut registered = 0;
    for sample in samples {
        let account = accounts.get(&sample.login);
        let document = account.and_then(|account| account.document.as_ref());
        let (Some(account), Some(document)) = (account, document) else {
            return Err(Fault::internal(format!("{} has no account", sample.login)));
        };
        let organisation = Organisation {
            // As identity names the accounts of its sample.
            account: Uuid::new_v5(&Uuid::NAMESPACE_DNS, sample.login.as_bytes()).to_string(),
            code: document.number.clone(),
            name: account.name.clone(),
        };
        let id = agency_id(&organisation.code);
        if host.ledger.load::<Agency>(&id.to_string()).await?.is_none() {
            enter(&desk, id, organisation, sample).await?;
            registered += 1;
        }
    }
    Ok(registered)
}

async fn enter(
    desk: &Desk,
    id: Uuid,
    organisation: Organisation,
    sample: SampleAgency,
) -> Result<(), Fault> {
    let ledger = &desk.host.ledger;
    let principal = Principal {
        account: organisation.account.clone(),
        kind: PrincipalKind::Organisation,
        name: organisation.name.clone(),
        ..Principal::service("sample-city")
    };
    let caller = Caller { principal, traceparent: None };
    let SampleDetails { region, contact, staff, qualifications } = sample.details;
    let details = Details { region, contact, staff, qualifications };
    let register = Command::Register(Box::new((organisation, details)));
    let agency = ledger.execute::<Agency>(&id.to_string(), register, &caller).await?.state;
    for SampleOffer { service_id, offer } in sample.offers {
        let entry = desk.service(service_id).await?.state;
        // Somebody may have withdrawn it since it was loaded.
        let Some(service) = entry.in_force() else { continue };
        let command = Command::Offer(Box::new((service_id, service.clone(), offer)));
        ledger.execute::<Agency>(&id.to_string(), command, &caller).await?;
    }
    for service_id in sample.links {
        let entry = desk.service(service_id).await?.state;
        linked(desk, (id, &agency), (service_id, &entry), &caller).await?;
    }
    Ok(())
}

async fn linked(
    desk: &Desk,
    (agency_id, agency): (Uuid, &Agency),
    (service_id, entry): (Uuid, &Entry),
    caller: &Caller,
) -> Result<(), Fault> {
    let (Some(service), Some(published)) = (entry.in_force(), &entry.published) else {
        return Ok(());
    };
    let certificates = agency.profile.qualifications.iter().map(|one| one.number.clone());
    let application = Application {
        agency_id,
        profile: agency.profile.clone(),
        service_id,
        revision: published.revision,
        service: service.clone(),
        certificates: certificates.collect(),
        ground: desk.ground.clone(),
    };
    let ledger = &desk.host.ledger;
    let id = link_id(agency_id, service_id).to_string();
    let request = link::Command::Request(Box::new(application));
    match ledger.execute::<Link>(&id, request, caller).await {
        // Beyond the calendar nothing can be reviewed; the agencies are there all the same.
        Err(fault) if fault.code() == "calendar_not_loaded" => return Ok(()),
        done => done?,
    };
    let body = &service.industry_body.id;
    let reviewer = officer("sample-city", Role::IndustryReviewer, body, &service.region);
    let approve = link::Command::Approve {
        reasons: vec!["资质类别和人员符合要求（示例）".to_owned()],
        profile: Box::new(agency.profile.clone()),
        service: Box::new(service.clone()),
    };
    ledger.execute::<Link>(&id, approve, &reviewer).await?;
    Ok(())
}
