//! Calls, what they count, and whom they are about.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

pub struct CallTables;

impl MigrationName for CallTables {
    fn name(&self) -> &'static str {
        "m20261124_000020_calls"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CallTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [call(), quota(), person(), system(), secret(), nonce()] {
            manager.create_table(table).await?;
        }
        let indexes: [(&str, &str, &[&'static str]); 3] = [
            ("call_subject", "data_call", &["subject", "outcome", "called_at", "id"]),
            ("person_print", "known_person", &["print"]),
            ("call_nonce_until", "call_nonce", &["until"]),
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

fn call() -> TableCreateStatement {
    Table::create()
        .table("data_call")
        .col(string("id").primary_key())
        .col(string("grant_id"))
        .col(string("holder"))
        .col(text("holder_name"))
        .col(string("resource_id"))
        .col(text("resource_name"))
        .col(string("source_body"))
        .col(text("source_body_name"))
        .col(string("region"))
        .col(string("purpose"))
        .col(text_null("case_number"))
        .col(text("items"))
        .col(string_null("subject"))
        .col(string("outcome"))
        .col(big_integer("called_at"))
        .to_owned()
}

fn quota() -> TableCreateStatement {
    Table::create()
        .table("call_quota")
        .col(string("grant_id"))
        .col(date("day"))
        .col(big_integer("taken"))
        .primary_key(Index::create().col("grant_id").col("day"))
        .to_owned()
}

fn person() -> TableCreateStatement {
    Table::create()
        .table("known_person")
        .col(string("account").primary_key())
        .col(string("print"))
        .to_owned()
}

fn system() -> TableCreateStatement {
    Table::create()
        .table("calling_system")
        .col(string("id").primary_key())
        .col(string("body"))
        .col(text("name"))
        .col(boolean("retired"))
        .to_owned()
}

fn secret() -> TableCreateStatement {
    Table::create()
        .table("calling_secret")
        .col(string("system").primary_key())
        .col(text("sealed"))
        .to_owned()
}

fn nonce() -> TableCreateStatement {
    Table::create()
        .table("call_nonce")
        .col(string("requester"))
        .col(string("digest"))
        .col(big_integer("until"))
        .primary_key(Index::create().col("requester").col("digest"))
        .to_owned()
}
