//! The catalogue's tables.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// All migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all: Vec<Box<dyn MigrationTrait>> = vec![Box::new(MatterTable)];
    all.extend(tongban_drawing::Pulses::migrations());
    all
}

struct MatterTable;

impl MigrationName for MatterTable {
    fn name(&self) -> &'static str {
        "m20261122_000010_matter"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for MatterTable {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("matter")
                    .col(string("id").primary_key())
                    .col(string("code"))
                    .col(text("name"))
                    .col(string("body"))
                    .col(text("body_name"))
                    .col(string("region"))
                    .col(string("matter_type"))
                    .col(big_integer("revision"))
                    .col(boolean("published"))
                    .col(text("words"))
                    .to_owned(),
            )
            .await?;
        // Real codes are not unique, hence the identifier beside the code.
        for (name, columns) in
            [("matter_code", ["code", "id"]), ("matter_region", ["region", "code"])]
        {
            let mut index = Index::create().name(name).table("matter").to_owned();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
