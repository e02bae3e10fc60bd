//! The list of matters, the two libraries, plans, tasks and who was drawn.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Libraries), Box::new(Tasks), Box::new(LicenceEnds), Box::new(LicenceEndsIndex)]
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

struct Libraries;

impl MigrationName for Libraries {
    fn name(&self) -> &'static str {
        "m20261123_000010_libraries"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Libraries {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let matter = Table::create()
            .table("inspection_matter")
            .col(string("id").primary_key())
            .col(string("code"))
            .col(text("name"))
            .col(string("field"))
            .col(string("kind"))
            .col(string("body"))
            .col(text("bodies"))
            .col(string("region"))
            .col(big_integer("revision"))
            .col(boolean("published"))
            .to_owned();
        manager.create_table(matter).await?;
        index(manager, "inspection_matter", "inspection_matter_code", &["code", "id"]).await?;
        let object = Table::create()
            .table("inspected_object")
            .col(string("id").primary_key())
            .col(string("code").unique_key())
            .col(text("name"))
            .col(text("name_key"))
            .col(text("address_key"))
            .col(string("account"))
            .col(string("kind"))
            .col(string("region"))
            .col(string("industry"))
            .col(string("grade"))
            .col(text("licence_types"))
            .col(boolean("suspected"))
            .col(boolean("drawable"))
            .col(string("merged_into"))
            .to_owned();
        manager.create_table(object).await?;
        // Lists go by region; each filter that may leave few has an index that keeps that order.
        let indexes: [(&str, &[&str]); 7] = [
            ("inspected_object_region", &["drawable", "region", "id"]),
            ("inspected_object_grade", &["drawable", "grade", "region", "id"]),
            ("inspected_object_kind", &["drawable", "kind", "region", "id"]),
            ("inspected_object_industry", &["drawable", "industry", "region", "id"]),
            ("inspected_object_suspected", &["suspected", "region", "id"]),
            ("inspected_object_name", &["name_key", "region", "id"]),
            ("inspected_object_account", &["account"]),
        ];
        for (name, columns) in indexes {
            index(manager, "inspected_object", name, columns).await?;
        }
        let licence = Table::create()
            .table("known_licence")
            .col(string("id").primary_key())
            .col(string("object"))
            .col(string("identifier"))
            .to_owned();
        manager.create_table(licence).await?;
        let inspector = Table::create()
            .table("inspector")
            .col(string("id").primary_key())
            .col(string("certificate").unique_key())
            .col(text("name"))
            .col(string("account"))
            .col(string("body"))
            .col(string("region"))
            .col(text("qualifications"))
            .col(boolean("active"))
            .to_owned();
        manager.create_table(inspector).await?;
        index(manager, "inspector", "inspector_body", &["body", "certificate"]).await?;
        index(manager, "inspector", "inspector_account", &["account"]).await
    }
}

struct Tasks;

impl MigrationName for Tasks {
    fn name(&self) -> &'static str {
        "m20261123_000020_tasks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Tasks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let plan = Table::create()
            .table("inspection_plan")
            .col(string("id").primary_key())
            .col(text("name"))
            .col(string("kind"))
            .col(integer("year"))
            .col(string("body"))
            .col(text("body_name"))
            .col(string("region"))
            .col(string("stage"))
            .col(integer("tasks"))
            .col(big_integer("drafted_at"))
            .col(big_integer_null("published_at"))
            .to_owned();
        manager.create_table(plan).await?;
        index(
            manager,
            "inspection_plan",
            "inspection_plan_stage",
            &["stage", "published_at", "id"],
        )
        .await?;
        index(manager, "inspection_plan", "inspection_plan_body", &["body", "drafted_at", "id"])
            .await?;
        let task = Table::create()
            .table("inspection_task")
            .col(string("id").primary_key())
            .col(string("plan"))
            .col(text("name"))
            .col(integer("year"))
            .col(string("lead"))
            .col(text("bodies"))
            .col(string("region"))
            .col(string("stage"))
            .col(date("from_day"))
            .col(date("until_day"))
            .col(big_integer("number"))
            .to_owned();
        manager.create_table(task).await?;
        index(manager, "inspection_task", "inspection_task_days", &["until_day", "id"]).await?;
        index(manager, "inspection_task", "inspection_task_stage", &["stage", "until_day", "id"])
            .await?;
        index(manager, "inspection_task", "inspection_task_plan", &["plan", "id"]).await?;
        let drawn = Table::create()
            .table("drawn_object")
            .col(string("object"))
            .col(string("matter"))
            .col(string("task"))
            .col(date("drawn_on"))
            .primary_key(Index::create().col("object").col("matter").col("task"))
            .to_owned();
        manager.create_table(drawn).await?;
        index(manager, "drawn_object", "drawn_object_matter", &["matter", "drawn_on"]).await?;
        let visit = Table::create()
            .table("visit")
            .col(string("task"))
            .col(big_integer("place"))
            .col(string("object"))
            .col(string("inspection"))
            .col(boolean("joined"))
            .col(boolean("dispatched"))
            .col(date("from_day"))
            .col(date("until_day"))
            .primary_key(Index::create().col("task").col("place"))
            .to_owned();
        manager.create_table(visit).await?;
        index(manager, "visit", "visit_object", &["object", "until_day"]).await
    }
}

/// When an object's licences end by their term.
struct LicenceEnds;

impl MigrationName for LicenceEnds {
    fn name(&self) -> &'static str {
        "m20261123_000030_licence_ends"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for LicenceEnds {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("inspected_object")
            .add_column(date_null("licence_ends"))
            .to_owned();
        manager.alter_table(column).await
    }
}

struct LicenceEndsIndex;

impl MigrationName for LicenceEndsIndex {
    fn name(&self) -> &'static str {
        "m20261123_000031_licence_ends_index"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for LicenceEndsIndex {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = ["licence_ends", "id"];
        tongban_db::add_index(
            manager,
            "inspected_object_licence_ends",
            "inspected_object",
            &columns,
        )
        .await
    }
}
