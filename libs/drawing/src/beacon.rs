//! A public beacon over HTTP, in drand's form (公开随机数信标).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tongban_contracts::draws::RandomValue;
use tongban_kernel::Fault;

/// How long a beacon may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// No value is longer, in bytes.
const LONGEST: usize = 16 * 1024;

/// A beacon: a value every so many seconds, each with its number.
#[derive(Debug, Clone)]
pub(crate) struct Beacon {
    client: reqwest::Client,
    url: String,
    name: String,
    genesis: DateTime<Utc>,
    period: i64,
}

/// A value as it is published.
#[derive(Deserialize)]
struct Published {
    round: u64,
    randomness: String,
    signature: String,
}

impl Beacon {
    /// The beacon at `url`, whose first round was at `genesis` (seconds since 1970), and then one every `period`
    /// seconds.
    ///
    /// # Errors
    /// When there can be no client, or no such moment.
    pub(crate) fn new(url: &str, name: &str, genesis: i64, period: u32) -> Result<Self, Fault> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(Fault::internal)?;
        let genesis = DateTime::from_timestamp(genesis, 0)
            .ok_or_else(|| Fault::internal("draw_beacon_genesis is no moment"))?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { client, url, name: name.to_owned(), genesis, period: i64::from(period) })
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The number and the time of the first round after a moment.
    fn first_after(&self, after: DateTime<Utc>) -> (u64, DateTime<Utc>) {
        let since = (after - self.genesis).num_microseconds().unwrap_or(i64::MAX);
        // Rounds count from 1; one that falls on the moment is not after it.
        let index = if since < 0 { 0 } else { since / (self.period * 1_000_000) + 1 };
        let round = u64::try_from(index).unwrap_or(0) + 1;
        (round, self.genesis + TimeDelta::seconds(index.saturating_mul(self.period)))
    }

    /// The first value after a moment, if it is there yet.
    ///
    /// # Errors
    /// When the beacon is away, or says what no such beacon can say.
    pub(crate) async fn value(&self, after: DateTime<Utc>) -> Result<Option<RandomValue>, Fault> {
        let (round, at) = self.first_after(after);
        let away = |error: reqwest::Error| Fault::unavailable(format!("the beacon: {error}"));
        let address = format!("{}/public/{round}", self.url);
        let mut answer = self.client.get(address).send().await.map_err(away)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::TOO_EARLY => return Ok(None),
            other => return Err(Fault::unavailable(format!("the beacon answers {other}"))),
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(away)? {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST {
                return Err(Fault::unavailable("the beacon's value is too long"));
            }
        }
        let wrong = |why: &str| Fault::unavailable(format!("the beacon's round {round}: {why}"));
        let read: Published =
            serde_json::from_slice(&body).map_err(|error| wrong(&error.to_string()))?;
        if read.round != round {
            return Err(wrong("is another one"));
        }
        // The value is the hash of the signature, by which others can check it with the beacon's key.
        let signature = hex::decode(&read.signature).map_err(|error| wrong(&error.to_string()))?;
        if hex::encode(Sha256::digest(signature)) != read.randomness {
            return Err(wrong("is not the hash of its signature"));
        }
        Ok(Some(RandomValue::Beacon { at, bytes: read.randomness, round }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_round_after_a_moment() {
        let beacon = Beacon::new("http://127.0.0.1:9/", "b", 1_000, 30).unwrap();
        let first = |second: i64, micro: u32| {
            let after = DateTime::from_timestamp(second, micro * 1_000).unwrap();
            let (round, at) = beacon.first_after(after);
            assert!(at > after, "{at} is not after {after}");
            (round, at.timestamp())
        };
        assert_eq!(first(0, 0), (1, 1_000));
        assert_eq!(first(999, 999_999), (1, 1_000));
        assert_eq!(first(1_000, 0), (2, 1_030), "not the one at the very moment");
        assert_eq!(first(1_029, 999_999), (2, 1_030));
        assert_eq!(first(1_030, 1), (3, 1_060));
    }
}
