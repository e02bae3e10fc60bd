//! Group commit: calls that come while others are being carried out are carried out together.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::DbErr;
use tokio::sync::{Mutex, mpsc, oneshot};
use tongban_kernel::Fault;

/// How many calls may wait and be combined.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Calls that may wait; one more is turned away.
    pub waiting: usize,
    /// Calls carried out together.
    pub together: usize,
    /// Batches under way at once.
    pub batches: usize,
}

/// Carries out a batch of calls; gives one answer for each, in their order.
type Work<Q, A> = dyn Fn(Vec<Q>) -> BoxFuture<'static, Vec<Result<A, Fault>>> + Send + Sync;

type Call<Q, A> = (Q, oneshot::Sender<Result<A, Fault>>);

/// Combines concurrent calls into few batches.
///
/// A call that finds nothing under way is carried out at once and alone; nobody ever waits for company.
/// A caller that goes away does not take its call back.
pub struct Combiner<Q, A> {
    limits: Limits,
    work: Arc<Work<Q, A>>,
    // Made by the first call, which runs on the runtime that the batches are to run on.
    queue: OnceLock<mpsc::Sender<Call<Q, A>>>,
}

impl<Q: Send + 'static, A: Send + 'static> Combiner<Q, A> {
    /// Combines calls for `work`, which gives one answer for each call of a batch, in their order.
    pub fn new<F, W>(limits: Limits, work: F) -> Self
    where
        F: Fn(Vec<Q>) -> W + Send + Sync + 'static,
        W: Future<Output = Vec<Result<A, Fault>>> + Send + 'static,
    {
        let work = Arc::new(move |calls| work(calls).boxed());
        Self { limits, work, queue: OnceLock::new() }
    }

    /// Carries out one call, alone or together with others.
    ///
    /// # Errors
    /// What `work` answers; [`tongban_kernel::FaultKind::Unavailable`] when too many calls wait already.
    pub async fn call(&self, call: Q) -> Result<A, Fault> {
        let (answer, answered) = oneshot::channel();
        let queue = self.queue.get_or_init(|| self.start());
        queue.try_send((call, answer)).map_err(|_| Fault::unavailable("too many calls wait"))?;
        answered.await.unwrap_or_else(|_| Err(Fault::internal("a batch ended without an answer")))
    }

    fn start(&self) -> mpsc::Sender<Call<Q, A>> {
        let (sender, receiver) = mpsc::channel(self.limits.waiting);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..self.limits.batches {
            let (receiver, work) = (Arc::clone(&receiver), Arc::clone(&self.work));
            tokio::spawn(carry_out(receiver, work, self.limits.together));
        }
        sender
    }
}

/// Carries out batches until the last sender is gone.
async fn carry_out<Q, A>(
    receiver: Arc<Mutex<mpsc::Receiver<Call<Q, A>>>>,
    work: Arc<Work<Q, A>>,
    together: usize,
) {
    loop {
        let mut calls = Vec::new();
        if receiver.lock().await.recv_many(&mut calls, together).await == 0 {
            return;
        }
        let (calls, callers): (Vec<Q>, Vec<_>) = calls.into_iter().unzip();
        // A panic concerns this batch alone: its callers are answered by their senders' fall.
        let answers = std::panic::AssertUnwindSafe(work(calls)).catch_unwind().await;
        for (caller, answer) in callers.into_iter().zip(answers.into_iter().flatten()) {
            // Nobody listens any more: the effect stands all the same.
            let _ = caller.send(answer);
        }
    }
}

/// What a batch that found `rows` answers to each of its calls; every call learns of an error.
pub fn answer_each<R, A>(
    rows: Result<Vec<R>, DbErr>,
    count: usize,
    answers: impl FnOnce(Vec<R>) -> Vec<A>,
) -> Vec<Result<A, Fault>> {
    match rows {
        Ok(rows) => answers(rows).into_iter().map(Ok).collect(),
        Err(error) => {
            let fault = crate::to_fault(error);
            (0..count).map(|_| Err(fault.clone())).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures::future::join_all;
    use tongban_kernel::FaultKind;

    use super::*;

    const LIMITS: Limits = Limits { waiting: 8, together: 4, batches: 1 };

    /// Doubles numbers in batches, slowly; refuses 13; panics at 99.
    fn doubling(batches: Arc<AtomicUsize>) -> Combiner<u32, u32> {
        Combiner::new(LIMITS, move |calls: Vec<u32>| {
            batches.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                assert!(!calls.contains(&99), "99 is not to be doubled");
                let double = |number| match number {
                    13 => Err(Fault::conflict("unlucky", "13")),
                    _ => Ok(number * 2),
                };
                calls.into_iter().map(double).collect()
            }
        })
    }

    #[tokio::test]
    async fn concurrent_calls_share_batches_and_each_gets_its_own_answer() {
        let batches = Arc::new(AtomicUsize::new(0));
        let combiner = doubling(Arc::clone(&batches));
        let answers = join_all((10..17).map(|number| combiner.call(number))).await;
        for (number, answer) in (10..17).zip(answers) {
            match number {
                13 => assert_eq!(answer.unwrap_err().code(), "unlucky"),
                _ => assert_eq!(answer.unwrap(), number * 2),
            }
        }
        assert!(batches.load(Ordering::Relaxed) <= 3, "seven calls in batches of up to four");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_alone_does_not_wait_for_company() {
        let combiner = doubling(Arc::default());
        let began = tokio::time::Instant::now();
        assert_eq!(combiner.call(1).await.unwrap(), 2);
        assert!(began.elapsed() < Duration::from_millis(40), "one batch takes 20 ms");
    }

    #[tokio::test]
    async fn too_many_waiting_calls_are_turned_away_and_the_others_served() {
        let combiner = doubling(Arc::default());
        let answers = join_all((0..50).map(|_| combiner.call(1))).await;
        let away = answers.iter().filter(|answer| {
            answer.as_ref().is_err_and(|fault| fault.kind() == FaultKind::Unavailable)
        });
        let (away, served) = (away.count(), answers.iter().filter(|answer| answer.is_ok()).count());
        assert_eq!(away + served, 50);
        assert!(served >= LIMITS.waiting && away > 0, "{served} served, {away} turned away");
    }

    #[tokio::test]
    async fn a_panic_ends_its_batch_and_no_other() {
        let combiner = doubling(Arc::default());
        assert_eq!(combiner.call(99).await.unwrap_err().kind(), FaultKind::Internal);
        assert_eq!(combiner.call(4).await.unwrap(), 8);
    }
}
