//! A request that is repeated with its key until it is answered.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::person::Person;
use super::{PATIENCE, Traffic, held};
use crate::{Answer, Error};

/// First pause before a request is repeated; it doubles from one to the next.
const REST: Duration = Duration::from_millis(40);
/// Longest pause.
const LONG_REST: Duration = Duration::from_millis(640);
/// Of so many requests that were answered one is repeated, to see whether the answer is the same.
const AGAIN: u64 = 4;

/// A request that must be carried out once.
pub(super) struct Asked<'a> {
    by: &'a Person,
    path: String,
    status: u16,
    body: &'a Value,
    early: bool,
}

impl<'a> Asked<'a> {
    /// `POST path`, to be answered with `status`.
    pub(super) fn new(by: &'a Person, path: String, status: u16, body: &'a Value) -> Self {
        Self { by, path, status, body, early: false }
    }

    /// It may come before what makes it possible: 404 until then.
    pub(super) fn early(self) -> Self {
        Self { early: true, ..self }
    }
}

/// What was counted while insisting.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Requests sent.
    pub sent: u64,
    /// Of them acknowledged: the effect stands.
    pub acknowledged: u64,
    /// Without an answer, or cut off in the middle of it.
    pub unanswered: u64,
    /// Put off (503), by the problem's code.
    pub put_off: BTreeMap<String, u64>,
    /// Acknowledged ones that were repeated and got the same answer.
    pub confirmed: u64,
    /// Answers that should not be: each is a fault of the city.
    pub strange: Vec<String>,
}

/// [`Counts`] in the making.
#[derive(Default)]
pub(super) struct Counting(Mutex<Counts>);

impl Counting {
    pub(super) fn counts(&self) -> Counts {
        held(&self.0).clone()
    }

    fn note(&self, note: impl FnOnce(&mut Counts)) {
        note(&mut held(&self.0));
    }
}

impl Traffic {
    /// The answer that acknowledges `asked`; none when it is refused for good, which is noted as strange.
    pub(super) async fn ask(&self, key: &str, asked: Asked<'_>) -> Result<Option<Value>, Error> {
        let key = format!("{}-{key}", self.run);
        let answer = self.insist(&key, &asked).await?;
        if answer.status != asked.status {
            self.strange(&key, &answer);
            return Ok(None);
        }
        let mut acknowledged = 0;
        self.counting.note(|counts| {
            counts.acknowledged += 1;
            acknowledged = counts.acknowledged;
        });
        if acknowledged % AGAIN == 0 {
            let again = self.insist(&key, &asked).await?;
            if (again.status, &again.body) == (answer.status, &answer.body) {
                self.counting.note(|counts| counts.confirmed += 1);
            } else {
                self.strange(&format!("{key} repeated, first {}", answer.body), &again);
            }
        }
        Ok(Some(answer.body))
    }

    /// Repeats a request until the answer is definite.
    async fn insist(&self, key: &str, asked: &Asked<'_>) -> Result<Answer, Error> {
        let (began, mut rest) = (Instant::now(), REST);
        loop {
            let caller = asked.by.caller(&self.city).await?;
            self.counting.note(|counts| counts.sent += 1);
            match caller.post_once(&asked.path, key, asked.body).await {
                Ok(answer) => match answer.status {
                    503 => {
                        let code = answer.code().to_owned();
                        self.counting.note(|counts| *counts.put_off.entry(code).or_default() += 1);
                    }
                    401 => asked.by.sign_out().await,
                    404 if asked.early => {}
                    409 if answer.code() == "raced" => {}
                    500.. => self.strange(key, &answer),
                    _ => return Ok(answer),
                },
                Err(Error::NoAnswer(..)) => self.counting.note(|counts| counts.unanswered += 1),
                Err(error) => return Err(error),
            }
            if began.elapsed() > PATIENCE {
                return Err(Error::Unexpected(format!("{key}: {} is not answered", asked.path)));
            }
            sleep(rest).await;
            rest = (rest * 2).min(LONG_REST);
        }
    }

    fn strange(&self, key: &str, answer: &Answer) {
        let Answer { what, status, body } = answer;
        self.counting
            .note(|counts| counts.strange.push(format!("{key}: {what} → {status} {body}")));
    }
}
