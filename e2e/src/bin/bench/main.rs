//! `bench`: the figures of `docs/performance.md`, measured on the real binary.

mod applicants;
mod exchange;
mod pgbench;
mod process;
mod pushing;
mod reviews;
mod sharing;
mod start;
mod submissions;
mod supermarket;
mod supervision;

use std::error::Error;

use clap::Parser;

/// What to measure.
#[derive(Debug, Parser)]
enum Bench {
    /// Cold start and idle memory of a whole city in one process.
    Start(start::Start),
    /// Submissions a second, against the database's own benchmark.
    Submissions(submissions::Submissions),
    /// Lists over very many inspected objects, and a yearly plan over them.
    Supervision(supervision::Supervision),
    /// Statistics and lists over very many reviews.
    Reviews(reviews::Reviews),
    /// Lists of a large intermediary supermarket.
    Supermarket(supermarket::Supermarket),
    /// Calls through grants, against the same questions put to the source body's system itself.
    Exchange(exchange::Exchange),
}

// One thread: the load must leave the machine to what is measured.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    match Bench::parse() {
        Bench::Start(start) => start.run().await,
        Bench::Submissions(submissions) => submissions.run().await,
        Bench::Supervision(supervision) => supervision.run().await,
        Bench::Reviews(reviews) => reviews.run().await,
        Bench::Supermarket(supermarket) => supermarket.run().await,
        Bench::Exchange(exchange) => exchange.run().await,
    }
}
