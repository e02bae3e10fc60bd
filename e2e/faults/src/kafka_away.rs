//! Kafka is away for long: submissions go on, the backlog drains by itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tongban_e2e::traffic::{Load, Traffic};
use tongban_e2e::{Error, Launch, SERVICES};

use crate::judging::judge;
use crate::mesh::{Servers, Services, city};
use crate::options::Options;
use crate::telling::Telling;

/// Load before Kafka goes and after it is back.
const CALM: Duration = Duration::from_secs(5);
/// Looks at how it goes on, while Kafka is away.
const LOOKS: u32 = 20;

/// Plays it; whether nothing was lost, doubled or wrong, and submissions went on all the time.
pub async fn play(options: &Options, seed: u64) -> Result<bool, Error> {
    let services = Services::start(options).await?;
    let launch = services.launch().clone();
    let city = city(&launch, &options.work.join("mesh"))?;
    let traffic = Arc::new(Traffic::prepare(&city, &format!("faults-{seed}")).await?);
    let telling = Telling::begin();
    let mut playing = JoinSet::new();
    let load = Load { workers: 6, reviewers: 8, rate: options.rate };
    playing.spawn(Arc::clone(&traffic).run(load));
    sleep(CALM).await;

    let servers = Servers::new(options);
    let stopped = servers.stop("kafka").await?;
    telling.say("SIGSTOP kafka");
    let half = options.time() / 2;
    let mut stood_still = watch(half, &traffic, &launch, &telling).await?;
    servers.kill("kafka").await?;
    drop(stopped);
    telling.say("kill -9 kafka");
    stood_still.extend(watch(half, &traffic, &launch, &telling).await?);
    servers.start("kafka").await?;
    let back = Instant::now();
    telling.say(&format!("Kafka is back; {}", backlog(&traffic, &launch).await?));
    sleep(CALM).await;
    traffic.end();
    while outbox(&launch).await? > 0 {
        sleep(Duration::from_millis(200)).await;
    }
    telling.say(&format!("the outbox is empty {:.1} s later", back.elapsed().as_secs_f64()));
    let told = playing.join_next().await;
    let told = told.ok_or_else(|| Error::Unexpected("no traffic".into()))?;
    let told = told.map_err(|error| Error::Unexpected(error.to_string()))??;
    let after = back.elapsed().as_secs_f64();
    telling.say(&format!("licences and reviews of {} cases: {after:.1} s later", told.len()));
    let mut counts = traffic.counts();
    counts.strange.extend(stood_still);
    judge(&launch, &city, &told, &counts, &options.work).await
}

/// Looks again and again whether commands are acknowledged; gives the times in which none was.
async fn watch(
    time: Duration,
    traffic: &Traffic,
    launch: &Launch,
    telling: &Telling,
) -> Result<Vec<String>, Error> {
    let (began, mut before) = (Instant::now(), traffic.counts().acknowledged);
    let mut stood_still = Vec::new();
    for look in 1..=LOOKS / 2 {
        sleep_until(began + time * look / (LOOKS / 2)).await;
        let now = traffic.counts().acknowledged;
        let more = now - before;
        telling.say(&format!("{more} more acknowledged; {}", backlog(traffic, launch).await?));
        if more == 0 {
            stood_still.push("nothing was acknowledged while Kafka was away".to_owned());
        }
        before = now;
    }
    Ok(stood_still)
}

async fn backlog(traffic: &Traffic, launch: &Launch) -> Result<String, Error> {
    let (events, cases) = (outbox(launch).await?, traffic.waiting());
    Ok(format!("{events} events in the outboxes, {cases} cases wait for their licence"))
}

/// Events that wait in the outboxes of all services, by their metrics.
async fn outbox(launch: &Launch) -> Result<u64, Error> {
    let mut sum = 0.0;
    for service in SERVICES {
        let url = format!("{}/metrics", launch.base(service));
        let away = |error| Error::NoAnswer(url.clone(), error);
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build();
        let answer = http.map_err(away)?.get(&url).send().await.map_err(away)?;
        let text = answer.text().await.map_err(away)?;
        let lines = text.lines().filter(|line| line.starts_with("outbox_waiting{"));
        sum += lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    Ok(sum as u64)
}
