//! Parked events, for those who run the platform: to be looked at, and carried out once the cause is mended.

use std::sync::Arc;

use tongban_events::entity::parked::Model;
use tongban_web::token::Verifier;

use crate::process::{Ambient, Hosting, StartError, choose};
use crate::service::Service;
use crate::settings::Settings;

/// What is parked in one service.
#[derive(Debug)]
pub struct ParkedOf {
    /// The service.
    pub service: &'static str,
    /// How many were carried out just now.
    pub replayed: usize,
    /// Why the first of those that stay could not be, for each consumer that was asked to.
    pub refusals: Vec<String>,
    /// What is still parked.
    pub waiting: Vec<Model>,
}

/// Lists the parked events of the chosen services; carries out first what can be, when `replay` says so.
///
/// May be called while the services run: an event that was carried out meanwhile is noticed.
///
/// # Errors
/// When a database is away or a service cannot be prepared.
pub async fn parked(
    settings: Settings,
    services: &[Arc<dyn Service>],
    ambient: &Ambient,
    replay: bool,
) -> Result<Vec<ParkedOf>, StartError> {
    let chosen = choose(&settings, services)?;
    let verifier = Verifier::new(Vec::new(), &settings.audience, Arc::clone(&ambient.clock));
    let hosting = Hosting::new(settings, verifier, ambient)?;
    let mut found = Vec::new();
    for service in chosen {
        let host = hosting.open(service.as_ref()).await?;
        let (mut replayed, mut refusals) = (0, Vec::new());
        if replay {
            for consumer in service.start(&host).await?.consumers {
                match tongban_events::replay(&host.ledger, consumer.as_ref()).await {
                    Ok(done) => replayed += done,
                    Err(fault) => refusals.push(format!("{}: {fault}", consumer.name())),
                }
            }
        }
        let waiting = tongban_events::list(host.db().read()).await?;
        found.push(ParkedOf { service: service.info().name, replayed, refusals, waiting });
    }
    Ok(found)
}
