//! `tongban load`: the sample city.

use std::process::ExitCode;

use tongban_runtime::Ambient;

use super::Done;
use crate::options::SettingsOptions;
use crate::services;

/// Loads what is not there as given.
pub async fn run(options: &SettingsOptions) -> Done {
    let settings = options.read()?;
    let data = settings.data.clone();
    let lines =
        tongban_runtime::load(settings, &services::all(), &data, &Ambient::default()).await?;
    for line in lines {
        println!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}
