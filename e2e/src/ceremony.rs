//! A draw as its witness lives through it: commitment, public value, opening; then anyone recomputes it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tongban_draw::{Checks, Digest, Verified, commitment, verify};
use tongban_kernel::{Entropy as _, SystemEntropy};
use tongban_proof::PublishedKeys;

use crate::{Answer, Caller, Error, Story};

/// How long a step of a draw of the sample city may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// The services whose histories give public values.
const SOURCES: [&str; 2] = ["matters", "licences"];

/// A draw that the witness is committed to.
pub struct Committed {
    path: String,
    seed: [u8; 32],
}

/// Calls for a draw at `path`. A city that has just started may not know yet where public values come from: it says
/// so, and is asked again.
///
/// # Errors
/// When it still does not know after a minute.
pub(crate) async fn called(caller: &Caller, path: &str, parties: &Value) -> Result<Answer, Error> {
    crate::case::until("a source of public values", async || {
        let answer = caller.post(path, parties).await?;
        Ok((answer.code() != "no_public_value").then_some(answer))
    })
    .await
}

/// Commits `witness`, named `party`, to the draw at `path`, with a seed that nobody else knows.
///
/// # Errors
/// When the draw does not take it.
pub async fn commit(
    story: &mut Story<'_>,
    witness: &Caller,
    party: &str,
    path: &str,
) -> Result<Committed, Error> {
    let view = story.city.anyone().get(path).await?.expect(200)?;
    let (draw, terms) = (view.text("/draw")?, view.text("/terms")?);
    let digest: Digest =
        terms.parse().map_err(|_| Error::Unexpected(format!("{path}: no digest of terms")))?;
    let mut seed = [0; 32];
    SystemEntropy.fill(&mut seed);
    let made = commitment(draw, digest, party, &seed).to_string();
    let body = json!({"terms": terms, "commitment": made});
    let key = story.key(&format!("commit-{draw}"));
    let answer = witness.post_once(&format!("{path}/commitments"), &key, &body).await?;
    story.step("见证人承诺 The witness commits to a seed", answer, 201, |_| {
        let candidates = (&view.body["candidates"], &view.body["exclusions"]);
        let short = made.get(..16).unwrap_or_default();
        format!("{short}…, 候选 candidates {}, 排除 left out {}", candidates.0, candidates.1)
    })?;
    Ok(Committed { path: path.to_owned(), seed })
}

/// Sees the draw to its result, and recomputes it from what was published.
///
/// # Errors
/// When it does not come to a result in time, or the transcript does not hold.
pub async fn finish(
    story: &mut Story<'_>,
    witness: &Caller,
    committed: Committed,
) -> Result<Verified, Error> {
    let Committed { path, seed } = committed;
    let anyone = story.city.anyone();
    let valued = wait(&anyone, &path, |draw| draw["value"].is_object()).await?;
    let announced = valued.text("/announcement")?.to_owned();
    story.step(
        "公告在先，公开随机数在后 Announced, then the public value",
        valued,
        200,
        |_| format!("公告摘要 announcement {}…", announced.get(..16).unwrap_or_default()),
    )?;
    let seed: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = story.key(&format!("open-{path}"));
    let opening = json!({"seed": seed});
    let opened = witness.post_once(&format!("{path}/openings"), &key, &opening).await?;
    story
        .step("见证人开启种子 The witness opens its seed", opened, 201, |_| String::new())?;
    let drawn = wait(&anyone, &path, |draw| draw["state"] == "drawn").await?;

    let unexpected = |error: &dyn std::fmt::Display| Error::Unexpected(format!("{path}: {error}"));
    let mut keys = Vec::new();
    for source in SOURCES {
        let published = anyone.get(&format!("/{source}/v1/history/keys")).await?.expect(200)?;
        let published: PublishedKeys =
            serde_json::from_value(published.body).map_err(|error| unexpected(&error))?;
        keys.extend(published.read().map_err(|error| unexpected(&error))?);
    }
    let transcript = anyone.text(&format!("{path}/transcript")).await?;
    let announced: Digest =
        announced.parse().map_err(|_| Error::Unexpected(format!("{path}: no announcement")))?;
    let checks = Checks { announced: Some(announced), keys: &keys };
    let verified = verify(transcript.as_bytes(), checks).map_err(|fault| unexpected(&fault))?;
    story.step("任何人复核 Anyone recomputes the draw", drawn, 200, |_| {
        format!("候选 candidates {}, 抽中 drawn {}", verified.candidates, verified.selected.len())
    })?;
    Ok(verified)
}

/// Asks until `ready` says so.
///
/// # Errors
/// When it does not in time.
pub async fn wait(
    caller: &Caller,
    path: &str,
    ready: impl Fn(&Value) -> bool,
) -> Result<Answer, Error> {
    let began = Instant::now();
    loop {
        let answer = caller.get(path).await?.expect(200)?;
        if ready(&answer.body) {
            return Ok(answer);
        }
        if began.elapsed() > PATIENCE {
            return Err(Error::Unexpected(format!("waited in vain at {path}: {:#}", answer.body)));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
