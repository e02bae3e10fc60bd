//! `tongban migrate`: schemas up to date, before the services start.

use std::process::ExitCode;

use super::Done;
use crate::options::SettingsOptions;
use crate::services;

/// Applies what is lacking.
pub async fn run(options: &SettingsOptions) -> Done {
    tongban_runtime::migrate(&options.read()?, &services::all()).await?;
    Ok(ExitCode::SUCCESS)
}
