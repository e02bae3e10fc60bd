//! `tongban verify city`: acknowledged = stored = published = consumed, or what differs.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tongban_runtime::{Ambient, Reconciliation, Told, reconcile};

use super::Done;
use super::verify::not_judged;
use crate::options::VerifyCityOptions;
use crate::services;

/// Prints the counts as a table and as a line of JSON; fails when there is a difference.
pub async fn run(options: &VerifyCityOptions) -> Done {
    judge(options).await.or_else(not_judged)
}

async fn judge(options: &VerifyCityOptions) -> Done {
    let settings = options.settings.read()?;
    let told = options.acknowledged.as_deref().map(read).transpose()?.unwrap_or_default();
    let settle = Duration::from_secs(options.settle);
    let all = services::all();
    let found = reconcile(settings, &all, &Ambient::default(), &told, settle).await?;
    print(&found);
    let differences = found.differences();
    for difference in &differences {
        println!("不符 DIFFERS  {difference}");
    }
    let mut line = serde_json::to_value(&found)?;
    line["differences"] = differences.clone().into();
    println!("{line}");
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &Path) -> Result<Told, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    serde_json::from_str(&text).map_err(|error| wrong(&error))
}

fn print(found: &Reconciliation) {
    println!("{:<28} {:>10} {:>10} {:>10}", "events", "stored", "published", "repeated");
    for topic in &found.topics {
        let (stored, repeated) = (topic.tally.stored, topic.repeated());
        println!("{:<28} {stored:>10} {:>10} {repeated:>10}", topic.topic, topic.published);
    }
    println!("\n{:<28} {:>10} {:>10} {:>10}  of", "consumer", "stored", "consumed", "parked");
    for reader in &found.readers {
        let stored = reader.stored.map_or_else(|| "?".to_owned(), |stored| stored.to_string());
        let (progress, name) = (&reader.progress, &reader.progress.consumer);
        let (consumed, parked, topic) = (progress.consumed, progress.parked, &progress.topic);
        println!("{name:<28} {stored:>10} {consumed:>10} {parked:>10}  {topic}");
    }
    println!("\n{:<28} {:>10} {:>10}", "service", "stored", "answers");
    for answers in &found.answers {
        println!("{:<28} {:>10} {:>10}", answers.service, answers.stored, answers.kept);
    }
    if !found.acknowledged.is_empty() {
        println!(
            "\n{:<28} {:>12} {:>10}  event",
            "acknowledged to the caller", "acknowledged", "stored"
        );
    }
    for told in &found.acknowledged {
        let (acknowledged, stored) = (told.acknowledged, told.stored);
        println!("{:<28} {acknowledged:>12} {stored:>10}  {}", told.topic, told.name);
    }
}
