//! `pushing_system` and `pushing_secret`: other systems, and what they sign with.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_ledger::Stored;

use crate::domain::pushing::Pushing;

/// One system; its identifier is its account.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pushing_system")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub region: String,
    pub retired: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Pushing {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        ActiveModel {
            id: Set(id.to_owned()),
            name: Set(self.system.name.clone()),
            region: Set(self.system.region.to_string()),
            retired: Set(self.retired),
        }
    }
}

/// The secret shared with a system.
pub mod secret {
    use sea_orm::entity::prelude::*;

    /// Sealed for its place.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pushing_secret")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub system: String,
        pub sealed: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Keeps a system's sealed secret in the place of the one before.
pub async fn keep_secret(
    transaction: &DatabaseTransaction,
    system: &str,
    sealed: String,
) -> Result<(), Fault> {
    let row = secret::ActiveModel { system: Set(system.to_owned()), sealed: Set(sealed) };
    let key =
        OnConflict::column(secret::Column::System).update_column(secret::Column::Sealed).to_owned();
    secret::Entity::insert(row)
        .on_conflict(key)
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// A system's sealed secret.
pub async fn secret_of(db: &Db, system: &str) -> Result<Option<String>, Fault> {
    let found = secret::Entity::find_by_id(system).one(db.read()).await;
    Ok(found.map_err(tongban_db::to_fault)?.map(|row| row.sealed))
}

/// A system.
pub async fn find(db: &Db, account: &str) -> Result<Option<Model>, Fault> {
    Entity::find_by_id(account).one(db.read()).await.map_err(tongban_db::to_fault)
}

/// Systems of a region, by identifier.
pub async fn list(db: &Db, region: &RegionCode, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::Region.starts_with(region.prefix()));
    if let Some(after) = &page.after {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.order_by_asc(Column::Id).limit(page.limit() + 1).all(db.read()).await;
    let rows = rows.map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| row.id.clone()))
}
