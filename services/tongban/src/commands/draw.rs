//! `tongban draw`: what a witness of a draw needs, on a machine of its own (见证人工具).

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongban_draw::{Announcement, Digest, Hex, Terms, commitment};
use tongban_kernel::{Entropy as _, Fault, SystemEntropy};

use super::Done;
use super::verify::line;
use crate::options::{DrawCommitOptions, DrawOpenOptions};

/// Bytes of a seed.
const SEED: usize = 32;
/// How long a service may take to send terms of a million candidates.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a witness keeps to itself until it opens.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    draw: String,
    terms: Digest,
    party: String,
    seed: Hex,
}

/// Reads terms, makes a seed, keeps it in a new file, and prints what to send.
pub async fn commit(options: &DrawCommitOptions) -> Done {
    #[derive(Serialize)]
    struct Body {
        terms: Digest,
        commitment: Digest,
    }
    let text = fetch(&options.terms).await?;
    let terms: Terms = serde_json::from_slice(&text)?;
    terms.check().map_err(named)?;
    let digest = terms.digest()?;
    let mut seed = [0; SEED];
    SystemEntropy.fill(&mut seed);
    let made = commitment(&terms.draw, digest, &options.party, &seed);
    let secret = Secret {
        draw: terms.draw.clone(),
        terms: digest,
        party: options.party.clone(),
        seed: Hex(seed.to_vec()),
    };
    keep(&options.seed, &secret)?;
    eprintln!(
        "{}: {}; {} candidates, {} left out, {} to be drawn",
        terms.draw,
        terms.title,
        terms.candidates.len(),
        terms.exclusions.len(),
        terms.number
    );
    eprintln!("the seed is in {}; show it to nobody before it is time", options.seed.display());
    line(&Body { terms: digest, commitment: made })?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the seed as it is sent, once the announcement is found to have the commitment to it.
pub async fn open(options: &DrawOpenOptions) -> Done {
    #[derive(Serialize)]
    struct Body {
        seed: Hex,
    }
    let secret: Secret = serde_json::from_str(&std::fs::read_to_string(&options.seed)?)?;
    let announcement: Announcement = serde_json::from_slice(&fetch(&options.announcement).await?)?;
    if announcement.terms.draw != secret.draw {
        let other = &announcement.terms.draw;
        return Err(format!("the announcement is of {other}, the seed of {}", secret.draw).into());
    }
    announcement.check_seed(&secret.party, &secret.seed.0).map_err(named)?;
    eprintln!("{}: announcement {}", secret.draw, announcement.digest()?);
    line(&Body { seed: secret.seed })?;
    Ok(ExitCode::SUCCESS)
}

/// A file, or what is behind an address.
async fn fetch(from: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    if !from.starts_with("http://") && !from.starts_with("https://") {
        return Ok(std::fs::read(from).map_err(|error| format!("{from}: {error}"))?);
    }
    let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let answer = http.get(from).send().await?.error_for_status()?;
    Ok(answer.bytes().await?.to_vec())
}

/// A new file that only its owner can read; one that is there is never written over.
fn keep(file: &Path, secret: &Secret) -> Result<(), Box<dyn std::error::Error>> {
    let wrong = |error: std::io::Error| format!("{}: {error}", file.display());
    let mut made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(wrong)?;
    made.write_all(serde_json::to_string(secret)?.as_bytes()).map_err(wrong)?;
    made.write_all(b"\n").and_then(|()| made.sync_all()).map_err(wrong)?;
    Ok(())
}

fn named(fault: Fault) -> String {
    fault.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_witness_commits_and_opens_without_the_service() {
        let dir = std::env::temp_dir().join(format!("tongban-draw-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let (terms, seed) = (dir.join("terms.json"), dir.join("seed.json"));
        let vector =
            format!("{}/../../libs/draw/tests/vectors/uniform.json", env!("CARGO_MANIFEST_DIR"));
        let vector: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(vector).unwrap()).unwrap();
        let announced = &vector["announcement"];
        std::fs::write(&terms, announced["terms"].to_string()).unwrap();
        let options = DrawCommitOptions {
            terms: terms.display().to_string(),
            party: "inspection".into(),
            seed: seed.clone(),
        };
        assert!(commit(&options).await.is_ok());
        assert!(commit(&options).await.is_err(), "a seed is never written over");
        let kept: Secret = serde_json::from_str(&std::fs::read_to_string(&seed).unwrap()).unwrap();
        let made = commitment(&kept.draw, kept.terms, "inspection", &kept.seed.0);

        let mut announcement: Announcement = serde_json::from_value(announced.clone()).unwrap();
        let file = dir.join("announcement.json");
        let asked = DrawOpenOptions { seed, announcement: file.display().to_string() };
        std::fs::write(&file, serde_json::to_string(&announcement).unwrap()).unwrap();
        assert!(open(&asked).await.is_err(), "an announcement without the commitment");
        announcement.commitments[1].party = "inspection".into();
        announcement.commitments[1].commitment = made;
        std::fs::write(&file, serde_json::to_string(&announcement).unwrap()).unwrap();
        assert!(open(&asked).await.is_ok());
        std::fs::remove_dir_all(dir).unwrap();
    }
}
