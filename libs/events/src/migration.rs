//! Tables of the receiving side, the same in every service's database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// The migrations every consuming service needs.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(EventTables), Box::new(ChainAndSettingAside)]
}

struct EventTables;

impl MigrationName for EventTables {
    fn name(&self) -> &'static str {
        "m20261122_000002_events"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for EventTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("event_inbox")
                    .col(string("consumer"))
                    .col(string("topic"))
                    .col(string("subject"))
                    .col(big_integer("version"))
                    .primary_key(Index::create().col("consumer").col("topic").col("subject"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("event_parked")
                    .col(big_integer("id").auto_increment().primary_key())
                    .col(string("consumer"))
                    .col(string("topic"))
                    .col(string("subject"))
                    .col(text("payload"))
                    .col(text("reason"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("event_parked_subject")
                    .table("event_parked")
                    .col("consumer")
                    .col("topic")
                    .col("subject")
                    .to_owned(),
            )
            .await
    }
}

/// The inbox keeps the chain, parked events their place in it, and what was set aside stays known.
struct ChainAndSettingAside;

impl MigrationName for ChainAndSettingAside {
    fn name(&self) -> &'static str {
        "m20261123_000001_events_chain"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ChainAndSettingAside {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite adds no more at once.
        let additions = [
            ("event_inbox", string_null("hash")),
            ("event_inbox", text_null("trail")),
            ("event_parked", big_integer_null("version")),
            ("event_parked", string_null("hash")),
        ];
        for (table, column) in additions {
            let mut alteration = Table::alter();
            manager.alter_table(alteration.table(table).add_column(column).to_owned()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("event_set_aside")
                    .col(big_integer("id").primary_key())
                    .col(string("consumer"))
                    .col(string("topic"))
                    .col(string("subject"))
                    .col(big_integer_null("version"))
                    .col(text("payload"))
                    .col(text("reason"))
                    .col(big_integer("parked_at"))
                    .col(string("by"))
                    .col(text("why"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await
    }
}
