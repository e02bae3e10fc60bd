//! What the settings say of draws, checked.

use std::time::Duration;

use tongban_kernel::Fault;
use tongban_runtime::{Environment, Settings, StartError};

use crate::beacon::Beacon;
use crate::proposal::{SourceKind, Times};

/// In production: two hours to commit, five minutes to announce, four hours to open, so that a witness who is
/// an officer can do it in office hours.
const PRODUCTION: [u64; 3] = [7_200, 300, 14_400];
/// In the sample city nobody wants to wait.
const SAMPLE: [u64; 3] = [20, 5, 60];
/// A checkpoint has to come in the first half of the time to open, with time to travel: so many of the intervals
/// at which histories are signed fit in it at least.
const INTERVALS: u64 = 4;

/// What the settings say of draws.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) source: SourceKind,
    pub(crate) value: String,
    pub(crate) fallback: String,
    pub(crate) times: Times,
    pub(crate) beacon: Option<Beacon>,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// When they cannot work; names every setting.
    pub(crate) fn of(settings: &Settings) -> Result<Self, StartError> {
        let mut wrong = Vec::new();
        let defaults = match settings.environment {
            Environment::Sample => SAMPLE,
            Environment::Production => PRODUCTION,
        };
        let least = settings.checkpoint_seconds.saturating_mul(INTERVALS);
        let mut seconds = |name: &str, given: Option<u64>, default: u64| {
            let seconds = given.unwrap_or(default);
            if !(1..=31_536_000).contains(&seconds) {
                wrong.push(format!("{name}: 1 to 31536000 seconds"));
            }
            Duration::from_secs(seconds)
        };
        let times = Times {
            commit: seconds("draw_commit_seconds", settings.draw_commit_seconds, defaults[0]),
            announce: seconds("draw_announce_seconds", settings.draw_announce_seconds, defaults[1]),
            open: seconds("draw_open_seconds", settings.draw_open_seconds, defaults[2].max(least)),
        };
        if times.open.as_secs() < least {
            wrong.push(format!(
                "draw_open_seconds: at least {least}, or sign checkpoints more often"
            ));
        }
        let beacon = match &settings.draw_beacon_url {
            None => None,
            Some(url) => match (&settings.draw_beacon_name, settings.draw_beacon_genesis) {
                (Some(name), Some(genesis)) if settings.draw_beacon_period > 0 => {
                    Some(Beacon::new(url, name, genesis, settings.draw_beacon_period)?)
                }
                _ => {
                    wrong.push(
                        "draw_beacon_url needs draw_beacon_name, _genesis and _period".into(),
                    );
                    None
                }
            },
        };
        let source = match settings.draw_source.as_str() {
            "checkpoint" => SourceKind::Checkpoint,
            "beacon" => SourceKind::Beacon,
            other => {
                wrong.push(format!("draw_source is checkpoint or beacon, not {other}"));
                SourceKind::Checkpoint
            }
        };
        if source == SourceKind::Beacon && settings.draw_beacon_url.is_none() {
            wrong.push("draw_source is beacon, but there is no draw_beacon_url".into());
        }
        if settings.draw_value == settings.draw_fallback && settings.draw_beacon_url.is_none() {
            wrong.push("draw_value and draw_fallback must be two services".into());
        }
        if wrong.is_empty() {
            let (value, fallback) = (settings.draw_value.clone(), settings.draw_fallback.clone());
            return Ok(Self { source, value, fallback, times, beacon });
        }
        Err(Fault::internal(wrong.join("; ")).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_has_time_and_the_sample_has_none() {
        let of = |environment| {
            Config::of(&Settings { environment, ..Settings::default() }).unwrap().times
        };
        assert_eq!(of(Environment::Production).open, Duration::from_secs(14_400));
        assert_eq!(of(Environment::Sample).commit, Duration::from_secs(20));
        let slow = Settings { checkpoint_seconds: 60, ..Settings::default() };
        assert_eq!(Config::of(&slow).unwrap().times.open, Duration::from_secs(240));
    }

    #[test]
    fn every_setting_that_cannot_work_is_named() {
        let settings = Settings {
            draw_source: "dice".into(),
            draw_fallback: "matters".into(),
            draw_open_seconds: Some(0),
            ..Settings::default()
        };
        let error = Config::of(&settings).unwrap_err().to_string();
        for name in ["draw_source", "draw_fallback", "draw_open_seconds"] {
            assert!(error.contains(name), "{error}");
        }
        let url = Settings { draw_beacon_url: Some("http://x".into()), ..Settings::default() };
        assert!(Config::of(&url).is_err(), "a beacon has a name and a beginning");
    }
}
