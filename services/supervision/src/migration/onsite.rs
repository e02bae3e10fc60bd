//! Visits, what is published of them, credit, evidence, and what goes to other platforms.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(OnSiteTables)]
}

struct OnSiteTables;

impl MigrationName for OnSiteTables {
    fn name(&self) -> &'static str {
        "m20261123_000060_on_site"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for OnSiteTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            inspection(),
            publication(),
            credit(),
            credit_licence(),
            credit_breach(),
            tongban_exports::table(),
            tongban_files::table(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let unique: [(&str, &str, &[&'static str]); 2] = [
            ("inspection_number", "inspection", &["number"]),
            ("credit_code", "credit", &["code"]),
        ];
        let indexes: [(&str, &str, &[&'static str]); 15] = [
            ("inspection_open", "inspection", &["open", "until_day", "id"]),
            ("inspection_of_task", "inspection", &["task_id", "id"]),
            ("inspection_account", "inspection", &["object_account", "id"]),
            ("inspection_correction", "inspection", &["correction_due"]),
            ("publication_body", "publication", &["body", "stage", "due", "id"]),
            ("publication_shown", "publication", &["published_at", "id"]),
            ("publication_subject", "publication", &["subject_code", "published_at", "id"]),
            ("publication_clock", "publication", &["stage", "overdue", "due", "id"]),
            ("credit_account", "credit", &["account"]),
            ("credit_judge", "credit", &["judge_next"]),
            ("credit_undated", "credit", &["answer_undated", "id"]),
            ("credit_rule", "credit", &["rule"]),
            ("credit_answer", "credit", &["request_region", "answer_due", "id"]),
            ("credit_answers", "credit", &["answer_due"]),
            ("credit_class", "credit", &["class", "id"]),
        ];
        for (name, table, columns) in unique {
            manager.create_index(index(name, table, columns).unique().to_owned()).await?;
        }
        for (name, table, columns) in indexes {
            manager.create_index(index(name, table, columns)).await?;
        }
        for index in tongban_exports::indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

fn inspection() -> TableCreateStatement {
    Table::create()
        .table("inspection")
        .col(string("id").primary_key())
        .col(string("number"))
        .col(string("task_id"))
        .col(text("task_name"))
        .col(string("object_code"))
        .col(text("object_name"))
        .col(string_null("object_account"))
        .col(string("region"))
        .col(text("bodies"))
        .col(date("from_day"))
        .col(date("until_day"))
        .col(boolean("open"))
        .col(date_null("correction_due"))
        .to_owned()
}

fn publication() -> TableCreateStatement {
    Table::create()
        .table("publication")
        .col(string("id").primary_key())
        .col(string("kind"))
        .col(string("number"))
        .col(text("title"))
        .col(string("body"))
        .col(text("body_name"))
        .col(string("region"))
        .col(string("subject_code"))
        .col(text("subject_name"))
        .col(boolean("natural_person"))
        .col(string_null("result_code"))
        .col(string("stage"))
        .col(date_null("due"))
        .col(boolean("overdue"))
        .col(date("ended_on"))
        .col(big_integer_null("published_at"))
        .col(date_null("shown_until"))
        .to_owned()
}

fn credit() -> TableCreateStatement {
    Table::create()
        .table("credit")
        .col(string("id").primary_key())
        .col(string("code"))
        .col(text("name"))
        .col(boolean("natural_person"))
        .col(string_null("account"))
        .col(string_null("class"))
        .col(string_null("rule"))
        .col(date_null("judge_next"))
        .col(string_null("request_region"))
        .col(date_null("answer_due"))
        .col(boolean("answer_undated"))
        .to_owned()
}

fn credit_licence() -> TableCreateStatement {
    Table::create()
        .table("credit_licence")
        .col(string("id").primary_key())
        .col(text("licence"))
        .to_owned()
}

fn credit_breach() -> TableCreateStatement {
    Table::create()
        .table("credit_breach")
        .col(string("id").primary_key())
        .col(string("code"))
        .to_owned()
}
