//! `purchase_registration`: who registered where, as the purchases' own events tell.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryOrder, QuerySelect};
use tongban_db::{Db, paging};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};

use super::purchase;
use crate::domain::purchase::stage::STAGES;

/// One registration.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_registration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub purchase: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency: String,
    pub account: String,
    /// Microseconds since 1970.
    pub registered_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes a registration.
pub async fn note(transaction: &DatabaseTransaction, row: Model) -> Result<(), DbErr> {
    let row = ActiveModel {
        purchase: Set(row.purchase),
        agency: Set(row.agency),
        account: Set(row.account),
        registered_at: Set(row.registered_at),
    };
    let key = OnConflict::columns([Column::Purchase, Column::Agency])
        .update_columns([Column::Account, Column::RegisteredAt])
        .to_owned();
    Entity::insert(row).on_conflict(key).exec_without_returning(transaction).await?;
    Ok(())
}

/// Takes a registration back.
pub async fn forget(
    transaction: &DatabaseTransaction,
    purchase: &str,
    agency: &str,
) -> Result<(), DbErr> {
    Entity::delete_by_id((purchase.to_owned(), agency.to_owned())).exec(transaction).await?;
    Ok(())
}

/// Where an account registered, the newest first.
pub async fn own(db: &Db, account: &str, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let query = Entity::find().filter(Column::Account.eq(account));
    let rows = paging::falling::<_, i64>(query, Column::RegisteredAt, Column::Purchase, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.registered_at, row.purchase)))
}

/// Purchases under selection that an agency registered for.
pub async fn under_selection(
    connection: &impl ConnectionTrait,
    agency: &str,
) -> Result<Vec<String>, DbErr> {
    let stages = STAGES.into_iter().filter(|stage| stage.is_selecting()).map(|one| one.code());
    let running = sea_orm::sea_query::Query::select()
        .column(purchase::Column::Id)
        .from(purchase::Entity)
        .and_where(purchase::Column::Stage.is_in(stages))
        .to_owned();
    Entity::find()
        .filter(Column::Agency.eq(agency))
        .filter(Column::Purchase.in_subquery(running))
        .select_only()
        .column(Column::Purchase)
        .order_by_asc(Column::Purchase)
        .into_tuple()
        .all(connection)
        .await
}
