//! Rules that differ from place to place and from year to year: data with their sources.

use std::path::Path;

use serde::Deserialize;
use tongban_contracts::supervision::RatioTable;
use tongban_runtime::StartError;

use crate::domain::ratio;

/// A value, and where it comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Its source; read by people only.
    #[expect(dead_code, reason = "a rule without a source must not be read")]
    source: String,
}

/// `data/supervision/planning.json`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Planning {
    max_replacements: Sourced<u32>,
}

/// The rules.
#[derive(Debug, Clone)]
pub struct Rules {
    /// How many of those drawn may be replaced in one draw.
    pub max_replacements: u32,
    /// Tables of ratios.
    pub ratios: Vec<RatioTable>,
}

impl Rules {
    /// The table of this identifier.
    pub fn table(&self, id: &str) -> Option<&RatioTable> {
        self.ratios.iter().find(|table| table.id == id)
    }
}

/// Reads the rules from their directory.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn read(directory: &Path) -> Result<Rules, StartError> {
    let planning: Planning = file(&directory.join("planning.json"))?;
    let path = directory.join("ratios.json");
    let ratios: Vec<RatioTable> = file(&path)?;
    let mut faults: Vec<String> = ratios.iter().flat_map(ratio::faults_of).collect();
    for (index, table) in ratios.iter().enumerate() {
        if ratios[..index].iter().any(|other| other.id == table.id) {
            faults.push(format!("{} stands there twice", table.id));
        }
    }
    if !faults.is_empty() {
        return Err(StartError::File(path.display().to_string(), faults.join("; ")));
    }
    Ok(Rules { max_replacements: planning.max_replacements.value, ratios })
}

fn file<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, StartError> {
    let wrong = |error: String| StartError::File(path.display().to_string(), error);
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}
