//! Why a story cannot go on.

/// Why a story cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody answered.
    #[error("{0}: no answer: {1}")]
    NoAnswer(String, #[source] reqwest::Error),
    /// A file cannot be read or understood.
    #[error("{0}: {1}")]
    File(String, String),
    /// An answer other than the story needs.
    #[error("{0}")]
    Unexpected(String),
}
