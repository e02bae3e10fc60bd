//! The two pairs of database and log, each test with a corner of its own.

use std::path::PathBuf;

use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use tongban_contracts::draws::HOLDERS;
use tongban_runtime::Settings;

/// A pair of database and log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite files and the embedded log.
    Embedded,
    /// PostgreSQL and Apache Kafka.
    Mesh,
}

/// The repository's root, from which data files are read.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Backend {
    /// Settings with a database and topics nobody else uses.
    pub fn settings(self) -> Settings {
        let corner = format!("t{}", uuid::Uuid::new_v4().simple());
        let mut settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: std::env::temp_dir().join("tongban-test").join(&corner),
            data: root().join("data"),
            ..Settings::default()
        };
        if self == Self::Mesh {
            settings.database_url = Some(required("TONGBAN_TEST_DATABASE_URL"));
            settings.kafka = Some(required("TONGBAN_TEST_KAFKA"));
            settings.schema_prefix = format!("{corner}_");
            settings.topic_prefix = format!("{corner}.");
            settings.database_connections = 6;
            settings.partitions = 1;
        }
        settings
    }
}

/// A test that needs PostgreSQL and Kafka fails without them: skipping would hide what is untested.
fn required(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the tests through `make test` or `scripts/test unit`")
    })
}

/// Removes what a test left behind.
pub async fn remove(settings: &Settings) {
    let _ = std::fs::remove_dir_all(&settings.data_dir);
    let Some(url) = &settings.database_url else { return };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let Ok(connection) = Database::connect(options).await else { return };
    let services = ["identity", "matters", "intake", "licences", "reviews", "exchange"];
    for service in services.into_iter().chain(HOLDERS) {
        let schema = format!("{}{service}", settings.schema_prefix);
        let _ = connection
            .execute_unprepared(&format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE"))
            .await;
    }
    let _ = connection.close().await;
}
