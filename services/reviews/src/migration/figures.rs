//! The tables that figures, lists and signals are read from.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::domain::figures::Counts;

/// Facts, handled bad reviews, and what they add up to.
pub struct Figures;

impl MigrationName for Figures {
    fn name(&self) -> &'static str {
        "m20261123_000020_review_figures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Figures {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(fact()).await?;
        manager
            .create_table(
                Table::create()
                    .table("review_handled")
                    .col(string("id").primary_key())
                    .col(text("state"))
                    .to_owned(),
            )
            .await?;
        manager.create_table(counts("review_rollup", &Counts::NAMES)).await?;
        manager
            .create_table(counts("review_suspect_count", &["one", "two", "three", "four", "five"]))
            .await?;
        manager.create_table(signal()).await?;
        manager.create_table(suspect()).await?;
        manager
            .create_table(
                Table::create()
                    .table("review_signal_run")
                    .col(integer("id").primary_key())
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("report_link")
                    .col(string("id").primary_key())
                    .col(text("value"))
                    .to_owned(),
            )
            .await?;
        manager.create_table(tongban_exports::table()).await?;
        for index in tongban_exports::indexes() {
            manager.create_index(index).await?;
        }
        let indexes: [(&str, &str, &[&str]); 10] = [
            ("review_fact_region", "review_fact", &["region"]),
            ("review_rollup_region", "review_rollup", &["dimension", "region", "item", "body"]),
            ("review_fact_given", "review_fact", &["given_at", "id"]),
            ("review_fact_body", "review_fact", &["body", "given_at", "id"]),
            ("review_fact_matter", "review_fact", &["matter_id", "given_at", "id"]),
            ("review_fact_stars", "review_fact", &["stars", "given_at", "id"]),
            ("review_rollup_body", "review_rollup", &["dimension", "body", "item", "month"]),
            ("review_rollup_month", "review_rollup", &["dimension", "month"]),
            ("review_signal_until", "review_signal", &["until_at", "id"]),
            ("review_suspect_review", "review_suspect", &["review"]),
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
        .table("review_fact")
        .col(string("id").primary_key())
        .col(string("case_number"))
        .col(string("matter_id"))
        .col(text("matter_name"))
        .col(string("body"))
        .col(text("body_name"))
        .col(string("region"))
        .col(string_null("window_number"))
        .col(text("officers"))
        .col(big_integer("opened_at"))
        .col(big_integer_null("given_at"))
        .col(integer_null("stars"))
        .col(text("tags"))
        .col(string_null("channel"))
        .col(string_null("device"))
        .col(string_null("network"))
        .col(string_null("text_print"))
        .col(integer_null("default_stars"))
        .col(big_integer_null("default_at"))
        .col(boolean("excluded"))
        .to_owned()
}

/// Numbers by dimension, item, body, region and month.
fn counts(name: &'static str, numbers: &[&'static str]) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(string("dimension"))
        .col(string("item"))
        .col(string("body"))
        .col(string("region"))
        .col(string("month"))
        .col(text("name"))
        .col(text("body_name"));
    for number in numbers {
        table.col(big_integer(*number));
    }
    table
        .primary_key(
            Index::create().col("dimension").col("item").col("body").col("region").col("month"),
        )
        .to_owned()
}

fn signal() -> TableCreateStatement {
    Table::create()
        .table("review_signal")
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
        .col(big_integer("reviews"))
        .to_owned()
}

fn suspect() -> TableCreateStatement {
    Table::create()
        .table("review_suspect")
        .col(string("signal"))
        .col(string("review"))
        .col(string("month"))
        .primary_key(Index::create().col("signal").col("review"))
        .to_owned()
}
