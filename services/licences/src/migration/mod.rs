//! The library's tables.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// All migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all: Vec<Box<dyn MigrationTrait>> = vec![Box::new(LicenceTables)];
    all.extend(tongban_drawing::Pulses::migrations());
    all
}

struct LicenceTables;

impl MigrationName for LicenceTables {
    fn name(&self) -> &'static str {
        "m20261122_000010_licence"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for LicenceTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("licence")
                    .col(string("id").primary_key())
                    .col(string("identifier").unique_key())
                    .col(text("type_name"))
                    .col(string("holder_account"))
                    .col(text("holder_name"))
                    .col(string("issuer"))
                    .col(text("issuer_name"))
                    .col(string("region"))
                    .col(date("valid_from"))
                    .col(date_null("valid_until"))
                    .col(boolean("revoked"))
                    .col(big_integer("issued_at"))
                    .to_owned(),
            )
            .await?;
        let indexes: [(&str, &[&str]); 3] = [
            ("licence_holder", &["holder_account", "issued_at"]),
            ("licence_issuer", &["issuer", "issued_at"]),
            ("licence_region", &["region", "issued_at"]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create().name(name).table("licence").to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("licence_serial")
                    .col(string("issuer"))
                    .col(string("type_code"))
                    .col(integer("year"))
                    .col(big_integer("last"))
                    .primary_key(Index::create().col("issuer").col("type_code").col("year"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("presentation")
                    .col(string("code").primary_key())
                    .col(string("licence_id"))
                    .col(big_integer("expires_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("presentation_expiry")
                    .table("presentation")
                    .col("expires_at")
                    .to_owned(),
            )
            .await
    }
}
