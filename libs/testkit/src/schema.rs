//! What a migration does to a schema that another version serves on.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use tongban_db::{Db, Dialect, Migrations, Phase, Storage};
use tongban_runtime::{Service, all_migrations};

use crate::backend::{Backend, remove};

/// A column, as those who write to its table see it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    kind: String,
    nullable: bool,
    default: Option<String>,
}

/// Tables with their columns, and what else stands in the schema by name: indexes, constraints, triggers.
#[derive(Debug, Default)]
struct Schema {
    tables: BTreeMap<String, BTreeMap<String, Column>>,
    /// By name: the table, whether it restricts what may be written, and its definition.
    rules: BTreeMap<String, (String, bool, String)>,
}

#[derive(FromQueryResult)]
struct ColumnRow {
    table: String,
    column: String,
    kind: String,
    nullable: bool,
    default: Option<String>,
}

#[derive(FromQueryResult)]
struct RuleRow {
    name: String,
    table: String,
    restricts: bool,
    definition: String,
}

const POSTGRES_COLUMNS: &str = "SELECT table_name::text AS \"table\", column_name::text AS \"column\", \
    concat_ws(' ', data_type::text, character_maximum_length, numeric_precision) AS kind, \
    is_nullable = 'YES' AS nullable, \
    CASE WHEN is_identity = 'YES' THEN 'identity' ELSE column_default::text END AS \"default\" \
    FROM information_schema.columns WHERE table_schema = current_schema()";
const POSTGRES_RULES: &str = "SELECT i.relname::text AS name, t.relname::text AS \"table\", \
    (x.indisunique OR x.indisexclusion) AS restricts, pg_get_indexdef(x.indexrelid) AS definition \
    FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid \
    WHERE t.relnamespace = current_schema()::regnamespace \
    UNION ALL SELECT 'constraint ' || c.conname, t.relname::text, true, pg_get_constraintdef(c.oid) \
    FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid \
    WHERE t.relnamespace = current_schema()::regnamespace AND c.contype NOT IN ('p', 'u', 'x', 'n') \
    UNION ALL SELECT 'trigger ' || g.tgname, t.relname::text, false, pg_get_triggerdef(g.oid) \
    FROM pg_trigger AS g JOIN pg_class AS t ON t.oid = g.tgrelid \
    WHERE t.relnamespace = current_schema()::regnamespace AND NOT g.tgisinternal";
const SQLITE_COLUMNS: &str = "SELECT t.name AS \"table\", c.name AS \"column\", c.type AS kind, \
    (c.\"notnull\" = 0 AND c.pk = 0) AS nullable, \
    CASE WHEN c.pk > 0 AND upper(c.type) = 'INTEGER' THEN 'rowid' ELSE c.dflt_value END AS \"default\" \
    FROM sqlite_master AS t, pragma_table_xinfo(t.name) AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
const SQLITE_RULES: &str = "SELECT i.name AS name, t.name AS \"table\", i.\"unique\" <> 0 AS restricts, \
    (SELECT group_concat(name, ',') FROM pragma_index_info(i.name)) || coalesce(m.sql, '') AS definition \
    FROM sqlite_master AS t, pragma_index_list(t.name) AS i \
    LEFT JOIN sqlite_master AS m ON m.type = 'index' AND m.name = i.name WHERE t.type = 'table' \
    UNION ALL SELECT 'trigger ' || name, tbl_name, 0, sql FROM sqlite_master WHERE type = 'trigger' \
    UNION ALL SELECT 'foreign key ' || t.name || f.id || '.' || f.seq, t.name, 1, f.\"table\" || f.\"from\" \
    FROM sqlite_master AS t, pragma_foreign_key_list(t.name) AS f WHERE t.type = 'table'";

impl Schema {
    async fn of(db: &Db) -> Self {
        let (columns, rules) = match db.dialect() {
            Dialect::Sqlite => (SQLITE_COLUMNS, SQLITE_RULES),
            Dialect::Postgres => (POSTGRES_COLUMNS, POSTGRES_RULES),
        };
        let mut schema = Self::default();
        for ColumnRow { table, column, kind, nullable, default } in ask(db, columns).await {
            let columns = schema.tables.entry(table).or_default();
            columns.insert(column, Column { kind, nullable, default });
        }
        for RuleRow { name, table, restricts, definition } in ask(db, rules).await {
            schema.rules.insert(name, (table, restricts, definition));
        }
        schema
    }

    /// What a program that was written for `self` no longer finds or may no longer do in `later`.
    fn lost_in(&self, later: &Self) -> Vec<String> {
        let mut lost = Vec::new();
        for (table, columns) in &self.tables {
            let Some(now) = later.tables.get(table) else {
                lost.push(format!("table {table} is gone"));
                continue;
            };
            for (name, column) in columns {
                match now.get(name) {
                    None => lost.push(format!("column {table}.{name} is gone")),
                    Some(other) if other != column => {
                        lost.push(format!("column {table}.{name} was {column:?} and is {other:?}"));
                    }
                    Some(_) => {}
                }
            }
            for (name, column) in now.iter().filter(|(name, _)| !columns.contains_key(*name)) {
                if !column.nullable && column.default.is_none() {
                    lost.push(format!(
                        "column {table}.{name} has to be given by those who do not know it"
                    ));
                }
            }
        }
        for (name, (table, _, definition)) in &self.rules {
            if later.rules.get(name).is_none_or(|(_, _, now)| now != definition) {
                lost.push(format!("{name} on {table} is gone or another: it was {definition}"));
            }
        }
        for (name, (table, restricts, definition)) in &later.rules {
            if *restricts && !self.rules.contains_key(name) && self.tables.contains_key(table) {
                lost.push(format!("{name} restricts what is written to {table}: {definition}"));
            }
        }
        lost
    }
}

async fn ask<R: FromQueryResult>(db: &Db, question: &str) -> Vec<R> {
    let statement = Statement::from_string(db.write().get_database_backend(), question);
    R::find_by_statement(statement).all(db.write()).await.expect("the schema can be read")
}

/// Applies the migrations one after the other to a new database; gives what each expanding one takes away from
/// the version before it, with the migration's name.
pub async fn losses(
    backend: Backend,
    service: &str,
    migrations: impl Fn() -> Migrations + Send + Sync,
) -> Vec<String> {
    let settings = backend.settings();
    let storage = settings.storage();
    let db = Db::open(&storage, service).await.expect("a database");
    let first = |count: usize| migrations().into_iter().take(count).collect::<Migrations>();
    let mut losses = Vec::new();
    let mut before = Schema::default();
    for (count, migration) in (1..).zip(migrations()) {
        let name = migration.name();
        if Phase::of(name) == Phase::Contract {
            let done = tongban_db::contract(&db, &storage, service, || first(count)).await;
            done.expect("the migration contracts");
        } else {
            let done = tongban_db::migrate(&db, &storage, service, || first(count)).await;
            done.expect("the migration expands");
        }
        let after = Schema::of(&db).await;
        assert!(!after.tables.is_empty(), "{service} has tables after {name}");
        if Phase::of(name) == Phase::Expand {
            let lost = before.lost_in(&after).into_iter();
            losses.extend(lost.map(|lost| format!("{service}, {name}: {lost}")));
        }
        before = after;
    }
    if let Storage::Postgres { schema_prefix, .. } = &storage {
        let drop = format!("DROP SCHEMA \"{schema_prefix}{service}\" CASCADE");
        db.write().execute_unprepared(&drop).await.expect("the schema goes");
    }
    db.close().await.expect("the database closes");
    remove(&settings).await;
    losses
}

/// As [`losses`], for every migration of every service.
pub async fn losses_of_all(backend: Backend, services: &[Arc<dyn Service>]) -> Vec<String> {
    let mut all = Vec::new();
    for service in services {
        let migrations = all_migrations(service.as_ref());
        all.extend(losses(backend, service.info().name, migrations).await);
    }
    all
}
