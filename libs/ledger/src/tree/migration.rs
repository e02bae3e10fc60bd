//! The tables of the tree, and the trigger that lets every event wait for its place.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use tongban_db::Dialect;

pub(crate) struct TreeTables;

impl MigrationName for TreeTables {
    fn name(&self) -> &'static str {
        "m20261123_000001_ledger_tree"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for TreeTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("ledger_leaf")
                    .col(ColumnDef::new("place").big_integer().not_null().primary_key())
                    .col(big_integer("position"))
                    .col(string("event_id").unique_key())
                    .col(blob("hash"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_subtree")
                    .col(integer("level"))
                    .col(big_integer("place"))
                    .col(blob("hash"))
                    .primary_key(Index::create().col("level").col("place"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_unsequenced")
                    .col(ColumnDef::new("position").big_integer().not_null().primary_key())
                    .to_owned(),
            )
            .await?;
        let connection = manager.get_connection();
        // The trigger before the rows: what is written in between waits twice or is refused, never lost.
        let statements: &[&str] = match tongban_db::dialect(connection) {
            Dialect::Sqlite => &SQLITE,
            Dialect::Postgres => &POSTGRES,
        };
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const SQLITE: [&str; 2] = [
    "CREATE TRIGGER ledger_event_waits AFTER INSERT ON ledger_event \
     BEGIN INSERT INTO ledger_unsequenced (position) VALUES (NEW.position); END",
    "INSERT INTO ledger_unsequenced (position) SELECT position FROM ledger_event",
];

/// Once a statement, not once a row: one statement may bring many events. The function names the schema,
/// so that it works whatever the writer's search path is.
const POSTGRES: [&str; 4] = [
    "LOCK TABLE ledger_event IN SHARE ROW EXCLUSIVE MODE",
    "DO $do$ BEGIN EXECUTE format($make$ \
       CREATE FUNCTION ledger_event_waits() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN \
         INSERT INTO %1$I.ledger_unsequenced (position) SELECT position FROM added; \
         RETURN NULL; \
       END $body$ $make$, current_schema()); END $do$",
    "CREATE TRIGGER ledger_event_waits AFTER INSERT ON ledger_event \
     REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_event_waits()",
    "INSERT INTO ledger_unsequenced (position) SELECT position FROM ledger_event",
];
