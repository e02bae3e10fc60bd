//! `project`: query columns of investment projects.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use tongban_ledger::Stored;

use crate::domain::project::Project;

/// One project; `id` is its code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub developer: String,
    pub active: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Project {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        ActiveModel {
            id: Set(id.to_owned()),
            name: Set(self.project.name.clone()),
            developer: Set(self.project.developer.clone()),
            active: Set(self.project.active),
        }
    }
}
