//! `breach`: query columns of breaches found.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use tongban_ledger::Stored;

use crate::domain::breach::Breach;

/// One breach.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "breach")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Credit code of who broke the rule.
    pub subject: String,
    pub purchase: String,
    pub lifted: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Breach {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        ActiveModel {
            id: Set(id.to_owned()),
            subject: Set(self.breach.subject_code.clone()),
            purchase: Set(self.breach.purchase_id.clone()),
            lifted: Set(self.lifted.is_some()),
        }
    }
}
