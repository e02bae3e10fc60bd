//! What `tongban draw` understands.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Options of `draw`.
#[derive(Debug, Args)]
pub struct DrawOptions {
    /// What to do.
    #[command(subcommand)]
    pub what: DrawStep,
}

/// What a witness does.
#[derive(Debug, Subcommand)]
pub enum DrawStep {
    /// Makes a seed, keeps it in a new file, and prints the commitment to it as it is sent.
    Commit(DrawCommitOptions),
    /// Prints the seed as it is sent, if the announcement has the commitment to it.
    Open(DrawOpenOptions),
}

/// Options of `draw commit`.
#[derive(Debug, Args)]
pub struct DrawCommitOptions {
    /// The terms: a file, or the address they are downloaded from.
    #[arg(long, value_name = "FILE|URL")]
    pub terms: String,
    /// Name in the draw.
    #[arg(long, value_name = "NAME")]
    pub party: String,
    /// New file for the seed; only its owner can read it.
    #[arg(long, value_name = "FILE")]
    pub seed: PathBuf,
}

/// Options of `draw open`.
#[derive(Debug, Args)]
pub struct DrawOpenOptions {
    /// The file with the seed.
    #[arg(long, value_name = "FILE")]
    pub seed: PathBuf,
    /// The announcement: a file, or the address it is downloaded from.
    #[arg(long, value_name = "FILE|URL")]
    pub announcement: String,
}
