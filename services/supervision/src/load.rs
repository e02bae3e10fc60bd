//! The sample city's supervision: matters, objects, inspectors.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use tongban_contracts::supervision::{
    InspectionMatter, Inspector, ObjectParticulars, inspector_id,
};
use tongban_kernel::{Fault, Principal, RegionCode, Role};
use tongban_ledger::Caller;
use tongban_runtime::read_sample;

use crate::app::{Desk, objects};
use crate::domain::inspector::{self, Record};
use crate::domain::matter::{self, Entry};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleMatter {
    id: String,
    matter: InspectionMatter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleObject {
    code: String,
    particulars: ObjectParticulars,
}

/// Loads what is not there as given.
pub async fn load(desk: &Desk, data: &Path) -> Result<String, Fault> {
    let ledger = &desk.host.ledger;
    let samples: Vec<SampleMatter> = read_sample(&data.join("supervision/matters.json"))?;
    let matters = samples.len();
    for SampleMatter { id, matter } in samples {
        let caller = planner(Some(&matter.body), &matter.region);
        let command = matter::Command::Publish(Box::new(matter));
        ledger.execute::<Entry>(&id, command, &caller).await?;
    }
    let samples: Vec<SampleObject> = read_sample(&data.join("supervision/objects.json"))?;
    let (known, mut new) = (samples.len(), 0);
    let mut rest: Vec<_> = samples.into_iter().map(|one| (one.code, one.particulars)).collect();
    while !rest.is_empty() {
        let some: Vec<_> = rest.drain(..rest.len().min(500)).collect();
        let all = RegionCode::parse("320000").map_err(Fault::internal)?;
        new += objects::import(desk, some, &planner(None, &all)).await?.new;
    }
    let samples: Vec<Inspector> = read_sample(&data.join("supervision/inspectors.json"))?;
    let inspectors = samples.len();
    for inspector in samples {
        let id = inspector_id(&inspector.certificate).to_string();
        // What somebody changed since stays as it is.
        if ledger.load::<Record>(&id).await?.is_some() {
            continue;
        }
        let caller = planner(Some(&inspector.body), &inspector.region);
        let command = inspector::Command::Register(Box::new(inspector));
        ledger.execute::<Record>(&id, command, &caller).await?;
    }
    Ok(format!(
        "supervision: {matters} matters, {known} objects ({new} new), {inspectors} inspectors"
    ))
}

fn planner(body: Option<&String>, region: &RegionCode) -> Caller {
    let principal = Principal {
        body: body.cloned(),
        region: Some(region.clone()),
        roles: BTreeSet::from([Role::InspectionPlanner]),
        ..Principal::service("sample-city")
    };
    Caller { principal, traceparent: None }
}
