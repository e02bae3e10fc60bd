//! The ledger's tables, the same in every service's database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use tongban_db::Dialect;

/// The migrations every service begins with.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(LedgerTables),
        Box::new(crate::tree::migration::TreeTables),
        Box::new(QuickCompression),
    ]
}

struct LedgerTables;

impl MigrationName for LedgerTables {
    fn name(&self) -> &'static str {
        "m20261122_000001_ledger"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for LedgerTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("ledger_event")
                    .col(big_pk_auto("position"))
                    .col(string("event_id").unique_key())
                    .col(string("aggregate"))
                    .col(string("aggregate_id"))
                    .col(big_integer("version"))
                    .col(string("name"))
                    .col(text("data"))
                    .col(text("actor"))
                    .col(big_integer("at"))
                    .col(string_null("traceparent"))
                    .col(blob("previous"))
                    .col(blob("hash"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ledger_event_history")
                    .table("ledger_event")
                    .col("aggregate")
                    .col("aggregate_id")
                    .col("version")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_aggregate")
                    .col(string("aggregate"))
                    .col(string("aggregate_id"))
                    .col(big_integer("version"))
                    .col(text("state"))
                    .col(blob("hash"))
                    .col(big_integer("at"))
                    .primary_key(Index::create().col("aggregate").col("aggregate_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_outbox")
                    .col(big_pk_auto("position"))
                    .col(string("event_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_request")
                    .col(string("account"))
                    .col(string("key"))
                    .col(blob("fingerprint"))
                    .col(integer("status"))
                    .col(text("body"))
                    .col(big_integer("at"))
                    .primary_key(Index::create().col("account").col("key"))
                    .to_owned(),
            )
            .await
    }
}

fn big_pk_auto(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().auto_increment().primary_key().to_owned()
}

/// Histories are long texts: LZ4 takes a tenth of the processor time of PostgreSQL's own compression.
struct QuickCompression;

impl MigrationName for QuickCompression {
    fn name(&self) -> &'static str {
        "m20261123_000003_ledger_compression"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for QuickCompression {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if tongban_db::dialect(connection) == Dialect::Postgres {
            // What lies there stays as it is. A server that was built without LZ4 goes on as before.
            connection
                .execute_unprepared(
                    "DO $do$ BEGIN \
                       ALTER TABLE ledger_event ALTER COLUMN data SET COMPRESSION lz4; \
                       ALTER TABLE ledger_aggregate ALTER COLUMN state SET COMPRESSION lz4; \
                       ALTER TABLE ledger_request ALTER COLUMN body SET COMPRESSION lz4; \
                     EXCEPTION WHEN feature_not_supported THEN NULL; END $do$",
                )
                .await?;
        }
        Ok(())
    }
}
