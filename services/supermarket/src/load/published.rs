//! The directory and the documents of the sample city.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use tongban_contracts::identity::Body;
use tongban_contracts::supermarket::{
    DocumentKind, IntermediaryService, ManagementDocument, Named,
};
use tongban_kernel::{Fault, RegionCode};
use tongban_runtime::{Host, read_sample};
use uuid::Uuid;

use super::managers;
use crate::domain::{directory, document};

#[derive(Deserialize)]
struct SampleService {
    id: Uuid,
    service: IntermediaryService,
}

#[derive(Deserialize)]
struct SampleMatter {
    id: Uuid,
}

#[derive(Deserialize)]
struct SampleDocument {
    id: Uuid,
    body: Named,
    region: RegionCode,
    kind: DocumentKind,
    title: String,
    number: Option<String>,
    text: String,
}

/// Names of the sample city's bodies, by credit code.
fn bodies(data: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let bodies: Vec<Body> = read_sample(&data.join("city/bodies.json"))?;
    Ok(bodies.into_iter().map(|body| (body.uscc, body.name)).collect())
}

/// Publishes the services that are not there; gives how many.
pub async fn services(host: &Host, data: &Path) -> Result<usize, Fault> {
    let samples: Vec<SampleService> = read_sample(&data.join("supermarket/services.json"))?;
    let matters: Vec<SampleMatter> = read_sample(&data.join("city/matters.json"))?;
    let known = directory::Known {
        matters: matters.into_iter().map(|matter| matter.id).collect(),
        bodies: bodies(data)?,
    };
    let mut published = 0;
    for SampleService { id, service } in samples {
        let id = id.to_string();
        if host.ledger.load::<directory::Entry>(&id).await?.is_some() {
            continue;
        }
        let [first, second] = managers(&service.region);
        let draft = directory::Command::Draft(Box::new(service), known.clone());
        host.ledger.execute::<directory::Entry>(&id, draft, &first).await?;
        let confirm = directory::Command::Decide { confirmed: true, reason: "示例".to_owned() };
        host.ledger.execute::<directory::Entry>(&id, confirm, &second).await?;
        published += 1;
    }
    Ok(published)
}

/// Publishes the documents that are not there; gives how many.
pub async fn documents(host: &Host, data: &Path) -> Result<usize, Fault> {
    let samples: Vec<SampleDocument> = read_sample(&data.join("supermarket/documents.json"))?;
    let bodies = bodies(data)?;
    let mut published = 0;
    for sample in samples {
        let SampleDocument { id, body, region, kind, title, number, text } = sample;
        let id = id.to_string();
        if host.ledger.load::<document::Paper>(&id).await?.is_some() {
            continue;
        }
        let [first, second] = managers(&region);
        let attachments = Vec::new();
        let paper = ManagementDocument { body, region, kind, title, number, text, attachments };
        let (document, bodies) = (Box::new(paper), bodies.clone());
        let draft = document::Command::Draft { document, bodies };
        host.ledger.execute::<document::Paper>(&id, draft, &first).await?;
        let confirm = document::Command::Decide { confirmed: true, reason: "示例".to_owned() };
        host.ledger.execute::<document::Paper>(&id, confirm, &second).await?;
        published += 1;
    }
    Ok(published)
}
