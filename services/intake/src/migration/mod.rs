//! The intake's tables.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// All migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(IntakeTables)]
}

struct IntakeTables;

impl MigrationName for IntakeTables {
    fn name(&self) -> &'static str {
        "m20261122_000020_intake"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for IntakeTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in
            [case_row(), case_serial(), tongban_files::table(), known_matter(), known_holder()]
        {
            manager.create_table(table).await?;
        }
        let number = Index::create()
            .name("case_row_number")
            .table("case_row")
            .col("number")
            .unique()
            .to_owned();
        manager.create_index(number).await?;
        let indexes: [(&str, &[&'static str]); 2] = [
            ("case_row_applicant", &["applicant_account", "submitted_at", "id"]),
            ("case_row_waiting", &["body", "state", "due", "id"]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create().name(name).table("case_row").to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn case_row() -> TableCreateStatement {
    Table::create()
        .table("case_row")
        .col(string("id").primary_key())
        .col(string("number"))
        .col(string("matter_id"))
        .col(text("matter_name"))
        .col(string("body"))
        .col(text("body_name"))
        .col(string("region"))
        .col(string("applicant_account"))
        .col(text("applicant_name"))
        .col(string("state"))
        .col(string("state_name"))
        .col(big_integer("submitted_at"))
        .col(date("due"))
        .col(string_null("accepted_by"))
        .col(string_null("decided_by"))
        .col(string_null("licence"))
        .col(text("files"))
        .to_owned()
}

fn case_serial() -> TableCreateStatement {
    Table::create()
        .table("case_serial")
        .col(string("code"))
        .col(date("day"))
        .col(big_integer("next"))
        .primary_key(Index::create().col("code").col("day"))
        .to_owned()
}

fn known_matter() -> TableCreateStatement {
    Table::create()
        .table("known_matter")
        .col(string("matter_id"))
        .col(big_integer("revision"))
        .col(boolean("published"))
        .col(text("matter"))
        .primary_key(Index::create().col("matter_id").col("revision"))
        .to_owned()
}

fn known_holder() -> TableCreateStatement {
    Table::create()
        .table("known_holder")
        .col(string("account").primary_key())
        .col(string("kind"))
        .col(text("name"))
        .col(text("document"))
        .col(boolean("disabled"))
        .to_owned()
}
