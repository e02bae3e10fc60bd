//! `tongban check`: identifiers, one line of JSON each.

use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

use tongban_kernel::checks::Check;

use super::Done;
use crate::options::CheckOptions;

/// Checks every value; fails when one of them is invalid.
pub fn run(options: &CheckOptions) -> Done {
    let Some(check) = Check::from_name(&options.kind) else {
        let names = Check::ALL.iter().map(|check| check.name()).collect::<Vec<_>>().join(", ");
        return Err(format!("no check is called {:?}; there are: {names}", options.kind).into());
    };
    let mut out = std::io::stdout().lock();
    let mut all_valid = true;
    let mut tell = |value: &str| -> std::io::Result<()> {
        let verdict = check.run(value);
        all_valid &= verdict.valid;
        serde_json::to_writer(&mut out, &verdict)?;
        out.write_all(b"\n")
    };
    if options.values.is_empty() {
        for line in std::io::stdin().lock().lines() {
            tell(&line?)?;
        }
    } else {
        for value in &options.values {
            tell(value)?;
        }
    }
    Ok(if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
