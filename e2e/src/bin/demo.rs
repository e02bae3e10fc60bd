//! `demo`: walks through the sample city and tells what it sees; fails on any unexpected answer.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tongban_e2e::{Addresses, City, Error, SampleAccounts, Story, StoryOutcome};

/// Cases of the sample city, from the guide to the licence and what follows.
#[derive(Debug, Parser)]
struct Options {
    /// Base URL of the city, or a file with it or with a JSON object of base URLs by service.
    #[arg(long, value_name = "FILE_OR_URL")]
    addresses: String,
    /// The sample accounts that `tongban load` wrote down.
    #[arg(long, value_name = "FILE")]
    accounts: PathBuf,
    /// What to tell.
    #[arg(long, value_enum, default_value_t = Which::All)]
    story: Which,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Elder,
    Company,
    Restaurant,
    Survey,
    Review,
    All,
}

#[tokio::main]
async fn main() -> ExitCode {
    match tell(&Options::parse()).await {
        Ok(outcomes) => {
            println!();
            for outcome in outcomes {
                println!("✓ {}  {}", outcome.case_number, outcome.licence);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn tell(options: &Options) -> Result<Vec<StoryOutcome>, Error> {
    let addresses = Addresses::given(&options.addresses)?;
    let city = City::new(addresses, SampleAccounts::read(&options.accounts)?)?;
    let mut print = |line: &str| println!("{line}");
    let mut outcomes = Vec::new();
    let told = |story| options.story == story || options.story == Which::All;
    if told(Which::Elder) {
        outcomes.push(tongban_e2e::elder(&mut Story::new(&city, &mut print)).await?);
    }
    if told(Which::Company) {
        outcomes.push(tongban_e2e::company(&mut Story::new(&city, &mut print)).await?);
    }
    if told(Which::Restaurant) {
        outcomes.push(tongban_e2e::restaurant(&mut Story::new(&city, &mut print)).await?);
    }
    if told(Which::Survey) {
        outcomes.push(tongban_e2e::survey(&mut Story::new(&city, &mut print)).await?);
    }
    if told(Which::Review) {
        outcomes.push(tongban_e2e::review(&mut Story::new(&city, &mut print)).await?);
    }
    Ok(outcomes)
}
