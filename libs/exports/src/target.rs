//! Who gets records, and how they are reached.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use tongban_runtime::{Settings, StartError};

use crate::http::HttpReceiver;

/// How an attempt to hand a record over ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// The receiver took it.
    Taken,
    /// The receiver will never take it as it is, and says why.
    Refused(String),
    /// Not now; why, for those who look.
    Away(String),
}

/// Whoever takes records. A record may be handed over more than once; its identifier tells.
#[async_trait]
pub trait Receiver: Send + Sync + 'static {
    /// Hands over one record, at `now` in seconds since 1970.
    async fn hand_over(&self, id: &str, body: &str, now: i64) -> Handed;
}

/// A platform that gets records (报送对象).
pub struct Target {
    /// Stable name.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Whether it gets what is published of natural persons.
    pub natural_persons: bool,
    /// How it is reached; absent while nobody has said, and then everything waits.
    pub receiver: Option<Arc<dyn Receiver>>,
}

/// All of them.
pub struct Targets(Vec<Target>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: String,
    title: String,
    #[serde(default)]
    natural_persons: bool,
    /// With it, records go in an envelope.
    #[serde(default)]
    app_mark: Option<String>,
    #[expect(dead_code, reason = "for those who read the file")]
    source: String,
}

impl Targets {
    /// Those that the `export-targets.json` of a service describes, reached where the settings say. In the settings the
    /// targets of supervision stand by their names, those of other services as `SERVICE.NAME`.
    ///
    /// # Errors
    /// Names what cannot be read, or the setting that names no target or no secret.
    pub fn of(settings: &Settings, service: Option<&str>) -> Result<Self, StartError> {
        let path = settings.data.join(service.unwrap_or("supervision")).join("export-targets.json");
        let described: Vec<Described> = serde_json::from_str(&read(&path)?)
            .map_err(|error| StartError::File(path.display().to_string(), error.to_string()))?;
        let mut addresses = own(service, pairs("exports", &settings.exports)?);
        let mut secrets = match &settings.export_secrets_file {
            Some(file) => {
                let lines: Vec<String> = read(file)?.lines().map(str::to_owned).collect();
                own(service, pairs("export_secrets_file", &lines)?)
            }
            None => HashMap::new(),
        };
        let mut targets = Vec::new();
        for Described { name, title, natural_persons, app_mark, .. } in described {
            let receiver = match addresses.remove(&name) {
                None => None,
                Some(url) => {
                    let secret = secrets.remove(&name).ok_or_else(|| {
                        wrong(format!("export_secrets_file has no secret for {name}"))
                    })?;
                    let receiver = HttpReceiver::new(&url, &secret).map_err(wrong)?;
                    let receiver = match &app_mark {
                        Some(mark) => receiver.enveloped(mark),
                        None => receiver,
                    };
                    Some(Arc::new(receiver) as Arc<dyn Receiver>)
                }
            };
            targets.push(Target { name, title, natural_persons, receiver });
        }
        match addresses.into_keys().next() {
            Some(unknown) => Err(wrong(format!("exports names {unknown}, which gets nothing"))),
            None => Ok(Self(targets)),
        }
    }

    /// All of them.
    pub fn all(&self) -> &[Target] {
        &self.0
    }

    /// The one with this name.
    pub fn find(&self, name: &str) -> Option<&Target> {
        self.0.iter().find(|target| target.name == name)
    }
}

/// Of all entries those of one service, without its name.
fn own(service: Option<&str>, all: HashMap<String, String>) -> HashMap<String, String> {
    let name_of = |name: String| match (service, name.split_once('.')) {
        (None, None) => Some(name),
        (Some(service), Some((of, name))) if of == service => Some(name.to_owned()),
        _ => None,
    };
    let each = all.into_iter();
    each.filter_map(|(name, value)| Some((name_of(name)?, value))).collect()
}

fn wrong(why: String) -> StartError {
    StartError::File("settings".into(), why)
}

fn read(path: &Path) -> Result<String, StartError> {
    std::fs::read_to_string(path)
        .map_err(|error| StartError::File(path.display().to_string(), error.to_string()))
}

/// `NAME=VALUE`, each once; empty lines are passed over.
fn pairs(setting: &str, entries: &[String]) -> Result<HashMap<String, String>, StartError> {
    let mut found = HashMap::new();
    for entry in entries.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty()) {
        let pair = entry.split_once('=');
        let (name, value) =
            pair.ok_or_else(|| wrong(format!("{setting}: an entry is not NAME=VALUE")))?;
        if found.insert(name.trim().to_owned(), value.trim().to_owned()).is_some() {
            return Err(wrong(format!("{setting} names {name} twice")));
        }
    }
    Ok(found)
}
