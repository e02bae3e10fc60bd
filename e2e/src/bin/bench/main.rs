//! `bench`: the figures of `docs/performance.md`, measured on the real binary.

mod applicants;
mod pgbench;
mod process;
mod start;
mod submissions;

use std::error::Error;

use clap::Parser;

/// What to measure.
#[derive(Debug, Parser)]
enum Bench {
    /// Cold start and idle memory of a whole city in one process.
    Start(start::Start),
    /// Submissions a second, against the database's own benchmark.
    Submissions(submissions::Submissions),
}

// One thread: the load must leave the machine to what is measured.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    match Bench::parse() {
        Bench::Start(start) => start.run().await,
        Bench::Submissions(submissions) => submissions.run().await,
    }
}
