//! Everything is killed and stopped at random moments, and answers are cut off.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tongban_e2e::traffic::{Load, Traffic};
use tongban_e2e::{City, Error};

use crate::judging::judge;
use crate::mesh::{Servers, Services, city};
use crate::options::Options;
use crate::plan::Plan;
use crate::proxy::Lines;
use crate::telling::Telling;

/// Plays it; whether nothing was lost, doubled or wrong.
pub async fn play(options: &Options, seed: u64) -> Result<bool, Error> {
    let mut services = Services::start(options).await?;
    let launch = services.launch().clone();
    let direct = city(&launch, &options.work.join("mesh"))?;
    let lines = Lines::lay(&launch, seed).await?;
    let through = City::new(lines.addresses(), direct.accounts().clone())?;
    let traffic = Traffic::prepare(&direct, &format!("faults-{seed}")).await?.calling(through);
    let traffic = Arc::new(traffic);
    let telling = Telling::begin();
    telling.say("the mesh is up, the load begins");
    let mut playing = JoinSet::new();
    let load = Load { workers: 6, reviewers: 3, rate: options.rate };
    playing.spawn(Arc::clone(&traffic).run(load));

    let end = Instant::now() + options.time();
    let servers = Servers::new(options);
    tokio::try_join!(
        services.strike(Plan::services(seed), end, &telling),
        servers.strike(Plan::servers(seed), end, &telling),
    )?;
    traffic.end();
    telling.say("everything runs again; what was begun is finished");
    let told = playing.join_next().await;
    let told = told.ok_or_else(|| Error::Unexpected("no traffic".into()))?;
    let told = told.map_err(|error| Error::Unexpected(error.to_string()))??;
    telling.say(&format!("{} cases are finished; comparing", told.len()));
    println!("broken: {}; answers cut off ×{}\n", telling.summary(), lines.cut());
    let counts = traffic.counts();
    let good = judge(&launch, &direct, &told, &counts, &options.work).await?;
    if lines.cut() == 0 {
        return Err(Error::Unexpected("no answer was cut off: nothing was shown".into()));
    }
    Ok(good)
}
