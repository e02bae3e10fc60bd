//! What the city holds in the end, read as its applicant may.

use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::case::CASES;
use crate::{Caller, City, Error};

/// Cases read at once.
const READERS: usize = 8;

/// One case as the city shows it.
#[derive(Debug, Clone)]
pub struct SeenCase {
    /// The case.
    pub case: Value,
    /// Its timeline.
    pub timeline: Value,
    /// Its review, if there is one.
    pub review: Option<Value>,
}

/// Everything that the traffic's applicant can see.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// All cases.
    pub cases: Vec<SeenCase>,
    /// All licences, as listed.
    pub licences: Vec<Value>,
    /// Cases that may still be reviewed.
    pub rights: Vec<Value>,
}

impl Seen {
    /// Reads all there is; nothing may break meanwhile.
    ///
    /// # Errors
    /// When something is not answered.
    pub async fn read(city: &City) -> Result<Self, Error> {
        let caller = city.sign_in("citizen.chen").await?;
        let licences = all(&caller, "/licences/v1/licences").await?;
        let rights = all(&caller, "/reviews/v1/rights").await?;
        let listed = all(&caller, CASES).await?;
        let ids: Vec<String> =
            listed.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect();
        let ids = Arc::new(ids);
        let mut reading = JoinSet::new();
        for first in 0..READERS {
            let (caller, ids) = (caller.clone(), Arc::clone(&ids));
            reading.spawn(async move {
                let mut cases = Vec::new();
                for id in ids.iter().skip(first).step_by(READERS) {
                    cases.push(case(&caller, id).await?);
                }
                Ok::<_, Error>(cases)
            });
        }
        let mut cases = Vec::with_capacity(ids.len());
        while let Some(some) = reading.join_next().await {
            cases.extend(some.map_err(|error| Error::Unexpected(error.to_string()))??);
        }
        Ok(Self { cases, licences, rights })
    }
}

async fn case(caller: &Caller, id: &str) -> Result<SeenCase, Error> {
    let case = caller.get(&format!("{CASES}/{id}")).await?.expect(200)?.body;
    let timeline = caller.get(&format!("{CASES}/{id}/timeline")).await?.expect(200)?.body;
    let review = caller.get(&format!("/reviews/v1/reviews/{id}")).await?;
    let review = if review.status == 404 { None } else { Some(review.expect(200)?.body) };
    Ok(SeenCase { case, timeline, review })
}

/// All rows of a list, page by page.
async fn all(by: &Caller, path: &str) -> Result<Vec<Value>, Error> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let page = by.get(&format!("{path}?limit=100{after}")).await?.expect(200)?.body;
        rows.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(rows),
        }
    }
}
