//! `tongban verify draw`: recomputes published draws, offline.

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use tongban_draw::{Checks, Digest, Verified, verify};
use tongban_kernel::{FaultKind, FieldFault};

use super::Done;
use super::verify::{line, not_judged, published};
use crate::options::VerifyDrawOptions;

/// What is said of one file.
#[derive(Serialize)]
struct Verdict<'a> {
    file: &'a Path,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldFault],
    #[serde(flatten)]
    says: Option<&'a Verified>,
}

/// Recomputes draws; prints a line of JSON for each.
pub fn run(options: &VerifyDrawOptions) -> Done {
    judge(options).or_else(not_judged)
}

fn judge(options: &VerifyDrawOptions) -> Done {
    let announced = options.announced.as_deref().map(str::parse::<Digest>).transpose()?;
    let mut keys = Vec::new();
    for list in published(&options.keys)? {
        keys.extend(list.read()?);
    }
    let mut all_valid = true;
    for file in &options.files {
        let text = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let judged = verify(&text, Checks { announced, keys: &keys });
        all_valid &= judged.is_ok();
        match &judged {
            Ok(says) => line(&Verdict {
                file,
                valid: true,
                code: None,
                problem: None,
                detail: None,
                errors: &[],
                says: Some(says),
            })?,
            Err(fault) if fault.kind() == FaultKind::Internal => return Err(fault.clone().into()),
            Err(fault) => line(&Verdict {
                file,
                valid: false,
                code: Some(fault.code()),
                problem: Some(fault.title()),
                detail: fault.detail(),
                errors: fault.errors(),
                says: None,
            })?,
        }
    }
    Ok(if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
