//! Somebody who stays signed in, whatever breaks.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::PATIENCE;
use crate::{Caller, City, Error};

/// After which one signs in anew: tokens run out after fifteen minutes.
const RENEWAL: Duration = Duration::from_secs(8 * 60);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// Somebody with a login of the sample city.
pub(super) struct Person {
    login: &'static str,
    signed_in: Mutex<Option<(Caller, Instant)>>,
}

impl Person {
    pub(super) fn new(login: &'static str) -> Self {
        Self { login, signed_in: Mutex::new(None) }
    }

    /// Signed in, however often that has to be tried.
    pub(super) async fn caller(&self, city: &City) -> Result<Caller, Error> {
        let mut signed_in = self.signed_in.lock().await;
        if let Some((caller, since)) = &*signed_in
            && since.elapsed() < RENEWAL
        {
            return Ok(caller.clone());
        }
        let began = Instant::now();
        loop {
            match city.sign_in(self.login).await {
                Ok(caller) => {
                    *signed_in = Some((caller.clone(), Instant::now()));
                    return Ok(caller);
                }
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => sleep(PAUSE).await,
            }
        }
    }

    /// The token is not taken any more.
    pub(super) async fn sign_out(&self) {
        *self.signed_in.lock().await = None;
    }

    /// `GET path`, however often that has to be tried until it is there.
    pub(super) async fn read(&self, city: &City, path: &str) -> Result<Value, Error> {
        let began = Instant::now();
        loop {
            let answer = self.caller(city).await?.get(path).await;
            match answer {
                Ok(answer) if answer.status == 200 => return Ok(answer.body),
                Ok(answer) if answer.status == 401 => self.sign_out().await,
                Ok(answer) if began.elapsed() > PATIENCE => return Ok(answer.expect(200)?.body),
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                _ => sleep(PAUSE).await,
            }
        }
    }
}
