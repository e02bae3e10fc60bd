//! What the benchmark is about: marks, whose events lead to one row each.

use async_trait::async_trait;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{DatabaseTransaction, EntityTrait};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, text};
use serde::{Deserialize, Serialize};
use tongban_contracts::{DomainEvent, Envelope, Meta};
use tongban_events::Consumer;
use tongban_kernel::{Context, Fault};
use tongban_ledger::{Aggregate, Stored};

use crate::SERVICE;

/// About as much as the event of a case holds.
pub fn content() -> String {
    "一件示例事项的办理内容。".repeat(20)
}

/// One row for every event.
pub struct Effects;

#[async_trait]
impl Consumer for Effects {
    fn name(&self) -> &'static str {
        "bench.effects"
    }

    fn topics(&self) -> Vec<String> {
        vec![Marked::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let Marked::Noted { .. } = event.read().map_err(Fault::internal)?;
        let row = effect::ActiveModel { id: NotSet, subject: Set(event.subject.clone()) };
        let written = effect::Entity::insert(row).exec_without_returning(transaction).await;
        written.map(|_| ()).map_err(tongban_db::to_fault)
    }
}

/// How often something was noted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mark(i64);

/// What happens to a mark.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Marked {
    Noted { content: String },
}

impl DomainEvent for Marked {
    const SERVICE: &'static str = SERVICE;
    const AGGREGATE: &'static str = "mark";
}

impl Aggregate for Mark {
    type Event = Marked;
    type Command = String;

    fn decide(_: Option<&Self>, content: String, _: &Context) -> Result<Vec<Marked>, Fault> {
        Ok(vec![Marked::Noted { content }])
    }

    fn evolve(current: Option<Self>, _: &Marked, _: &Meta) -> Option<Self> {
        Some(Self(current.map_or(1, |Self(count)| count + 1)))
    }
}

impl Stored for Mark {
    type Row = mark::Entity;

    fn row(&self, id: &str, version: i64) -> mark::ActiveModel {
        mark::ActiveModel { id: Set(id.to_owned()), version: Set(version) }
    }
}

pub mod mark {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mark")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod effect {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "effect")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub subject: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod plain {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plain")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Its tables.
pub struct Tables;

impl MigrationName for Tables {
    fn name(&self) -> &'static str {
        "m20261123_000010_bench"
    }
}

#[async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut marks = Table::create();
        marks.table("mark").col(string("id").primary_key()).col(big_integer("version"));
        manager.create_table(marks).await?;
        for (table, column) in [("effect", string("subject")), ("plain", text("content"))] {
            let mut made = Table::create();
            made.table(table).col(big_integer("id").auto_increment().primary_key()).col(column);
            manager.create_table(made).await?;
        }
        Ok(())
    }
}
