//! Rights for services and with an end, pushing systems, devices at counters, cases as far as tags ask for them, and
//! the handling of bad reviews.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Rights), Box::new(Desks)]
}

struct Rights;

impl MigrationName for Rights {
    fn name(&self) -> &'static str {
        "m20261123_000110_review_rights"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Rights {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        let columns = [
            string("kind").default("case").to_owned(),
            string("service_number").default("").to_owned(),
            big_integer_null("expires_at"),
            integer_null("default_stars"),
            boolean("excluded").default(false).to_owned(),
        ];
        for column in columns {
            let change = Table::alter().table("review").add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        let mut index = Index::create().name("review_service").table("review").to_owned();
        manager.create_index(index.col("case_number").col("service_number").to_owned()).await
    }
}

struct Desks;

impl MigrationName for Desks {
    fn name(&self) -> &'static str {
        "m20261123_000120_review_desks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Desks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            case_fact(),
            counter(),
            pushing_system(),
            pushing_secret(),
            pushing_nonce(),
            held_review(),
            handling(),
            tongban_files::table(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let indexes: [(&str, &str, &[&'static str]); 8] = [
            ("case_fact_number", "case_fact", &["number"]),
            ("pushing_nonce_age", "pushing_nonce", &["at"]),
            ("held_review_case", "held_review", &["stage", "case_number"]),
            ("held_review_list", "held_review", &["stage", "received_at", "id"]),
            ("handling_clock", "handling", &["due", "id"]),
            ("handling_body", "handling", &["body", "received_at", "id"]),
            ("handling_list", "handling", &["received_at", "id"]),
            ("file_owner", "file", &["owner"]),
        ];
        for (name, table, columns) in indexes {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        let mut device = Index::create().name("counter_device").table("counter").to_owned();
        manager.create_index(device.col("device").unique().to_owned()).await
    }
}

fn case_fact() -> TableCreateStatement {
    Table::create()
        .table("case_fact")
        .col(string("id").primary_key())
        .col(string("number"))
        .col(text("materials"))
        .col(text("asked_later"))
        .col(integer("corrections"))
        .col(date_null("due"))
        .col(date_null("legal_due"))
        .col(big_integer_null("decided_at"))
        .to_owned()
}

fn counter() -> TableCreateStatement {
    Table::create()
        .table("counter")
        .col(string("id").primary_key())
        .col(string("body"))
        .col(string("region"))
        .col(string("window"))
        .col(string("device"))
        .col(boolean("retired"))
        .col(string_null("shows"))
        .to_owned()
}

fn pushing_system() -> TableCreateStatement {
    Table::create()
        .table("pushing_system")
        .col(string("id").primary_key())
        .col(text("name"))
        .col(string("region"))
        .col(boolean("retired"))
        .to_owned()
}

fn pushing_secret() -> TableCreateStatement {
    Table::create()
        .table("pushing_secret")
        .col(string("system").primary_key())
        .col(text("sealed"))
        .to_owned()
}

fn pushing_nonce() -> TableCreateStatement {
    Table::create()
        .table("pushing_nonce")
        .col(string("system"))
        .col(string("nonce"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("system").col("nonce"))
        .to_owned()
}

fn held_review() -> TableCreateStatement {
    Table::create()
        .table("held_review")
        .col(string("id").primary_key())
        .col(string("system"))
        .col(string("region"))
        .col(string("foreign_id"))
        .col(string("case_number"))
        .col(string("service_number"))
        .col(string("stage"))
        .col(big_integer("said_at"))
        .col(big_integer("received_at"))
        .col(text_null("reason"))
        .to_owned()
}

fn handling() -> TableCreateStatement {
    Table::create()
        .table("handling")
        .col(string("id").primary_key())
        .col(string("review"))
        .col(string("case_number"))
        .col(text("matter_name"))
        .col(string("body"))
        .col(text("body_name"))
        .col(string("region"))
        .col(text("officers"))
        .col(integer("stars"))
        .col(string("stage"))
        .col(integer("round"))
        .col(big_integer("received_at"))
        .col(big_integer_null("due"))
        .col(boolean("overdue"))
        .col(integer("escalations"))
        .col(boolean("appealed"))
        .to_owned()
}
