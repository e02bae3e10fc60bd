//! The sample city's accounts, as `tongban load` writes them down.

use std::path::Path;

use serde::Deserialize;

use crate::Error;

/// `sample-accounts.json`: one password for all people, a secret for each system.
#[derive(Debug, Clone, Deserialize)]
pub struct SampleAccounts {
    /// The password of all people in the sample city.
    pub password: String,
    /// The line systems.
    #[serde(default)]
    pub systems: Vec<SampleSystem>,
}

/// A line system and its secret.
#[derive(Debug, Clone, Deserialize)]
pub struct SampleSystem {
    /// Client identifier.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
}

impl SampleAccounts {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read or understood.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let wrong = |why: String| Error::File(file.display().to_string(), why);
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
    }
}
