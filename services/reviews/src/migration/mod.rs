//! The tables of reviews.

mod desks;
mod figures;

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// All migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all: Vec<Box<dyn MigrationTrait>> = vec![Box::new(ReviewTable)];
    all.extend(desks::migrations());
    all.push(Box::new(figures::Figures));
    all
}

struct ReviewTable;

impl MigrationName for ReviewTable {
    fn name(&self) -> &'static str {
        "m20261122_000010_review"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ReviewTable {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("review")
                    .col(string("id").primary_key())
                    .col(string("case_number"))
                    .col(string("matter_id"))
                    .col(text("matter_name"))
                    .col(string("body"))
                    .col(text("body_name"))
                    .col(string("region"))
                    .col(string("applicant_account"))
                    .col(big_integer("opened_at"))
                    .col(integer_null("stars"))
                    .to_owned(),
            )
            .await?;
        let indexes: [(&str, &[&str]); 4] = [
            ("review_applicant", &["applicant_account", "opened_at"]),
            ("review_matter", &["matter_id", "body", "stars"]),
            ("review_body", &["body", "stars"]),
            ("review_region", &["region", "stars"]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create().name(name).table("review").to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
