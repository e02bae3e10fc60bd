//! `tongban`: every service, and every tool around them, in one binary.

mod asyncapi;
mod commands;
mod options;
mod services;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::Parser;

use crate::options::{Cli, Command, DrawStep, VerifyOptions, VerifyQuestion};

/// Gives large blocks back to the system at once: a password hash takes 19 MiB for a moment, and the C
/// library's allocator would keep that for every thread that ever hashed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Calendar(arguments) => commands::calendar::run(&arguments),
        Command::Openapi(arguments) => commands::openapi::run(&arguments),
        Command::Verify(arguments) => match arguments.what {
            what @ (VerifyQuestion::Ledger(_) | VerifyQuestion::City(_)) => {
                in_runtime(Command::Verify(VerifyOptions { what }))
            }
            VerifyQuestion::Draw(of) => commands::verify_draw::run(&of),
            what => commands::verify::papers(&VerifyOptions { what }),
        },
        command => in_runtime(command),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tongban: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The commands that talk to databases, logs and networks.
fn in_runtime(command: Command) -> commands::Done {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(arguments) => commands::serve::run(&arguments).await,
            Command::Migrate(settings) => commands::migrate::run(&settings).await,
            Command::Load(settings) => commands::load::run(&settings).await,
            Command::Doctor(arguments) => commands::doctor::run(&arguments).await,
            Command::Parked(arguments) => commands::parked::run(&arguments).await,
            Command::Rebuild(arguments) => commands::rebuild::run(&arguments).await,
            Command::Draw(arguments) => match arguments.what {
                DrawStep::Commit(options) => commands::draw::commit(&options).await,
                DrawStep::Open(options) => commands::draw::open(&options).await,
            },
            Command::Verify(VerifyOptions { what: VerifyQuestion::City(arguments) }) => {
                commands::verify_city::run(&arguments).await
            }
            Command::Verify(VerifyOptions { what: VerifyQuestion::Ledger(arguments) }) => {
                commands::verify::ledger(&arguments).await
            }
            Command::Verify(_) | Command::Check(_) | Command::Calendar(_) | Command::Openapi(_) => {
                Err("this command needs no runtime".into())
            }
        }
    })
}
