//! Tables of agencies, links, the directory and published documents.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(EntryTables)]
}

struct EntryTables;

impl MigrationName for EntryTables {
    fn name(&self) -> &'static str {
        "m20261123_000010_entry"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for EntryTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            agency(),
            link(),
            service(),
            document(),
            known_matter(),
            known_organisation(),
            known_credit(),
            tongban_files::table(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let unique: [(&str, &str, &str); 2] =
            [("agency_code", "agency", "code"), ("agency_account", "agency", "account")];
        for (name, table, column) in unique {
            let index = Index::create().name(name).table(table).col(column).unique().to_owned();
            manager.create_index(index).await?;
        }
        let indexes: [(&str, &str, &[&'static str]); 12] = [
            ("agency_listed", "agency", &["standing", "registered_at", "id"]),
            ("agency_region", "agency", &["standing", "region", "registered_at", "id"]),
            ("agency_name", "agency", &["name", "id"]),
            ("agency_next_end", "agency", &["next_end", "id"]),
            ("agency_pending", "agency", &["pending", "pending_since", "id"]),
            ("link_service", "link", &["service_id", "state", "changed_at", "id"]),
            ("link_agency", "link", &["agency_id", "changed_at", "id"]),
            ("link_body", "link", &["state", "industry_body", "due", "id"]),
            ("link_superior", "link", &["state", "escalated_to", "due", "id"]),
            ("link_end", "link", &["state", "valid_through", "id"]),
            ("service_listed", "service", &["in_force", "name", "id"]),
            ("document_listed", "document", &["in_force", "published_on", "id"]),
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

fn agency() -> TableCreateStatement {
    Table::create()
        .table("agency")
        .col(string("id").primary_key())
        .col(string("code"))
        .col(string("account"))
        .col(text("name"))
        .col(string("region"))
        .col(string("standing"))
        .col(big_integer("registered_at"))
        .col(date_null("next_end"))
        .col(boolean("pending"))
        .col(big_integer("pending_since"))
        .to_owned()
}

fn link() -> TableCreateStatement {
    Table::create()
        .table("link")
        .col(string("id").primary_key())
        .col(string("agency_id"))
        .col(text("agency_name"))
        .col(string("agency_account"))
        .col(string("service_id"))
        .col(text("service_name"))
        .col(string("industry_body"))
        .col(string_null("escalated_to"))
        .col(string("region"))
        .col(string("state"))
        .col(date("due"))
        .col(date_null("valid_through"))
        .col(big_integer("changed_at"))
        .to_owned()
}

fn service() -> TableCreateStatement {
    Table::create()
        .table("service")
        .col(string("id").primary_key())
        .col(text("name"))
        .col(string("region"))
        .col(string("industry_body"))
        .col(text("industry_body_name"))
        .col(boolean("in_force"))
        .col(boolean("statutory"))
        .col(big_integer("revision"))
        .col(date_null("published_on"))
        .col(boolean("pending"))
        .col(string_null("proposed_by"))
        .col(big_integer_null("cap_fen"))
        .col(string("unit"))
        .col(integer("business_days"))
        .col(text("matters"))
        .to_owned()
}

fn document() -> TableCreateStatement {
    Table::create()
        .table("document")
        .col(string("id").primary_key())
        .col(string("body"))
        .col(text("body_name"))
        .col(string("region"))
        .col(string("kind"))
        .col(text("title"))
        .col(string_null("number"))
        .col(boolean("in_force"))
        .col(big_integer("revision"))
        .col(date_null("published_on"))
        .col(boolean("pending"))
        .col(text("files"))
        .to_owned()
}

fn known_matter() -> TableCreateStatement {
    Table::create()
        .table("known_matter")
        .col(string("matter_id").primary_key())
        .col(text("name"))
        .col(string("body"))
        .col(text("body_name"))
        .col(string("region"))
        .col(boolean("published"))
        .to_owned()
}

fn known_organisation() -> TableCreateStatement {
    Table::create()
        .table("known_organisation")
        .col(string("account").primary_key())
        .col(string("code"))
        .col(text("name"))
        .col(boolean("disabled"))
        .to_owned()
}

fn known_credit() -> TableCreateStatement {
    Table::create()
        .table("known_credit")
        .col(string("code").primary_key())
        .col(string("class"))
        .col(big_integer("since"))
        .to_owned()
}
