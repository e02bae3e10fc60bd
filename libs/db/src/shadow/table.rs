//! One table of the shadow against the live one.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult, Statement};
use tongban_kernel::Fault;

use super::{Place, Shadow, quoted};
use crate::{Dialect, dialect, to_fault};

/// How live rows differed from those of the shadow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromQueryResult)]
pub struct Difference {
    /// Rows that only the shadow has.
    pub missing: i64,
    /// Rows that only the live table has.
    pub extra: i64,
    /// Rows with the same key and something else in another column.
    pub changed: i64,
}

impl Difference {
    /// Rows of all three sorts.
    pub fn sum(&self) -> i64 {
        self.missing + self.extra + self.changed
    }
}

/// A table that is there twice. Rows are told apart by the primary key, and compared column by column.
pub struct ShadowTable {
    name: &'static str,
    live: String,
    own: String,
    /// Keys of the rows at which the two differ.
    suspects: String,
    columns: Vec<String>,
    keys: Vec<String>,
}

#[derive(FromQueryResult)]
struct Column {
    name: String,
    key: bool,
}

/// The columns that a table has in both places, in their order, and whether they are of its primary key. While
/// another version serves, the live table may have some that the program does not know, or no longer some that
/// it does without.
const ON_SQLITE: &str = "SELECT name, pk > 0 AS key FROM pragma_table_info($1, 'main') \
    WHERE name IN (SELECT name FROM pragma_table_info($1, 'live')) ORDER BY cid";
const ON_POSTGRES: &str = "SELECT a.attname::text AS name, EXISTS (SELECT 1 FROM pg_index AS i \
    WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS key \
    FROM pg_attribute AS a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 \
    AND NOT a.attisdropped AND EXISTS (SELECT 1 FROM pg_attribute AS l \
    WHERE l.attrelid = to_regclass($2) AND l.attname = a.attname AND NOT l.attisdropped) \
    ORDER BY a.attnum";

impl Shadow {
    /// The table `name` in both places.
    ///
    /// # Errors
    /// When it is not in both or has no primary key, which is our own mistake; the database's absence.
    pub async fn table(
        &self,
        transaction: &DatabaseTransaction,
        name: &'static str,
    ) -> Result<ShadowTable, Fault> {
        let backend = transaction.get_database_backend();
        let statement = match self.place {
            Place::File(_) => Statement::from_sql_and_values(backend, ON_SQLITE, [name.into()]),
            Place::Schema => {
                let places = [self.own(name).into(), self.live(name).into()];
                Statement::from_sql_and_values(backend, ON_POSTGRES, places)
            }
        };
        let columns = Column::find_by_statement(statement).all(transaction).await;
        let columns = columns.map_err(to_fault)?;
        let named = |column: &Column| quoted(&column.name);
        let keys: Vec<String> = columns.iter().filter(|column| column.key).map(named).collect();
        if keys.is_empty() {
            return Err(Fault::internal(format!("{name} is no table with a primary key")));
        }
        Ok(ShadowTable {
            name,
            live: self.live(name),
            own: self.own(name),
            suspects: self.own(&format!("rebuild_suspect_{name}")),
            columns: columns.iter().map(named).collect(),
            keys,
        })
    }
}

impl ShadowTable {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Rows of the live table, and of the shadow's.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rows(&self, transaction: &DatabaseTransaction) -> Result<(i64, i64), Fault> {
        let Self { live, own, .. } = self;
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM {live}) AS live, (SELECT COUNT(*) FROM {own}) AS own"
        );
        let statement = Statement::from_string(transaction.get_database_backend(), sql);
        let row = transaction.query_one_raw(statement).await.map_err(to_fault)?;
        let read = || -> Result<_, DbErr> {
            let row = row.ok_or_else(|| DbErr::RecordNotFound(self.name.into()))?;
            Ok((row.try_get("", "live")?, row.try_get("", "own")?))
        };
        read().map_err(to_fault)
    }

    /// Compares the two and writes down the keys of the rows at which they differ; reads all of both.
    ///
    /// # Errors
    /// When it was done before; when the database is away.
    pub async fn mark(&self, transaction: &DatabaseTransaction) -> Result<(), Fault> {
        let Self { live, own, suspects, .. } = self;
        let (same, differ) = (self.same("s", "l"), self.differ());
        let named = |alias: &str| {
            let columns = self.keys.iter().map(|key| format!("{alias}.{key} AS {key}"));
            columns.collect::<Vec<_>>().join(", ")
        };
        let (of_own, of_live) = (named("s"), named("l"));
        let sql = format!(
            "CREATE TABLE {suspects} AS \
             SELECT {of_own} FROM {own} AS s LEFT JOIN {live} AS l ON {same} WHERE {missing} OR {differ} \
             UNION ALL SELECT {of_live} FROM {live} AS l \
             WHERE NOT EXISTS (SELECT 1 FROM {own} AS s WHERE {same})",
            missing = format_args!("l.{} IS NULL", self.keys[0]),
        );
        self.analyze(transaction, own).await?;
        transaction.execute_unprepared(&sql).await.map_err(to_fault)?;
        self.analyze(transaction, suspects).await
    }

    /// Has PostgreSQL count rows: it would guess wrongly how to look for few in many. SQLite does not guess.
    async fn analyze(&self, transaction: &DatabaseTransaction, table: &str) -> Result<(), Fault> {
        if dialect(transaction) == Dialect::Postgres {
            let sql = format!("ANALYZE {table}");
            transaction.execute_unprepared(&sql).await.map_err(to_fault)?;
        }
        Ok(())
    }

    /// How the marked rows differ now.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn difference(&self, transaction: &DatabaseTransaction) -> Result<Difference, Fault> {
        let Self { live, own, .. } = self;
        let (same, differ) = (self.same("s", "l"), self.differ());
        let (own_marked, live_marked) = (self.marked("s"), self.marked("l"));
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM {own} AS s WHERE {own_marked} \
             AND NOT EXISTS (SELECT 1 FROM {live} AS l WHERE {same})) AS missing, \
             (SELECT COUNT(*) FROM {live} AS l WHERE {live_marked} \
             AND NOT EXISTS (SELECT 1 FROM {own} AS s WHERE {same})) AS extra, \
             (SELECT COUNT(*) FROM {own} AS s JOIN {live} AS l ON {same} \
             WHERE {own_marked} AND ({differ})) AS changed"
        );
        let statement = Statement::from_string(transaction.get_database_backend(), sql);
        let found = Difference::find_by_statement(statement).one(transaction).await;
        Ok(found.map_err(to_fault)?.unwrap_or_default())
    }

    /// Puts the shadow's rows in place of the live ones wherever a row is marked.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn switch(&self, transaction: &DatabaseTransaction) -> Result<(), Fault> {
        let Self { live, own, .. } = self;
        let (same, differ) = (self.same("s", "l"), self.differ());
        let (own_marked, live_marked) = (self.marked("s"), self.marked("l"));
        let columns = self.columns.join(", ");
        let delete = format!(
            "DELETE FROM {live} AS l WHERE {live_marked} AND NOT EXISTS \
             (SELECT 1 FROM {own} AS s WHERE {same} AND NOT ({differ}))"
        );
        let insert = format!(
            "INSERT INTO {live} ({columns}) SELECT {columns} FROM {own} AS s WHERE {own_marked} \
             AND NOT EXISTS (SELECT 1 FROM {live} AS l WHERE {same})"
        );
        for sql in [delete, insert] {
            transaction.execute_unprepared(&sql).await.map_err(to_fault)?;
        }
        Ok(())
    }

    /// The condition that two rows have the same key.
    fn same(&self, one: &str, other: &str) -> String {
        let pairs = self.keys.iter().map(|key| format!("{one}.{key} = {other}.{key}"));
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// The condition that a row of the shadow, `s`, says something else than the live one, `l`.
    fn differ(&self) -> String {
        let mut any = "FALSE".to_owned();
        for column in self.columns.iter().filter(|column| !self.keys.contains(column)) {
            let _ = write!(any, " OR s.{column} IS DISTINCT FROM l.{column}");
        }
        any
    }

    /// The condition that the row `alias` is marked.
    fn marked(&self, alias: &str) -> String {
        let own: Vec<_> = self.keys.iter().map(|key| format!("{alias}.{key}")).collect();
        let (own, keys) = (own.join(", "), self.keys.join(", "));
        format!("({own}) IN (SELECT {keys} FROM {})", self.suspects)
    }
}
