//! The tables of draws, in the database of each service that holds some, and of sources of public values.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// For a service that holds draws.
pub(crate) struct DrawTables;

impl MigrationName for DrawTables {
    fn name(&self) -> &'static str {
        "m20261123_000300_draws"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for DrawTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            Table::create()
                .table("draw")
                .col(string("id").primary_key())
                .col(string("draw"))
                .col(text("title"))
                .col(string("state"))
                .col(integer("attempt"))
                .col(integer("candidates"))
                .col(integer("number"))
                .col(big_integer("proposed_at"))
                .col(big_integer_null("due_at"))
                .to_owned(),
            Table::create()
                .table("draw_text")
                .col(string("digest"))
                .col(integer("part"))
                .col(blob("packed"))
                .primary_key(Index::create().col("digest").col("part"))
                .to_owned(),
            Table::create()
                .table("draw_seed")
                .col(string("draw").primary_key())
                .col(blob("sealed"))
                .to_owned(),
            Table::create()
                .table("draw_source")
                .col(string("vkey").primary_key())
                .col(string("origin"))
                .col(string("service"))
                .col(big_integer("seen_at"))
                .to_owned(),
            Table::create()
                .table("draw_checkpoint")
                .col(string("origin"))
                .col(string("draw"))
                .col(big_integer("size"))
                .col(text("note"))
                .primary_key(Index::create().col("origin").col("draw"))
                .to_owned(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        for (name, columns) in
            [("draw_due", ["due_at", "id"]), ("draw_state", ["state", "proposed_at"])]
        {
            let mut index = Index::create().name(name).table("draw").to_owned();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        let listed =
            Index::create().name("draw_listed").table("draw").col("proposed_at").to_owned();
        manager.create_index(listed).await
    }
}

/// For a service whose history gives public values.
pub(crate) struct PulseTable;

impl MigrationName for PulseTable {
    fn name(&self) -> &'static str {
        "m20261123_000301_pulse"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for PulseTable {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("pulse")
                    .col(string("id").primary_key())
                    .col(integer("waiting"))
                    .to_owned(),
            )
            .await
    }
}
