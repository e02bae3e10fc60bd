//! The sample city's supermarket: directory, documents, agencies and their links.

mod agencies;
mod published;

use std::collections::BTreeSet;
use std::path::Path;

use tongban_kernel::{Fault, Principal, RegionCode, Role};
use tongban_ledger::Caller;
use tongban_runtime::Host;

/// Loads what is not there yet; what is there, somebody may have changed since, and is left alone.
///
/// # Errors
/// When the data contradict the rules or the database is away.
pub async fn load(host: &Host, data: &Path) -> Result<String, Fault> {
    let services = published::services(host, data).await?;
    let documents = published::documents(host, data).await?;
    let agencies = agencies::load(host, data).await?;
    Ok(format!(
        "supermarket: {services} services, {documents} documents, {agencies} agencies newly loaded"
    ))
}

/// One of the two officers that everything of the sample takes.
fn officer(name: &str, role: Role, body: &str, region: &RegionCode) -> Caller {
    let principal = Principal {
        body: Some(body.to_owned()),
        region: Some(region.clone()),
        roles: BTreeSet::from([role]),
        ..Principal::service(name)
    };
    Caller { principal, traceparent: None }
}

/// The two managers of the sample supermarket in a region.
fn managers(region: &RegionCode) -> [Caller; 2] {
    ["sample-city", "sample-city-2"].map(|name| officer(name, Role::MarketManager, "", region))
}
