//! Load in two shapes: as fast as answers come, and at a given rate whatever the answers do.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::figures::Latencies;
use crate::Error;

/// Sends one request after the other over a connection of its own.
pub trait Sender: Send + 'static {
    /// Sends the next request and reads its answer.
    ///
    /// # Errors
    /// When the answer is not the one expected.
    fn send_next(&mut self) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Every sender sends its next request as soon as it has its answer, until `time` is over: answers per
/// second, and how long they took.
///
/// # Errors
/// The first failure of a sender.
pub async fn closed<S: Sender>(
    senders: Vec<S>,
    time: Duration,
) -> Result<(f64, Latencies, Vec<S>), Error> {
    let began = Instant::now();
    let mut running = JoinSet::new();
    for mut sender in senders {
        running.spawn(async move {
            let mut taken = Vec::new();
            while began.elapsed() < time {
                let sent = Instant::now();
                sender.send_next().await?;
                taken.push(sent.elapsed());
            }
            Ok((taken, sender))
        });
    }
    let (latencies, senders) = gather(running).await?;
    Ok((latencies.count() as f64 / began.elapsed().as_secs_f64(), latencies, senders))
}

/// `rate` requests a second fall due, each taken by the next sender that is free; an answer's time counts
/// from when its request was due, so that a request which had to wait for others shows it.
///
/// # Errors
/// The first failure of a sender.
pub async fn at_rate<S: Sender>(
    senders: Vec<S>,
    rate: f64,
    time: Duration,
) -> Result<Latencies, Error> {
    let began = Instant::now();
    let next = Arc::new(AtomicU32::new(0));
    let interval = Duration::from_secs_f64(1.0 / rate);
    let mut running = JoinSet::new();
    for mut sender in senders {
        let next = Arc::clone(&next);
        running.spawn(async move {
            let mut taken = Vec::new();
            loop {
                let due = began + interval * next.fetch_add(1, Ordering::Relaxed);
                if due - began >= time {
                    return Ok((taken, sender));
                }
                sleep_until(due).await;
                sender.send_next().await?;
                taken.push(due.elapsed());
            }
        });
    }
    gather(running).await.map(|(latencies, _)| latencies)
}

async fn gather<S: 'static>(
    mut running: JoinSet<Result<(Vec<Duration>, S), Error>>,
) -> Result<(Latencies, Vec<S>), Error> {
    let (mut all, mut senders) = (Vec::new(), Vec::new());
    while let Some(ended) = running.join_next().await {
        let (taken, sender) = ended.map_err(|error| Error::Unexpected(error.to_string()))??;
        all.extend(taken);
        senders.push(sender);
    }
    Ok((Latencies::new(all), senders))
}
