//! The ledger's tables, the same in every service's database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// The migrations every service begins with.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(LedgerTables), Box::new(crate::tree::migration::TreeTables)]
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
