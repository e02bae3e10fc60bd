//! `tongban doctor`: what is wrong, and the mend.

use std::process::ExitCode;
use std::time::Duration;

use tongban_kernel::SystemClock;

use super::Done;
use crate::options::DoctorOptions;
use crate::services;

/// Prints every finding; fails when something is wrong.
pub async fn run(options: &DoctorOptions) -> Done {
    if let Some(url) = &options.ready {
        return ready(url).await;
    }
    let settings = match options.settings.read() {
        Ok(settings) => settings,
        Err(error) => {
            println!("WRONG {error}\n      mend: `tongban serve --help` lists every setting");
            return Ok(ExitCode::FAILURE);
        }
    };
    let findings = tongban_runtime::diagnose(&settings, &services::all(), &SystemClock).await;
    for finding in &findings {
        println!("{finding}");
    }
    let healthy = findings.iter().all(|finding| finding.warning || finding.problem.is_none());
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Asks a running process; the health check of a container has no other program at hand.
async fn ready(url: &str) -> Done {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
    let answer = http.get(format!("{}/health/ready", url.trim_end_matches('/'))).send().await?;
    let status = answer.status();
    println!("{}", answer.text().await?);
    Ok(if status.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
