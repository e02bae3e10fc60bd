//! What it takes to see a draw to its end: histories that give public values, and witnesses.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm_migration::MigrationTrait;
use serde_json::{Value, json};
use tongban_contracts::draws::DrawWitness;
use tongban_contracts::of::{Licences, Matters, Owner};
use tongban_draw::{Digest, commitment};
use tongban_drawing::Pulses;
use tongban_kernel::Principal;
use tongban_ledger::Replay;
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{Api, ServiceInfo};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::city::{Answer, TestCity, eventually};
use crate::people::officer;

/// The services whose histories draws name by default, with nothing else in them: for tests of a service
/// that holds draws and runs without the real ones.
pub fn sources() -> Vec<Arc<dyn Service>> {
    vec![Arc::new(Source::<Matters>(PhantomData)), Arc::new(Source::<Licences>(PhantomData))]
}

struct Source<S>(PhantomData<fn() -> S>);

#[async_trait]
impl<S: Owner> Service for Source<S> {
    fn info(&self) -> ServiceInfo {
        ServiceInfo { name: S::NAME, title: "Source", description: "公开随机数来源" }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        Pulses::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        Pulses::aggregates::<S>()
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), OpenApiRouter::<()>::new())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let api = Api { router: axum::Router::new(), openapi: self.openapi() };
        let Pulses { consumer, job } = Pulses::mount::<S>(host);
        Ok(Started { api, consumers: vec![consumer], jobs: vec![job] })
    }
}

/// A witness with its secret seed.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Its name in draws, and its account.
    pub party: String,
    /// Who signs in for it.
    pub principal: Principal,
    /// Its seed.
    pub seed: [u8; 32],
}

impl Witness {
    /// An officer of the discipline inspection (纪检监察) of 海州区.
    pub fn new(party: &str) -> Self {
        let principal = officer(party, "11320706MB0000099X", "320706", &[]);
        let mut seed = [7; 32];
        seed.iter_mut().zip(party.bytes()).for_each(|(to, from)| *to = from);
        Self { party: party.to_owned(), principal, seed }
    }

    /// As it is named in a proposal.
    pub fn named(&self) -> DrawWitness {
        DrawWitness {
            party: self.party.clone(),
            name: format!("{}（示例）", self.party),
            account: self.principal.account.clone(),
        }
    }

    /// Its commitment to the draw at `path`, such as `/supervision/v1/draws/plan-1/1`.
    pub async fn commit(&self, city: &TestCity, path: &str) -> Answer {
        let view = view(city, path).await;
        let terms = view["terms"].as_str().expect("a digest");
        let digest: Digest = terms.parse().expect("a digest");
        let draw = view["draw"].as_str().expect("an identifier");
        let made = commitment(draw, digest, &self.party, &self.seed).to_string();
        let body = json!({"terms": terms, "commitment": made});
        city.caller(&self.principal).post(&format!("{path}/commitments"), &body).await
    }

    /// Opens its seed.
    pub async fn open(&self, city: &TestCity, path: &str) -> Answer {
        let body = json!({"seed": hex(&self.seed)});
        city.caller(&self.principal).post(&format!("{path}/openings"), &body).await
    }
}

/// Bytes as draws write them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The draw at `path`, as anyone sees it.
pub async fn view(city: &TestCity, path: &str) -> Value {
    city.anyone().get(path).await.expect(200).body
}

/// The draw at `path`, once `ready` says so. All histories sign meanwhile, so that nobody waits for the interval.
pub async fn until(city: &TestCity, path: &str, ready: impl Fn(&Value) -> bool) -> Value {
    eventually("the draw to go on", async || {
        for host in city.hosts() {
            host.history.sequence().await.expect("places");
            host.history.checkpoint().await.expect("a checkpoint");
        }
        let view = view(city, path).await;
        ready(&view).then_some(view)
    })
    .await
}

/// Waits until the histories of the sources are known to the services that hold draws.
pub async fn sources_known(city: &TestCity) {
    eventually("the sources to be told of", async || {
        for host in city.hosts() {
            host.history.sequence().await.expect("places");
            host.history.checkpoint().await.expect("a checkpoint");
        }
        for host in city.hosts() {
            let holds = tongban_contracts::draws::HOLDERS.contains(&host.history.service());
            if holds && known(host).await < 2 {
                return None;
            }
        }
        Some(())
    })
    .await;
}

async fn known(host: &Host) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let db = host.db().read();
    let count = Statement::from_string(
        db.get_database_backend(),
        "SELECT count(*) AS count FROM draw_source",
    );
    let row = db.query_one_raw(count).await.expect("the table").expect("a row");
    row.try_get("", "count").expect("a number")
}

/// Sees a draw whose witnesses have committed to its public value; the draw as it was announced.
pub async fn valued(city: &TestCity, path: &str) -> Value {
    let announced = until(city, path, |view| view["announcement"].is_string()).await;
    pass(city, &announced["randomness"]["value"]["after"]);
    until(city, path, |view| view["value"].is_object()).await;
    announced
}

/// Sees a draw that was proposed to its result: all `witnesses` commit and open.
pub async fn hold(city: &TestCity, path: &str, witnesses: &[Witness]) -> Value {
    for witness in witnesses {
        witness.commit(city, path).await.expect(201);
    }
    valued(city, path).await;
    for witness in witnesses {
        witness.open(city, path).await.expect(201);
    }
    until(city, path, |view| view["state"] == "drawn").await
}

/// Lets the time of an answer pass.
pub fn pass(city: &TestCity, at: &Value) {
    let at: DateTime<Utc> = at.as_str().expect("a time").parse().expect("a time");
    city.set_time(at + chrono::TimeDelta::seconds(1));
}
