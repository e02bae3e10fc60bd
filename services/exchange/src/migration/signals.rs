//! Calls as signals look at them, cases, and the signals that were found.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

pub struct SignalTables;

impl MigrationName for SignalTables {
    fn name(&self) -> &'static str {
        "m20261124_000040_reading_signals"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SignalTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [fact(), case(), signal(), suspect(), run()] {
            manager.create_table(table).await?;
        }
        let indexes: [(&str, &str, &[&'static str]); 5] = [
            ("call_fact_at", "call_fact", &["called_at", "id"]),
            ("call_fact_grant", "call_fact", &["grant_id", "called_at"]),
            ("known_case_number", "known_case", &["number"]),
            ("reading_signal_until", "reading_signal", &["until_at", "id"]),
            ("reading_suspect_call", "reading_suspect", &["call"]),
        ];
        for (name, table, columns) in indexes {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn fact() -> TableCreateStatement {
    Table::create()
        .table("call_fact")
        .col(string("id").primary_key())
        .col(text("who"))
        .col(string("body"))
        .col(string("region"))
        .col(string("grant_id"))
        .col(string_null("subject"))
        .col(text_null("case_number"))
        .col(boolean("needs_case"))
        .col(boolean("answered"))
        .col(big_integer("outside"))
        .col(date("day"))
        .col(big_integer("called_at"))
        .to_owned()
}

fn case() -> TableCreateStatement {
    Table::create()
        .table("known_case")
        .col(string("id").primary_key())
        .col(string("number"))
        .col(string("subject"))
        .col(big_integer("opened_at"))
        .col(big_integer_null("closed_at"))
        .to_owned()
}

fn signal() -> TableCreateStatement {
    Table::create()
        .table("reading_signal")
        .col(string("id").primary_key())
        .col(string("kind"))
        .col(text("common"))
        .col(text("method"))
        .col(string("rule"))
        .col(big_integer("from_at"))
        .col(big_integer("until_at"))
        .col(big_integer("found_at"))
        .col(string("region"))
        .col(text("bodies"))
        .col(big_integer("calls"))
        .to_owned()
}

fn suspect() -> TableCreateStatement {
    Table::create()
        .table("reading_suspect")
        .col(string("signal"))
        .col(string("call"))
        .primary_key(Index::create().col("signal").col("call"))
        .to_owned()
}

fn run() -> TableCreateStatement {
    Table::create()
        .table("reading_signal_run")
        .col(integer("id").primary_key())
        .col(big_integer("at"))
        .to_owned()
}
