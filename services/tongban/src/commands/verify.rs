//! `tongban verify`: papers against the published keys, without any service; and the ledger itself.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Value, json};
use tongban_proof::{
    Checkpoint, ConsistencyProof, InclusionProof, ProofFault, PublishedKeys, Receipt, VerifyKey,
};

use super::Done;
use crate::options::{VerifyLedgerOptions, VerifyOptions, VerifyQuestion};
use crate::services;

/// Exit code when something could not be judged at all: a file or a database that cannot be read.
const NOT_JUDGED: u8 = 2;

/// Verifies papers; prints a line of JSON for each.
pub fn papers(options: &VerifyOptions) -> Done {
    let judged = match &options.what {
        VerifyQuestion::Receipt(of) => judge(&of.files, &of.keys, |text, keys| {
            let Receipt { origin, case, event, hash, at, proof } = Receipt::open(text, keys)?;
            let hash = hex::encode(hash);
            Ok(
                json!({"origin": origin, "case": case, "event": event, "hash": hash, "time": at, "proof": proof}),
            )
        }),
        VerifyQuestion::Inclusion(of) => {
            let receipt = of.receipt.as_deref().map(read).transpose();
            receipt.and_then(|receipt| {
                judge(&of.files, &of.keys, |text, keys| inclusion(text, receipt.as_deref(), keys))
            })
        }
        VerifyQuestion::Consistency(of) => judge(&of.files, &of.keys, |text, keys| {
            let (from, to) = ConsistencyProof::parse(text)?.verify(keys)?;
            Ok(json!({"from": told(&from), "to": told(&to)}))
        }),
        VerifyQuestion::Draw(_) | VerifyQuestion::Ledger(_) | VerifyQuestion::City(_) => {
            Err("this is judged elsewhere".into())
        }
    };
    judged.or_else(not_judged)
}

fn inclusion(text: &str, receipt: Option<&str>, keys: &[VerifyKey]) -> Result<Value, ProofFault> {
    let proof = InclusionProof::parse(text)?;
    let (checkpoint, case) = match receipt {
        Some(receipt) => {
            let receipt = Receipt::open(receipt, keys)?;
            (proof.verify_with(&receipt, keys)?, Some(receipt.case))
        }
        None => (proof.verify(keys)?, None),
    };
    let hash = hex::encode(proof.hash);
    Ok(json!({
        "event": proof.event, "hash": hash, "index": proof.index, "case": case,
        "checkpoint": told(&checkpoint),
    }))
}

fn told(checkpoint: &Checkpoint) -> Value {
    let Checkpoint { origin, size, root, at } = checkpoint;
    json!({"origin": origin, "size": size, "root": hex::encode(root), "time": at})
}

/// What is said of one file.
#[derive(Serialize)]
struct Verdict<'a> {
    file: &'a Path,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(flatten)]
    says: Option<Value>,
}

fn judge(
    files: &[PathBuf],
    keys: &[PathBuf],
    open: impl Fn(&str, &[VerifyKey]) -> Result<Value, ProofFault>,
) -> Done {
    let mut known = Vec::new();
    for list in published(keys)? {
        known.extend(list.read()?);
    }
    let mut all_valid = true;
    for file in files {
        let verdict = match open(&read(file)?, &known) {
            Ok(says) => Verdict { file, valid: true, code: None, problem: None, says: Some(says) },
            Err(fault) => {
                all_valid = false;
                let (code, problem) = (Some(fault.code()), Some(fault.to_string()));
                Verdict { file, valid: false, code, problem, says: None }
            }
        };
        line(&verdict)?;
    }
    Ok(if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Recomputes the ledgers; prints a line of JSON for each row that does not hold, and one for each service.
pub async fn ledger(options: &VerifyLedgerOptions) -> Done {
    let judged = async {
        let settings = options.settings.read()?;
        let keys = published(&options.keys)?;
        let held =
            options.checkpoints.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
        let reports =
            tongban_runtime::audit_ledgers(&settings, &services::all(), &keys, &held).await?;
        let mut flawless = true;
        for report in reports {
            for finding in &report.findings {
                flawless = false;
                line(finding)?;
            }
            let valid = report.findings.is_empty();
            let mut said = serde_json::to_value(&report)?;
            said["valid"] = valid.into();
            said["findings"] = report.findings.len().into();
            line(&said)?;
        }
        Ok(if flawless { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    };
    judged.await.or_else(not_judged)
}

pub(super) fn published(
    files: &[PathBuf],
) -> Result<Vec<PublishedKeys>, Box<dyn std::error::Error>> {
    files
        .iter()
        .map(|file| {
            let wrong = |error| format!("{}: not a list of keys: {error}", file.display());
            Ok(serde_json::from_str(&read(file)?).map_err(wrong)?)
        })
        .collect()
}

fn read(file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()).into())
}

pub(super) fn line(what: &impl Serialize) -> Result<(), Box<dyn std::error::Error>> {
    Ok(writeln!(std::io::stdout(), "{}", serde_json::to_string(what)?)?)
}

#[expect(clippy::needless_pass_by_value, reason = "the form that `or_else` asks for")]
pub(super) fn not_judged(error: Box<dyn std::error::Error>) -> Done {
    eprintln!("tongban: {error}");
    Ok(ExitCode::from(NOT_JUDGED))
}
