//! The tables of the exchange.

mod calls;
mod objections;
mod signals;

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(SharingTables),
        Box::new(calls::CallTables),
        Box::new(objections::ObjectionTable),
        Box::new(signals::SignalTables),
    ]
}

struct SharingTables;

impl MigrationName for SharingTables {
    fn name(&self) -> &'static str {
        "m20261124_000010_sharing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SharingTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [resource(), request(), grant(), correction(), known_matter(), known_body()];
        for table in tables {
            manager.create_table(table).await?;
        }
        let indexes: [(&str, &str, &[&'static str]); 16] = [
            ("resource_listed", "resource", &["in_force", "name", "id"]),
            ("resource_body", "resource", &["in_force", "source_body", "name", "id"]),
            ("resource_sharing", "resource", &["in_force", "sharing", "name", "id"]),
            ("request_body", "data_request", &["body", "filed_at", "id"]),
            ("request_source", "data_request", &["source_body", "filed_at", "id"]),
            ("request_waiting", "data_request", &["source_body", "waits_for", "due", "id"]),
            ("request_authority", "data_request", &["waits_for", "due", "id"]),
            ("request_overdue", "data_request", &["overdue", "due", "id"]),
            ("grant_holder", "data_grant", &["holder", "given_at", "id"]),
            ("grant_source", "data_grant", &["source_body", "given_at", "id"]),
            ("grant_region", "data_grant", &["region", "given_at", "id"]),
            ("grant_resource", "data_grant", &["resource_id", "open", "id"]),
            ("grant_term", "data_grant", &["open", "through", "id"]),
            ("correction_body", "correction", &["body", "reported_at", "id"]),
            ("correction_source", "correction", &["source_body", "reported_at", "id"]),
            ("correction_overdue", "correction", &["overdue", "due", "id"]),
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

fn resource() -> TableCreateStatement {
    Table::create()
        .table("resource")
        .col(string("id").primary_key())
        .col(string("code"))
        .col(text("name"))
        .col(string("source_body"))
        .col(text("source_body_name"))
        .col(string("region"))
        .col(string("sharing"))
        .col(string("delivery"))
        .col(boolean("in_force"))
        .col(big_integer("revision"))
        .col(date("published_on"))
        .to_owned()
}

fn request() -> TableCreateStatement {
    Table::create()
        .table("data_request")
        .col(string("id").primary_key())
        .col(string("body"))
        .col(text("body_name"))
        .col(string("resource_id"))
        .col(text("resource_name"))
        .col(string("source_body"))
        .col(string("region"))
        .col(string("stage"))
        .col(string_null("waits_for"))
        .col(date_null("due"))
        .col(boolean("overdue"))
        .col(big_integer("filed_at"))
        .to_owned()
}

fn grant() -> TableCreateStatement {
    Table::create()
        .table("data_grant")
        .col(string("id").primary_key())
        .col(string("holder"))
        .col(text("holder_name"))
        .col(string("resource_id"))
        .col(text("resource_name"))
        .col(string("source_body"))
        .col(string("region"))
        .col(string("purpose"))
        .col(string("standing"))
        .col(boolean("open"))
        .col(date("through"))
        .col(big_integer("given_at"))
        .to_owned()
}

fn correction() -> TableCreateStatement {
    Table::create()
        .table("correction")
        .col(string("id").primary_key())
        .col(string("body"))
        .col(text("body_name"))
        .col(string("resource_id"))
        .col(text("resource_name"))
        .col(string("source_body"))
        .col(string("region"))
        .col(boolean_null("upheld"))
        .col(date_null("due"))
        .col(boolean("overdue"))
        .col(big_integer("reported_at"))
        .to_owned()
}

fn known_matter() -> TableCreateStatement {
    Table::create()
        .table("known_matter")
        .col(string("matter_id").primary_key())
        .col(string("body"))
        .col(boolean("published"))
        .to_owned()
}

fn known_body() -> TableCreateStatement {
    Table::create().table("known_body").col(string("id").primary_key()).col(text("name")).to_owned()
}
