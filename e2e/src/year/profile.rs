//! What a year is made of (`data/year/profile.json`).

use std::path::Path;

use serde::Deserialize;

use crate::Error;

/// What a year is made of. Shares lie between 0 and 1; weights only count against those beside them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What the file is, for its readers.
    #[serde(default)]
    pub about: String,
    /// Cases of the whole year.
    pub cases: u32,
    /// What every draw begins from: the same seed, the same year.
    pub seed: u64,
    /// The year whose weekdays are meant.
    pub year: i32,
    /// Weights of the months, January first.
    pub months: [u32; 12],
    /// Weights of the days of a week, Monday first.
    pub weekdays: [u32; 7],
    /// Weights of the hours of a day, midnight first.
    pub hours: [u32; 24],
    /// Share that is handed in incomplete, told so once, and handed in again (补正).
    pub corrected: f64,
    /// Share that its applicant takes back before it is accepted (撤件).
    pub withdrawn: f64,
    /// Share that is not accepted (不予受理).
    pub not_accepted: f64,
    /// Share that is denied (不予许可).
    pub denied: f64,
    /// Share of the decided ones that is reviewed (评价).
    pub reviewed: f64,
    /// Weights of the stars of a review, one star first.
    pub stars: [u32; 5],
    /// What is applied for.
    pub matters: Vec<Share>,
}

/// A matter's part in the year.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Name of the matter.
    pub name: String,
    /// The body that carries it out.
    pub body: String,
    /// Weight among all.
    pub weight: u32,
}

impl Profile {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, or its numbers are no profile.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let wrong = |why: String| Error::File(file.display().to_string(), why);
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let profile: Self =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let Self { corrected, withdrawn, not_accepted, denied, reviewed, .. } = &profile;
        let shares = [*corrected, *withdrawn, *not_accepted, *denied, *reviewed];
        if !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
            return Err(wrong("a share lies outside 0 to 1".into()));
        }
        if withdrawn + not_accepted + denied > 1.0 {
            return Err(wrong("withdrawn, not accepted and denied are more than all".into()));
        }
        let weights: [&[u32]; 4] =
            [&profile.months, &profile.weekdays, &profile.hours, &profile.stars];
        let matters = profile.matters.iter().map(|matter| matter.weight).sum::<u32>();
        if weights.iter().any(|weights| weights.iter().sum::<u32>() == 0) || matters == 0 {
            return Err(wrong("weights of which none counts".into()));
        }
        Ok(profile)
    }
}
