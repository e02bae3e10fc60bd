//! The tables of keys and checkpoints, the same in every service's database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// The migrations of every service's history, after those of the ledger.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(HistoryTables)]
}

struct HistoryTables;

impl MigrationName for HistoryTables {
    fn name(&self) -> &'static str {
        "m20261123_000002_history"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for HistoryTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("history_key")
                    .col(ColumnDef::new("generation").big_integer().not_null().primary_key())
                    .col(string("vkey").unique_key())
                    .col(blob("sealed"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("retired_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("history_checkpoint")
                    .col(ColumnDef::new("size").big_integer().not_null().primary_key())
                    .col(text("note"))
                    .to_owned(),
            )
            .await
    }
}
