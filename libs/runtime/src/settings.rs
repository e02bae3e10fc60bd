//! The configuration: defaults, then a TOML file, then `TONGBAN_…` variables, then flags.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Deserializer, Serialize};
use tongban_db::Storage;
use tongban_telemetry::LogFormat;
use tongban_web::token::TrustedIssuer;

/// What the process is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// The sample city, on a developer's machine.
    #[default]
    Sample,
    /// Real people's affairs: whatever belongs to the sample is refused.
    Production,
}

/// Everything that can be set; `docs/operations.md` has a table of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Services to run; empty for all.
    #[serde(deserialize_with = "list")]
    pub services: Vec<String>,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// What the process is for.
    pub environment: Environment,
    /// Directory of everything the process writes: databases without PostgreSQL, keys, sample accounts.
    pub data_dir: PathBuf,
    /// Directory of the calendar and the sample city.
    pub data: PathBuf,
    /// PostgreSQL URL; absent for SQLite files in the data directory.
    pub database_url: Option<String>,
    /// Most PostgreSQL connections of one service.
    pub database_connections: u32,
    /// Put before every PostgreSQL schema's name.
    pub schema_prefix: String,
    /// Kafka brokers; absent for the embedded log in the data directory.
    pub kafka: Option<String>,
    /// Put before every topic and consumer group.
    pub topic_prefix: String,
    /// Partitions of a topic that has to be made.
    pub partitions: i32,
    /// `iss` of the tokens that identity issues.
    pub issuer: String,
    /// `aud` of tokens.
    pub audience: String,
    /// Where keys are: `URL` for our own issuer's, `ISSUER=URL` for another trusted one's.
    #[serde(deserialize_with = "list")]
    pub jwks_urls: Vec<String>,
    /// File with the 32-byte master key in hexadecimal; absent for `master.key` in the data directory.
    pub master_key_file: Option<PathBuf>,
    /// Seconds between two signed checkpoints of a service's history, at least 1; only what grew is signed.
    pub checkpoint_seconds: u64,
    /// Where draws get their public value: `checkpoint` or `beacon`.
    pub draw_source: String,
    /// Service whose history gives the value.
    pub draw_value: String,
    /// Service whose history gives the value for withheld seeds, when there is no beacon.
    pub draw_fallback: String,
    /// Seconds for witnesses to commit; absent for 7200, or 20 in the sample city.
    pub draw_commit_seconds: Option<u64>,
    /// Seconds for a draw to be announced after that; absent for 300, or 5 in the sample city.
    pub draw_announce_seconds: Option<u64>,
    /// Seconds for seeds to be opened after that; absent for 14400, or 60 in the sample city.
    pub draw_open_seconds: Option<u64>,
    /// Base URL of a public beacon in drand's form, before `/public/<round>`; absent for none.
    pub draw_beacon_url: Option<String>,
    /// Name of the beacon, as announcements have it.
    pub draw_beacon_name: Option<String>,
    /// When its first round was, in seconds since 1970.
    pub draw_beacon_genesis: Option<i64>,
    /// Seconds between two of its rounds.
    pub draw_beacon_period: u32,
    /// Where other platforms take what supervision publishes: `TARGET=URL`. A target without an address gets its
    /// records later.
    #[serde(deserialize_with = "list")]
    pub exports: Vec<String>,
    /// File with the secrets shared with them, a line each: `TARGET=SECRET`.
    pub export_secrets_file: Option<PathBuf>,
    /// Networks, in CIDR, that the exchange may reach systems of source bodies in; this machine besides in the sample city.
    #[serde(deserialize_with = "list")]
    pub provider_networks: Vec<String>,
    /// File with the secrets that calls to them are signed with, a line each: `CREDENTIAL=SECRET`.
    pub provider_secrets_file: Option<PathBuf>,
    /// OTLP/HTTP base URL for traces; absent for none.
    pub otlp_endpoint: Option<String>,
    /// `text` or `json`.
    #[serde(with = "log_format")]
    pub log_format: LogFormat,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            services: Vec::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            environment: Environment::Sample,
            data_dir: PathBuf::from("var/city"),
            data: PathBuf::from("data"),
            database_url: None,
            database_connections: 10,
            schema_prefix: String::new(),
            kafka: None,
            topic_prefix: String::new(),
            partitions: 6,
            issuer: "urn:tongban:identity".into(),
            audience: "tongban".into(),
            jwks_urls: Vec::new(),
            master_key_file: None,
            checkpoint_seconds: 10,
            draw_source: "checkpoint".into(),
            draw_value: "matters".into(),
            draw_fallback: "licences".into(),
            draw_commit_seconds: None,
            draw_announce_seconds: None,
            draw_open_seconds: None,
            draw_beacon_url: None,
            draw_beacon_name: None,
            draw_beacon_genesis: None,
            draw_beacon_period: 30,
            exports: Vec::new(),
            export_secrets_file: None,
            provider_networks: Vec::new(),
            provider_secrets_file: None,
            otlp_endpoint: None,
            log_format: LogFormat::Text,
        }
    }
}

/// Why the configuration cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be read: {0}")]
pub struct SettingsError(#[from] Box<figment::Error>);

impl Settings {
    /// Reads the configuration; `flags` are the command line's, only those that were given.
    ///
    /// # Errors
    /// When a value cannot be understood or a setting is unknown; names the setting and its origin.
    pub fn read(file: Option<&Path>, flags: impl Serialize) -> Result<Self, SettingsError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment
            .merge(Env::prefixed("TONGBAN_").filter(|key| !is_of_the_scripts(key.as_str())))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| SettingsError(Box::new(error)))
    }

    /// Where the databases are.
    pub fn storage(&self) -> Storage {
        match &self.database_url {
            Some(url) => Storage::Postgres {
                url: url.clone(),
                schema_prefix: self.schema_prefix.clone(),
                max_connections: self.database_connections,
            },
            None => Storage::Sqlite { dir: self.data_dir.clone() },
        }
    }

    /// Where the master key is.
    pub fn master_key(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| self.data_dir.join("master.key"))
    }

    /// Whose tokens are trusted, when the process itself is reached at `own`.
    pub fn trusted_issuers(&self, own: SocketAddr) -> Vec<TrustedIssuer> {
        if self.jwks_urls.is_empty() {
            return vec![TrustedIssuer {
                issuer: self.issuer.clone(),
                jwks_url: format!("http://{}/identity/.well-known/jwks.json", reachable(own)),
            }];
        }
        self.jwks_urls
            .iter()
            .map(|entry| match entry.split_once("=http") {
                Some((issuer, rest)) => {
                    TrustedIssuer { issuer: issuer.to_owned(), jwks_url: format!("http{rest}") }
                }
                None => TrustedIssuer { issuer: self.issuer.clone(), jwks_url: entry.clone() },
            })
            .collect()
    }
}

/// Variables that share the prefix but are meant for logs, scripts and tests.
fn is_of_the_scripts(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    matches!(key.as_str(), "config" | "log" | "var" | "bin")
        || key.ends_with("_port")
        || key.starts_with("test_")
}

/// The address to reach a listener of one's own that may listen on every interface.
fn reachable(own: SocketAddr) -> SocketAddr {
    if own.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], own.port())) } else { own }
}

/// A list, or text with commas, as variables and flags give it.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::List(list) => list,
        Either::Text(text) => text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}

mod log_format {
    //! `text` and `json` in configurations.

    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use tongban_telemetry::LogFormat;

    pub(super) fn serialize<S: Serializer>(format: &LogFormat, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(match format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<LogFormat, D::Error> {
        match String::deserialize(d)?.as_str() {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            other => Err(D::Error::custom(format!("log_format is text or json, not {other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_and_lists_may_be_text() {
        let settings = Settings::read(
            None,
            serde_json::json!({"services": "intake, reviews", "listen": "0.0.0.0:9000"}),
        )
        .unwrap();
        assert_eq!(settings.services, ["intake", "reviews"]);
        assert_eq!(settings.listen.port(), 9000);
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let error = Settings::read(None, serde_json::json!({"databse_url": "x"})).unwrap_err();
        assert!(error.to_string().contains("databse_url"));
    }

    #[test]
    fn another_issuer_has_its_own_keys() {
        let settings = Settings {
            jwks_urls: vec!["http://a/jwks".into(), "https://city=https://b/jwks".into()],
            ..Settings::default()
        };
        let trusted = settings.trusted_issuers(settings.listen);
        assert_eq!(trusted[0].issuer, "urn:tongban:identity");
        assert_eq!(
            (trusted[1].issuer.as_str(), trusted[1].jwks_url.as_str()),
            ("https://city", "https://b/jwks")
        );
    }
}
