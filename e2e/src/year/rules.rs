//! What the driver of a year knows of a matter: who may apply, with what.

use std::path::Path;

use serde_json::Value;

use super::Share;
use crate::Error;

/// A sample matter.
#[derive(Debug, Clone)]
pub struct Guide {
    /// Identifier of the matter.
    pub id: String,
    /// The body that carries it out.
    pub body: String,
    /// The region it reaches.
    pub region: String,
    /// Whether citizens may apply.
    pub for_citizens: bool,
    /// Whether organisations may apply.
    pub for_organisations: bool,
    /// Schema of its form.
    pub form_schema: Value,
    /// Codes of the materials that are required.
    pub required: Vec<String>,
    /// Whether an approval results in a licence.
    pub licence: bool,
}

impl Guide {
    /// The guides of `shares`, in their order, from `city/matters.json` in `data`.
    ///
    /// # Errors
    /// When the file cannot be read or has no such matter.
    pub fn read(data: &Path, shares: &[Share]) -> Result<Vec<Self>, Error> {
        let file = data.join("city/matters.json");
        let wrong = |why: String| Error::File(file.display().to_string(), why);
        let text = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
        let all: Vec<Value> =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let guide = |share: &Share| {
            let is = |one: &&Value| {
                one["matter"]["name"] == *share.name && one["matter"]["body"] == *share.body
            };
            let found = all.iter().find(is);
            let missing = || wrong(format!("no {} of {}", share.name, share.body));
            Ok(Self::of(found.ok_or_else(missing)?))
        };
        shares.iter().map(guide).collect()
    }

    /// From an entry of `city/matters.json`.
    pub fn of(entry: &Value) -> Self {
        let matter = &entry["matter"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let serves = || matter["serves"].as_array().into_iter().flatten();
        let materials = matter["materials"].as_array().into_iter().flatten();
        Self {
            id: text(&entry["id"]),
            body: text(&matter["body"]),
            region: text(&matter["region"]),
            // Code 1 is a natural person, whatever else is some kind of organisation.
            for_citizens: serves().any(|code| code == "1"),
            for_organisations: serves().any(|code| code != "1"),
            form_schema: matter["form_schema"].clone(),
            required: materials
                .filter(|one| one["required"] == true)
                .map(|one| text(&one["code"]))
                .collect(),
            licence: matter["result"]["licence"].is_object(),
        }
    }
}
