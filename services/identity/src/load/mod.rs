//! The sample city's regions, bodies and accounts.

mod accounts;
mod file;

use std::path::Path;

use tongban_contracts::identity::{Body, Region};
use tongban_kernel::{Fault, Principal};
use tongban_ledger::{Caller, Stored};
use tongban_runtime::{Host, read_sample};

use crate::domain::body::KnownBody;
use crate::domain::region::KnownRegion;

/// So many aggregates share a transaction: each commit waits for the disk once.
const BATCH: usize = 200;

/// Makes everybody known whom the sample city has and this installation has not.
pub async fn load(host: &Host, data: &Path) -> Result<String, Fault> {
    let regions: Vec<Region> = read_sample(&data.join("city/regions.json"))?;
    let bodies: Vec<Body> = read_sample(&data.join("city/bodies.json"))?;
    let regions = regions.into_iter().map(|region| (region.code.to_string(), region)).collect();
    let (regions, new_regions) = register::<KnownRegion>(host, regions).await?;
    let known = bodies.iter().map(|body| (body.uscc.clone(), body.clone())).collect();
    let (known, new_bodies) = register::<KnownBody>(host, known).await?;
    let (accounts, new_accounts) = accounts::load(host, data, &bodies).await?;
    let file = file::path(host).display().to_string();
    Ok(format!(
        "identity: {regions} regions ({new_regions} new), {known} bodies ({new_bodies} new), \
         {accounts} accounts ({new_accounts} new); passwords in {file}"
    ))
}

/// Executes one command for each aggregate; gives how many there are and how many changed.
async fn register<A: Stored>(
    host: &Host,
    commands: Vec<(String, A::Command)>,
) -> Result<(usize, usize), Fault> {
    let caller = Caller { principal: Principal::service("sample-city"), traceparent: None };
    let mut changed = 0;
    for batch in commands.chunks(BATCH) {
        let transaction = host.db().begin().await.map_err(tongban_db::to_fault)?;
        for (id, command) in batch {
            let command = command.clone();
            let done = host.ledger.execute_within::<A>(&transaction, id, command, &caller).await?;
            changed += usize::from(!done.events.is_empty());
        }
        transaction.commit().await.map_err(tongban_db::to_fault)?;
    }
    host.ledger.announce();
    Ok((commands.len(), changed))
}
