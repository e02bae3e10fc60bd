//! Who serves, and on which version of the schema: told by locks that end with their session.
//!
//! Every serving process holds, for each of its services, a shared advisory lock of PostgreSQL whose second number
//! is how many contracting migrations it knows. Whoever wants to contract closes the gate, looks who serves, and
//! contracts. Whoever starts first tells, then passes the gate, and only then looks at the schema: so either it is
//! seen, or it sees.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use tokio::sync::Mutex;

use crate::Storage;
use crate::migrate::until_taken;
use crate::sessions::one_session;

/// Between two rounds of telling.
pub const ROUND: Duration = Duration::from_secs(1);
/// How long a question about one's own locks may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often one looks who serves, a second apart: longer than a process is unseen that lost its session.
const LOOKS: u32 = 6;

/// That this process serves some services.
#[derive(Debug)]
pub struct Serving {
    /// Absent on SQLite, whose files belong to one serving process.
    url: Option<String>,
    /// Schemas, each with how many contractions are known.
    schemas: Vec<(String, i32)>,
    /// The connection whose session holds the locks; absent before they are first told and after a failure.
    connection: Mutex<Option<DatabaseConnection>>,
}

impl Serving {
    /// Prepares to tell that `services` are served, each with how many
    /// [contracting migrations](crate::contractions) are known; nothing is told yet.
    pub fn new<'a>(storage: &Storage, services: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        let Storage::Postgres { url, schema_prefix, .. } = storage else {
            return Self { url: None, schemas: Vec::new(), connection: Mutex::default() };
        };
        let schemas = services.into_iter().map(|(service, known)| {
            (format!("{schema_prefix}{service}"), i32::try_from(known).unwrap_or(i32::MAX))
        });
        Self { url: Some(url.clone()), schemas: schemas.collect(), connection: Mutex::default() }
    }

    /// Tells it, unless it is told already; gives whether it had to be told, after which the schemas have to be
    /// looked at: they may have been contracted meanwhile. To be asked again every [`ROUND`].
    ///
    /// # Errors
    /// When the database is away.
    pub async fn tell(&self) -> Result<bool, DbErr> {
        let Some(url) = &self.url else { return Ok(false) };
        let mut held = self.connection.lock().await;
        if let Some(connection) = held.as_ref() {
            let asked = tokio::time::timeout(PATIENCE, self.is_told(connection)).await;
            if let Ok(Ok(true)) = asked {
                return Ok(false);
            }
        }
        if let Some(lost) = held.take() {
            // What is left of the old session must not speak for the new one.
            let _ = lost.close().await;
        }
        let connection = Database::connect(one_session(url)).await?;
        for (schema, known) in &self.schemas {
            let tell = "SELECT pg_advisory_lock_shared(hashtext($1), $2)";
            let values = [serving_key(schema).into(), (*known).into()];
            connection.query_one_raw(statement(&connection, tell, values)).await?;
        }
        for (schema, _) in &self.schemas {
            Gate::of(schema).pass(&connection).await?;
        }
        *held = Some(connection);
        Ok(true)
    }

    async fn is_told(&self, connection: &DatabaseConnection) -> Result<bool, DbErr> {
        let ask = "SELECT COUNT(*) AS told FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 \
                   AND granted AND pid = pg_backend_pid()";
        let row = connection.query_one_raw(statement(connection, ask, [])).await?;
        let told: i64 = row.map_or(Ok(0), |row| row.try_get("", "told"))?;
        Ok(usize::try_from(told).is_ok_and(|told| told == self.schemas.len()))
    }
}

/// How many processes serve `schema` that know fewer than `known` contractions.
pub(crate) async fn earlier(
    connection: &DatabaseConnection,
    schema: &str,
    known: u32,
) -> Result<usize, DbErr> {
    let ask = "SELECT COUNT(*) AS earlier FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 \
               AND granted AND classid = hashtext($1)::oid AND objid < $2::bigint::oid \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let values = [serving_key(schema).into(), i64::from(known).into()];
    let mut seen = false;
    for look in 1..=LOOKS {
        if look > 1 {
            tokio::time::sleep(ROUND).await;
        }
        let row = connection.query_one_raw(statement(connection, ask, values.clone())).await?;
        let found: i64 = row.map_or(Ok(0), |row| row.try_get("", "earlier"))?;
        // Seen once, it may have been about to end.
        if found > 0 && (seen || look == LOOKS) {
            return Ok(usize::try_from(found).unwrap_or(usize::MAX));
        }
        seen |= found > 0;
    }
    Ok(0)
}

/// The gate that whoever starts to serve a schema passes; closed while it is contracted.
pub(crate) struct Gate(String);

impl Gate {
    pub(crate) fn of(schema: &str) -> Self {
        Self(format!("tongban-gate-{schema}"))
    }

    /// Closes it until the session of `connection` ends.
    pub(crate) async fn close(&self, connection: &DatabaseConnection) -> Result<(), DbErr> {
        let close = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken";
        until_taken(connection, statement(connection, close, [self.0.as_str().into()])).await
    }

    async fn pass(&self, connection: &DatabaseConnection) -> Result<(), DbErr> {
        let open = "SELECT pg_try_advisory_lock_shared(hashtextextended($1, 0)) AS taken";
        until_taken(connection, statement(connection, open, [self.0.as_str().into()])).await?;
        let leave = "SELECT pg_advisory_unlock_shared(hashtextextended($1, 0))";
        let leave = statement(connection, leave, [self.0.as_str().into()]);
        connection.query_one_raw(leave).await.map(drop)
    }
}

fn serving_key(schema: &str) -> String {
    format!("tongban-serving-{schema}")
}

fn statement<const N: usize>(
    connection: &DatabaseConnection,
    sql: &str,
    values: [sea_orm::Value; N],
) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
}
