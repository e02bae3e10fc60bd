//! Objections to readings.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

pub struct ObjectionTable;

impl MigrationName for ObjectionTable {
    fn name(&self) -> &'static str {
        "m20261124_000030_objections"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ObjectionTable {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(objection()).await?;
        let indexes: [(&str, &[&'static str]); 7] = [
            ("objection_subject", &["subject", "raised_at", "id"]),
            ("objection_reader", &["reader", "raised_at", "id"]),
            ("objection_source", &["source_body", "raised_at", "id"]),
            ("objection_region", &["region", "raised_at", "id"]),
            ("objection_stage", &["stage", "raised_at", "id"]),
            ("objection_up", &["up", "due", "id"]),
            ("objection_tells", &["tells_after", "id"]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create().name(name).table("objection").to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn objection() -> TableCreateStatement {
    Table::create()
        .table("objection")
        .col(string("id").primary_key())
        .col(string("subject"))
        .col(string("reader"))
        .col(text("reader_name"))
        .col(string("source_body"))
        .col(text("source_body_name"))
        .col(text("resource_name"))
        .col(string("region"))
        .col(string("stage"))
        .col(string_null("finding"))
        .col(date_null("due"))
        .col(boolean("overdue"))
        .col(boolean("up"))
        .col(date_null("tells_after"))
        .col(big_integer("raised_at"))
        .to_owned()
}
