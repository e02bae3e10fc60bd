//! The sample city's directory, and who was granted what.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use tongban_contracts::exchange::{
    DataResource, DataUse, Delivery, ItemAnswer, SharingKind, Verdict,
};
use tongban_contracts::identity::Body;
use tongban_contracts::supermarket::Named;
use tongban_kernel::{Fault, Principal, PrincipalKind, RegionCode, Role};
use tongban_ledger::Caller;
use tongban_runtime::{Host, read_sample};
use uuid::Uuid;

use crate::app::Desk;
use crate::domain::request::{self, Application, BodiesOfMatters, Request, Word};
use crate::domain::resource::{self, Draft, Resource, resource_id};

#[derive(Deserialize)]
struct SampleResource {
    resource: DataResource,
    delivery: Delivery,
}

#[derive(Deserialize)]
struct SampleRequest {
    id: Uuid,
    body: Named,
    region: RegionCode,
    resource: String,
    data_use: DataUse,
    /// What the source body said; nothing when the request still waits.
    answer: Option<SampleAnswer>,
}

#[derive(Deserialize)]
struct SampleAnswer {
    reason: String,
    verdict: Verdict,
    #[serde(default)]
    items: Vec<ItemAnswer>,
}

#[derive(Deserialize)]
struct SampleMatter {
    id: Uuid,
    matter: MatterOf,
}

#[derive(Deserialize)]
struct MatterOf {
    body: String,
}

/// Loads what is not there yet; what is there, somebody may have changed since, and is left alone.
///
/// # Errors
/// When the data contradict the rules or the database is away.
pub async fn load(host: &Host, data: &Path) -> Result<String, Fault> {
    let bodies: Vec<Body> = read_sample(&data.join("city/bodies.json"))?;
    let resources = publish(host, data, &bodies).await?;
    let requests = ask(host, data, &bodies).await?;
    Ok(format!("exchange: {resources} resources, {requests} requests newly loaded"))
}

fn steward(body: &str, region: &RegionCode) -> Caller {
    let principal = Principal {
        kind: PrincipalKind::Officer,
        body: Some(body.to_owned()),
        region: Some(region.clone()),
        roles: BTreeSet::from([Role::DataSteward]),
        ..Principal::service("sample-city")
    };
    Caller { principal, traceparent: None }
}

fn name_of(bodies: &[Body], code: &str) -> Option<String> {
    bodies.iter().find(|body| body.uscc == code).map(|body| body.name.clone())
}

async fn publish(host: &Host, data: &Path, bodies: &[Body]) -> Result<usize, Fault> {
    let samples: Vec<SampleResource> = read_sample(&data.join("exchange/resources.json"))?;
    let mut published = 0;
    for SampleResource { resource, delivery } in samples {
        let id = resource_id(&resource.code).to_string();
        if host.ledger.load::<Resource>(&id).await?.is_some() {
            continue;
        }
        let caller = steward(&resource.source_body.id, &resource.region);
        let body_name = name_of(bodies, &resource.source_body.id);
        let draft = Box::new(Draft { resource, delivery, body_name });
        host.ledger.execute::<Resource>(&id, resource::Command::Publish(draft), &caller).await?;
        published += 1;
    }
    Ok(published)
}

async fn ask(host: &Host, data: &Path, bodies: &[Body]) -> Result<usize, Fault> {
    let samples: Vec<SampleRequest> = read_sample(&data.join("exchange/requests.json"))?;
    let matters: Vec<SampleMatter> = read_sample(&data.join("city/matters.json"))?;
    let matters: BodiesOfMatters =
        matters.into_iter().map(|one| (one.id, one.matter.body)).collect();
    let desk = Desk::start(host).map_err(Fault::internal)?;
    let mut asked = 0;
    for sample in samples {
        if host.ledger.load::<Request>(&sample.id.to_string()).await?.is_none() {
            asked += usize::from(file(&desk, sample, &matters, bodies).await?);
        }
    }
    Ok(asked)
}

/// Makes a request and answers it; gives whether there is one now.
async fn file(
    desk: &Desk,
    sample: SampleRequest,
    matters: &BodiesOfMatters,
    bodies: &[Body],
) -> Result<bool, Fault> {
    let SampleRequest { id, body, region, resource, mut data_use, answer } = sample;
    let resource_id = resource_id(&resource);
    let resource = desk.resource(resource_id).await?;
    // The sample's terms are as long as the rules allow, whenever it is loaded.
    data_use.through = desk.ground.latest(tongban_kernel::civil_date(desk.host.clock.now()));
    let sharing = resource.resource.sharing;
    let (source, its_region) =
        (resource.resource.source_body.id.clone(), resource.resource.region.clone());
    let application = Application {
        resource_id,
        resource: resource.clone(),
        data_use,
        body: name_of(bodies, &body.id).map(|name| Named { id: body.id.clone(), name }),
        matters: matters.clone(),
        ground: Arc::clone(&desk.ground),
    };
    let (ledger, id) = (&desk.host.ledger, id.to_string());
    let filing = request::Command::File(Box::new(application));
    match ledger.execute::<Request>(&id, filing, &steward(&body.id, &region)).await {
        // Beyond the calendar no limit can be told; the directory is there all the same.
        Err(fault) if fault.code() == "calendar_not_loaded" => return Ok(false),
        done => done?,
    };
    let Some(SampleAnswer { reason, verdict, items }) = answer else { return Ok(true) };
    if sharing == SharingKind::Conditional {
        let word = Word { reason, verdict, items };
        let command = request::Command::Answer(word, Box::new(resource));
        ledger.execute::<Request>(&id, command, &steward(&source, &its_region)).await?;
    }
    Ok(true)
}
