//! Tables of purchases and of what belongs to them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Purchases), Box::new(ListIndexes)]
}

struct Purchases;

impl MigrationName for Purchases {
    fn name(&self) -> &'static str {
        "m20261123_000210_purchases"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Purchases {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [purchase(), registration(), case_report(), complaint()] {
            manager.create_table(table).await?;
        }
        for table in [project(), outside(), honour(), breach(), party()] {
            manager.create_table(table).await?;
        }
        let indexes: [(&str, &str, &[&str]); 15] = [
            ("purchase_newest", "purchase", &["published_at", "id"]),
            ("purchase_stage", "purchase", &["stage", "published_at", "id"]),
            ("purchase_service", "purchase", &["service", "published_at", "id"]),
            ("purchase_owner", "purchase", &["owner", "published_at", "id"]),
            ("purchase_account", "purchase", &["owner_account", "published_at", "id"]),
            ("purchase_region", "purchase", &["region", "published_at", "id"]),
            ("purchase_agency", "purchase", &["agency", "ended_at"]),
            ("purchase_due", "purchase", &["next_due", "id"]),
            (
                "registration_account",
                "purchase_registration",
                &["account", "registered_at", "purchase"],
            ),
            ("registration_agency", "purchase_registration", &["agency", "purchase"]),
            ("complaint_region", "complaint", &["region", "filed_at", "id"]),
            ("complaint_due", "complaint", &["due", "id"]),
            ("outside_region", "outside", &["region", "found_at", "id"]),
            ("outside_due", "outside", &["due", "id"]),
            ("honour_list", "honour", &["colour", "state", "listed_at", "id"]),
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

/// Each list an index of its filter and its order.
struct ListIndexes;

impl MigrationName for ListIndexes {
    fn name(&self) -> &'static str {
        "m20261123_000211_list_indexes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ListIndexes {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes: [(&str, &str, &[&str]); 10] = [
            ("purchase_stage_region", "purchase", &["stage", "region", "published_at", "id"]),
            ("purchase_service_region", "purchase", &["service", "region", "published_at", "id"]),
            ("complaint_newest", "complaint", &["filed_at", "id"]),
            ("complaint_account", "complaint", &["account", "filed_at", "id"]),
            ("complaint_overdue", "complaint", &["overdue", "filed_at", "id"]),
            ("outside_newest", "outside", &["found_at", "id"]),
            ("outside_body", "outside", &["body", "found_at", "id"]),
            ("outside_stage", "outside", &["stage", "found_at", "id"]),
            ("honour_newest", "honour", &["listed_at", "id"]),
            ("link_waiting", "link", &["state", "due", "id"]),
        ];
        for (name, table, columns) in indexes {
            tongban_db::add_index(manager, name, table, columns).await?;
        }
        Ok(())
    }
}

fn purchase() -> TableCreateStatement {
    Table::create()
        .table("purchase")
        .col(string("id").primary_key())
        .col(string("number"))
        .col(text("project_name"))
        .col(string("owner"))
        .col(string("owner_account"))
        .col(text("owner_name"))
        .col(string("service"))
        .col(text("service_name"))
        .col(string("region"))
        .col(string("fund_source"))
        .col(string("method"))
        .col(string("stage"))
        .col(big_integer("budget_fen"))
        .col(big_integer("published_at"))
        .col(big_integer("registration_until"))
        .col(big_integer_null("next_due"))
        .col(text("registered"))
        .col(string_null("agency"))
        .col(text_null("agency_name"))
        .col(big_integer_null("award_fen"))
        .col(big_integer_null("awarded_at"))
        .col(big_integer_null("contract_at"))
        .col(big_integer_null("completed_at"))
        .col(integer_null("service_days"))
        .col(big_integer_null("ended_at"))
        .col(integer_null("overall"))
        .col(boolean("rating_defaulted"))
        .col(boolean("breach"))
        .to_owned()
}

fn registration() -> TableCreateStatement {
    Table::create()
        .table("purchase_registration")
        .col(string("purchase"))
        .col(string("agency"))
        .col(string("account"))
        .col(big_integer("registered_at"))
        .primary_key(Index::create().col("purchase").col("agency"))
        .to_owned()
}

fn case_report() -> TableCreateStatement {
    Table::create()
        .table("case_report")
        .col(string("id").primary_key())
        .col(string("account"))
        .col(text("matter"))
        .col(text("applicant"))
        .col(string("number"))
        .col(text("materials"))
        .to_owned()
}

fn complaint() -> TableCreateStatement {
    Table::create()
        .table("complaint")
        .col(string("id").primary_key())
        .col(string("purchase"))
        .col(string("purchase_number"))
        .col(string("account"))
        .col(string("region"))
        .col(text("subject"))
        .col(string("stage"))
        .col(big_integer("filed_at"))
        .col(date_null("due"))
        .col(boolean("overdue"))
        .to_owned()
}

fn project() -> TableCreateStatement {
    Table::create()
        .table("project")
        .col(string("id").primary_key())
        .col(text("name"))
        .col(text("developer"))
        .col(boolean("active"))
        .to_owned()
}

fn outside() -> TableCreateStatement {
    Table::create()
        .table("outside")
        .col(string("id").primary_key())
        .col(string("body"))
        .col(string("region"))
        .col(string("stage"))
        .col(boolean("escalated"))
        .col(big_integer("found_at"))
        .col(date_null("due"))
        .to_owned()
}

fn honour() -> TableCreateStatement {
    Table::create()
        .table("honour")
        .col(string("id").primary_key())
        .col(string("colour"))
        .col(string("agency"))
        .col(string("state"))
        .col(big_integer("listed_at"))
        .col(date("until"))
        .to_owned()
}

fn breach() -> TableCreateStatement {
    Table::create()
        .table("breach")
        .col(string("id").primary_key())
        .col(string("subject"))
        .col(string("purchase"))
        .col(boolean("lifted"))
        .to_owned()
}

fn party() -> TableCreateStatement {
    Table::create()
        .table("known_party")
        .col(string("id").primary_key())
        .col(text("name"))
        .col(string_null("code"))
        .to_owned()
}
