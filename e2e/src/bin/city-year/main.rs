//! `city-year`: plays the cases of one year, or a share of them, on a running city, and reports.

mod bar;
mod count;
mod desk;
mod machine;
mod people;
mod play;

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use clap::Parser;
use serde_json::Value;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;
use tongban_e2e::year::{Guide, Plan, Profile};
use tongban_e2e::{Addresses, City, Error, SampleAccounts};

use crate::count::{Count, Step};
use crate::desk::Desk;
use crate::machine::Watched;
use crate::people::People;
use crate::play::{Stage, handle, review};

/// Plays a year of a city through HTTP and reports what it took.
#[derive(Debug, Parser)]
struct Options {
    /// Base URL of the city, or a file with it or with a JSON object of base URLs by service.
    #[arg(long, value_name = "FILE_OR_URL")]
    addresses: String,
    /// The sample accounts that `tongban load` wrote down.
    #[arg(long, value_name = "FILE")]
    accounts: PathBuf,
    /// Directory of the sample city and of the profile.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Share of the year, above 0 and up to 1.
    #[arg(long, default_value_t = 1.0, value_parser = share)]
    share: f64,
    /// Cases that are handled at once, a connection each.
    #[arg(long, default_value_t = 48)]
    connections: usize,
    /// Connections over which reviews are given.
    #[arg(long, default_value_t = 8)]
    reviewers: usize,
    /// Fails when the year takes longer, reconciliation included.
    #[arg(long, value_name = "SECONDS")]
    bar: Option<u64>,
    /// A process of the city whose costs are to be told.
    #[arg(long = "process", value_name = "NAME=PID", value_parser = process)]
    processes: Vec<(String, u32)>,
    /// Where to write what was acknowledged.
    #[arg(long, value_name = "FILE")]
    acknowledged: PathBuf,
    /// The command that reconciles, after `--`; the year ends with it.
    #[arg(last = true, required = true)]
    reconcile: Vec<String>,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if share > 0.0 && share <= 1.0 { Ok(share) } else { Err("above 0 and up to 1".into()) }
}

fn process(text: &str) -> Result<(String, u32), String> {
    let (name, pid) = text.split_once('=').ok_or("NAME=PID")?;
    Ok((name.to_owned(), pid.parse().map_err(|error| format!("{error}"))?))
}

// One thread: the driver shares the machine with the city.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match LocalSet::new().run_until(play(Options::parse())).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("city-year: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn play(options: Options) -> Result<bool, Error> {
    let profile = Profile::read(&options.data.join("year/profile.json"))?;
    let plan = Plan::draw(&profile, options.share);
    let guides = Guide::read(&options.data, &profile.matters)?;
    let addresses = Addresses::given(&options.addresses)?;
    let ports = (addresses.authority("intake")?, addresses.authority("reviews")?);
    let city = City::new(addresses, SampleAccounts::read(&options.accounts)?)?;
    let began = Instant::now();
    let mut people = People::gather(&city, &options.data, &guides).await?;
    let desks = guides.iter().map(|guide| Desk::of(guide, &mut people));
    let desks = desks.collect::<Result<Vec<_>, Error>>()?;
    eprintln!(
        "{} cases; in its busiest hour {} arrive; {} applicants, {} matters; ready after {:.1} s",
        plan.cases.len(),
        plan.busiest_hour(),
        people.applicants.len(),
        desks.len(),
        began.elapsed().as_secs_f64(),
    );
    let renewal = people.renewal(city.clone());
    let stage = Rc::new(Stage {
        people,
        desks,
        cases: plan.cases,
        addresses: ports,
        run: format!("year-{}", profile.seed),
        next: Cell::new(0),
        playing: Cell::new(options.connections),
        to_review: RefCell::default(),
        lag: Cell::default(),
        count: RefCell::default(),
    });
    let watched = Watched::begin(&options.processes);
    let began = Instant::now();
    let cases = tokio::select! {
        played = everything(&stage, &options, began) => played?,
        error = renewal => return Err(error),
        () = bar::show(Rc::clone(&stage)) => Duration::ZERO,
    };
    let reviewed = began.elapsed();
    eprintln!();
    report(&stage.count.borrow(), cases, reviewed);
    let acknowledged = stage.count.borrow().acknowledged();
    let reconciled = reconcile(&options, &acknowledged).await?;
    let wall = began.elapsed();
    Watched::report(&watched, stage.cases.len(), wall);
    let in_time = options.bar.is_none_or(|bar| wall <= Duration::from_secs(bar));
    println!("\nwall time with reviews and reconciliation: {:.1} s", wall.as_secs_f64());
    let year = wall.as_secs_f64() / options.share;
    println!("a whole year at this pace:                 {year:.0} s   (bar: 600)");
    Ok(reconciled && in_time)
}

/// Plays all cases and reviews; gives the time after which all cases were handled.
async fn everything(
    stage: &Rc<Stage>,
    options: &Options,
    began: Instant,
) -> Result<Duration, Error> {
    let mut players = JoinSet::new();
    for _ in 0..options.connections {
        players.spawn_local(handle(Rc::clone(stage)));
    }
    let mut reviewers = JoinSet::new();
    for _ in 0..options.reviewers {
        reviewers.spawn_local(review(Rc::clone(stage)));
    }
    let mut handled = Duration::ZERO;
    let odd = |error: tokio::task::JoinError| Error::Unexpected(error.to_string());
    loop {
        tokio::select! {
            Some(ended) = players.join_next() => {
                ended.map_err(odd)??;
                handled = began.elapsed();
            }
            Some(ended) = reviewers.join_next() => ended.map_err(odd)??,
            else => return Ok(handled),
        }
    }
}

fn report(count: &Count, handled: Duration, reviewed: Duration) {
    let seconds = handled.as_secs_f64();
    println!("cases                {:>10}   {:.1}/s", count.cases, count.cases as f64 / seconds);
    let commands = count.commands();
    println!(
        "commands             {commands:>10}   {:.1}/s",
        commands as f64 / reviewed.as_secs_f64()
    );
    println!(
        "all handled after    {seconds:>10.1} s, all reviewed after {:.1} s",
        reviewed.as_secs_f64()
    );
    println!("reviews tried before there was a right: {}", count.too_early);
    println!(
        "\n{:<10} {:>10} {:>10} {:>10} {:>10}",
        "command", "count", "p50 ms", "p99 ms", "max ms"
    );
    for step in Step::ALL {
        let taken = count.latencies(step);
        let at = |share| taken.within(share);
        let (name, of) = (step.name(), taken.count());
        println!("{name:<10} {of:>10} {:>10.1} {:>10.1} {:>10.1}", at(0.5), at(0.99), at(1.0));
    }
    println!();
}

/// Has the city reconciled against what it acknowledged.
async fn reconcile(options: &Options, acknowledged: &Value) -> Result<bool, Error> {
    let file = &options.acknowledged;
    let wrong = |error: std::io::Error| Error::File(file.display().to_string(), error.to_string());
    std::fs::write(file, acknowledged.to_string()).map_err(wrong)?;
    let failed = |error: std::io::Error| Error::Unexpected(format!("reconciliation: {error}"));
    let (program, arguments) = options
        .reconcile
        .split_first()
        .ok_or_else(|| Error::Unexpected("no command that reconciles".into()))?;
    let mut command = tokio::process::Command::new(program);
    let status = command.args(arguments).arg("--acknowledged").arg(file).status().await;
    Ok(status.map_err(failed)?.success())
}
