//! The sample city's matters.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use tongban_contracts::matters::Matter;
use tongban_kernel::{Fault, Principal, Role};
use tongban_ledger::Caller;
use tongban_runtime::{Host, read_sample};

use crate::domain::matter::{Command, Entry};

#[derive(Deserialize)]
struct Sample {
    id: String,
    matter: Matter,
}

/// Publishes every sample matter that is not in force as given.
pub async fn load(host: &Host, data: &Path) -> Result<String, Fault> {
    let samples: Vec<Sample> = read_sample(&data.join("city/matters.json"))?;
    let count = samples.len();
    let mut published = 0;
    for Sample { id, matter } in samples {
        let principal = Principal {
            body: Some(matter.body.clone()),
            region: Some(matter.region.clone()),
            roles: BTreeSet::from([Role::MatterEditor]),
            ..Principal::service("sample-city")
        };
        let caller = Caller { principal, traceparent: None };
        let command = Command::Publish(Box::new(matter));
        let done = host.ledger.execute::<Entry>(&id, command, &caller).await?;
        published += done.events.len();
    }
    Ok(format!("matters: {count} matters, {published} newly published"))
}
