//! `tongban rebuild`: a service's read models made anew from its history, or only compared with it.

use std::process::ExitCode;

use tongban_runtime::{Ambient, Rebuilt};

use super::Done;
use super::verify::not_judged;
use crate::options::RebuildOptions;
use crate::services;

/// Prints what was found as a table and as a line of JSON. With `--check`, fails when something differs.
pub async fn run(options: &RebuildOptions) -> Done {
    work(options).await.or_else(not_judged)
}

async fn work(options: &RebuildOptions) -> Done {
    let settings = options.settings.read()?;
    let (all, ambient) = (services::all(), Ambient::default());
    let service = &options.service;
    let found = tongban_runtime::rebuild(settings, &all, service, &ambient, options.check).await?;
    print(&found);
    println!("{}", serde_json::to_string(&found)?);
    let differs = options.check && found.differing() > 0;
    Ok(if differs { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print(found: &Rebuilt) {
    println!(
        "{:<20} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "table", "before", "rebuilt", "missing", "extra", "changed"
    );
    for one in &found.tables {
        let (before, rebuilt) = (one.before, one.rebuilt);
        println!(
            "{:<20} {before:>10} {rebuilt:>10} {:>10} {:>10} {:>10}",
            one.table, one.missing, one.extra, one.changed
        );
    }
    let done = if found.switched { "已切换 switched" } else { "仅核对 compared only" };
    println!("{done}: {} ms, writers waited {} ms", found.milliseconds, found.locked_milliseconds);
}
