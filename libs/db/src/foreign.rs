//! A PostgreSQL database of somebody else's, of which views are read and nothing else.

use std::net::SocketAddr;
use std::time::Duration;

use futures::TryStreamExt as _;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use sea_orm::sqlx::{self, AssertSqlSafe};

/// How a foreign database is reached. Nothing of it comes from the environment.
#[derive(Clone)]
pub struct ForeignAccess {
    /// Where its server listens: an address, so that nothing is looked up any more.
    pub server: SocketAddr,
    /// The database.
    pub database: String,
    /// A user that can read the views, and nothing else if the other side is careful.
    pub user: String,
    /// The user's password, if it needs one.
    pub password: Option<String>,
    /// A certificate (PEM) that the server's has to be signed by; TLS is then required, else it is used when there.
    pub authority: Option<Vec<u8>>,
    /// Most connections.
    pub connections: u32,
    /// How long to wait for a connection.
    pub connect: Duration,
    /// How long a statement may take; the server ends it, also when nobody waits any more.
    pub statement: Duration,
}

/// What kind of value a column or condition has; each is written in the statement as it is named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignKind {
    /// `text`
    Text,
    /// `bigint`
    Integer,
    /// `double precision`
    Number,
    /// `boolean`
    Boolean,
    /// `date`
    Date,
    /// `timestamptz`
    Moment,
}

impl ForeignKind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "bigint",
            Self::Number => "double precision",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Moment => "timestamptz",
        }
    }
}

/// What is read: names are quoted, values are bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRead<'a> {
    /// Schema.
    pub schema: &'a str,
    /// View.
    pub view: &'a str,
    /// Columns, each given on as its kind.
    pub columns: Vec<(&'a str, ForeignKind)>,
    /// Conditions: column, kind and text of the value it has to equal.
    pub equal: Vec<(&'a str, ForeignKind, &'a str)>,
    /// Most rows.
    pub rows: usize,
    /// Most bytes.
    pub bytes: usize,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignFault {
    /// The database cannot be reached, or the connection broke.
    #[error("away: {0}")]
    Away(String),
    /// The statement took too long.
    #[error("the statement took too long")]
    TimedOut,
    /// View, column or type is not what was declared. Holds the server's code alone.
    #[error("not as declared: {0}")]
    Undeclared(String),
    /// The server refuses. Holds its code alone: its words may repeat values.
    #[error("refused: {0}")]
    Refused(String),
    /// More rows than asked for.
    #[error("too many rows")]
    TooManyRows,
    /// More bytes than asked for.
    #[error("too many bytes")]
    TooManyBytes,
}

/// Reads views of a foreign database.
///
/// Every statement is a read-only transaction of its own with an end to its time: both are settings of the session that
/// come with the connection, so that there is no `BEGIN` to be cut off after. Nothing but `pg_catalog` is searched for names.
#[derive(Debug, Clone)]
pub struct Foreign {
    pool: PgPool,
}

impl Foreign {
    /// Opens nothing yet: connections come with the first reads.
    pub fn new(access: ForeignAccess) -> Self {
        let mut options = PgConnectOptions::new_without_pgpass()
            .host(&access.server.ip().to_string())
            .port(access.server.port())
            .database(&access.database)
            .username(&access.user)
            .password(access.password.as_deref().unwrap_or_default())
            .application_name("tongban")
            .ssl_mode(PgSslMode::Prefer)
            .options([
                ("default_transaction_read_only", "on".to_owned()),
                ("statement_timeout", format!("{}ms", access.statement.as_millis().max(1))),
                ("search_path", "pg_catalog".to_owned()),
            ]);
        if let Some(authority) = access.authority {
            options = options.ssl_mode(PgSslMode::VerifyCa).ssl_root_cert_from_pem(authority);
        }
        let pool = PgPoolOptions::new()
            .max_connections(access.connections)
            .acquire_timeout(access.connect)
            .idle_timeout(Duration::from_secs(60))
            .connect_lazy_with(options);
        Self { pool }
    }

    /// The rows of a view, each as the text of a JSON object. Never more than `rows`, nor more than `bytes`, are held.
    ///
    /// # Errors
    /// [`ForeignFault`].
    pub async fn read(&self, read: &ForeignRead<'_>) -> Result<Vec<String>, ForeignFault> {
        let text = statement(read);
        let mut query = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(text));
        // One more than may be says that there are more; characters take one byte or more.
        query = query.bind(i32::try_from(read.bytes.saturating_add(1)).unwrap_or(i32::MAX));
        query = query.bind(i64::try_from(read.rows.saturating_add(1)).unwrap_or(i64::MAX));
        for (_, _, value) in &read.equal {
            query = query.bind(*value);
        }
        let mut connection = self.pool.acquire().await.map_err(|error| fault(&error))?;
        let mut found = Vec::new();
        let mut bytes = 0;
        let done = {
            let mut rows = query.fetch(&mut *connection);
            loop {
                match rows.try_next().await {
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(fault(&error)),
                    Ok(Some(row)) => {
                        let row = row.unwrap_or_default();
                        bytes += row.len();
                        if found.len() == read.rows {
                            break Err(ForeignFault::TooManyRows);
                        }
                        if bytes > read.bytes {
                            break Err(ForeignFault::TooManyBytes);
                        }
                        found.push(row);
                    }
                }
            }
        };
        match done {
            Ok(()) => Ok(found),
            Err(fault) => {
                // What may still come on it is not waited for.
                drop(connection.detach());
                Err(fault)
            }
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The statement of a read. Names come from the registration and are quoted; values are parameters, sent as text and
/// taken for their kind by the server.
fn statement(read: &ForeignRead<'_>) -> String {
    let columns: Vec<String> = read
        .columns
        .iter()
        .map(|(name, kind)| format!("{0}::{1} AS {0}", quoted(name), kind.name()))
        .collect();
    let conditions: Vec<String> = (3..)
        .zip(&read.equal)
        .map(|(number, (name, kind, _))| {
            format!("{} = ${number}::text::{}", quoted(name), kind.name())
        })
        .collect();
    let condition =
        if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
    format!(
        "SELECT left(row_to_json(one)::text, $1) FROM (SELECT {} FROM {}.{} WHERE {condition} LIMIT $2) AS one",
        columns.join(", "),
        quoted(read.schema),
        quoted(read.view),
    )
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\"").replace('\0', ""))
}

fn fault(error: &sqlx::Error) -> ForeignFault {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::PoolTimedOut => ForeignFault::Away("no connection in time".to_owned()),
            other => ForeignFault::Away(other.to_string()),
        };
    };
    let code = database.code().unwrap_or_default().into_owned();
    match code.as_str() {
        // query_canceled: by the session's statement_timeout, or by whoever runs the server.
        "57014" => ForeignFault::TimedOut,
        // undefined table, column, schema, function (operator); wrong object type; cannot be cast
        "42P01" | "42703" | "3F000" | "42883" | "42809" | "42846" => ForeignFault::Undeclared(code),
        _ if ["08", "53", "57P"].iter().any(|class| code.starts_with(class)) => {
            ForeignFault::Away(code)
        }
        _ => ForeignFault::Refused(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_values_are_bound() {
        let read = ForeignRead {
            schema: "s",
            view: "v\" WHERE true; --",
            columns: vec![("a\"b", ForeignKind::Text)],
            equal: vec![("c", ForeignKind::Date, "2026-01-01'; DROP TABLE x; --")],
            rows: 1,
            bytes: 1,
        };
        let text = statement(&read);
        assert_eq!(
            text,
            "SELECT left(row_to_json(one)::text, $1) FROM (SELECT \"a\"\"b\"::text AS \"a\"\"b\" \
             FROM \"s\".\"v\"\" WHERE true; --\" WHERE \"c\" = $3::text::date LIMIT $2) AS one"
        );
    }
}
