//! `tongban parked`: events that could not be carried out.

use std::process::ExitCode;

use tongban_runtime::Ambient;

use super::Done;
use crate::options::ParkedOptions;
use crate::services;

/// Prints what is parked, one line each; fails while anything is.
pub async fn run(options: &ParkedOptions) -> Done {
    let settings = options.settings.read()?;
    let all = services::all();
    let found =
        tongban_runtime::parked(settings, &all, &Ambient::default(), options.replay).await?;
    let mut waiting = 0;
    for service in &found {
        if service.replayed > 0 {
            println!("{}: {} carried out", service.service, service.replayed);
        }
        for refusal in &service.refusals {
            println!("{}: {refusal}", service.service);
        }
        for event in &service.waiting {
            println!(
                "{} #{} {} {}: {}",
                event.consumer, event.id, event.topic, event.subject, event.reason
            );
        }
        waiting += service.waiting.len();
    }
    println!("{waiting} parked");
    Ok(if waiting == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
