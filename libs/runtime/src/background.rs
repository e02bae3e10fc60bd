//! Work beside the requests: kept going until the process stops.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::service::Job;

/// Runs work that ends only with the process, and begins it anew should it panic.
pub(crate) async fn supervise<F>(
    name: &'static str,
    stop: CancellationToken,
    mut work: impl FnMut() -> F + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    while !stop.is_cancelled() {
        match tokio::spawn(work()).await {
            Ok(()) => return,
            Err(error) => {
                metrics::counter!("background_panics_total", "work" => name).increment(1);
                tracing::error!(work = name, %error, "background work broke off; beginning anew");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Does a job again and again until `stop`.
pub(crate) async fn run_job(job: Arc<dyn Job>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(job.every()) => {}
        }
        if let Err(fault) = job.run().await {
            tracing::warn!(job = job.name(), %fault, "will try again");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_panics_is_begun_anew() {
        let begun = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&begun);
        supervise("test", CancellationToken::new(), move || {
            let turn = counted.fetch_add(1, Ordering::SeqCst);
            async move { assert!(turn > 0, "the first turn breaks off") }
        })
        .await;
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}
