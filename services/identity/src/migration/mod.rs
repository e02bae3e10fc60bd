//! Identity's tables.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// All migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Who), Box::new(Secrets)]
}

/// Query columns of accounts, bodies and regions.
struct Who;

impl MigrationName for Who {
    fn name(&self) -> &'static str {
        "m20261122_000010_identity_who"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Who {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("account")
                    .col(string("id").primary_key())
                    .col(string("kind"))
                    .col(text("name"))
                    .col(string_null("body"))
                    .col(string_null("region"))
                    .col(text("roles"))
                    // One account per citizen and organisation; staff have none here.
                    .col(string_null("document").unique_key())
                    .col(boolean("disabled"))
                    .to_owned(),
            )
            .await?;
        index(manager, "account", "account_region", &["region", "id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("body")
                    .col(string("uscc").primary_key())
                    .col(text("name"))
                    .col(string("region"))
                    .col(string("department_code"))
                    .to_owned(),
            )
            .await?;
        index(manager, "body", "body_region", &["region", "uscc"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("region")
                    .col(string("code").primary_key())
                    .col(text("name"))
                    .col(string("level"))
                    .col(string_null("parent"))
                    .to_owned(),
            )
            .await?;
        index(manager, "region", "region_parent", &["parent", "code"]).await
    }
}

/// What is in no event: secrets, failed attempts, keys.
struct Secrets;

impl MigrationName for Secrets {
    fn name(&self) -> &'static str {
        "m20261122_000011_identity_secrets"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Secrets {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("credential")
                    .col(string("login").primary_key())
                    .col(string("kind"))
                    .col(string("account").unique_key())
                    .col(text("hash"))
                    .col(big_integer("changed_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("sign_in_attempt")
                    .col(string("subject").primary_key())
                    .col(integer("failed"))
                    .col(big_integer("last_at"))
                    .col(big_integer_null("locked_until"))
                    .to_owned(),
            )
            .await?;
        index(manager, "sign_in_attempt", "sign_in_attempt_last", &["last_at"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("signing_key")
                    .col(string("kid").primary_key())
                    // Two processes that make the next key at once get one: its number is taken once.
                    .col(big_integer("generation").unique_key())
                    .col(blob("sealed"))
                    .col(text("public"))
                    .col(big_integer("created_at"))
                    .col(big_integer("active_from"))
                    .col(big_integer_null("retired_at"))
                    .to_owned(),
            )
            .await
    }
}

async fn index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}
