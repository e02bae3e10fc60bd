//! `tongban migrate`: schemas expanded before the services start, and contracted when no earlier version serves.

use std::process::ExitCode;

use super::Done;
use crate::options::MigrateOptions;
use crate::services;

/// Applies what is lacking, in one of the two phases.
pub async fn run(options: &MigrateOptions) -> Done {
    let settings = options.settings.read()?;
    if options.contract {
        let applied = tongban_runtime::contract(&settings, &services::all()).await?;
        println!("contracting migrations applied: {applied}");
    } else {
        tongban_runtime::migrate(&settings, &services::all()).await?;
    }
    Ok(ExitCode::SUCCESS)
}
