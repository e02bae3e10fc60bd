//! `case_report`: cases of matters that need intermediary services, with the materials handed in, as intake tells.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Account of the applicant.
    pub account: String,
    /// The matter, as JSON.
    pub matter: String,
    /// Name of the applicant.
    pub applicant: String,
    pub number: String,
    /// Codes and names of the materials, as JSON.
    pub materials: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes a case.
pub async fn note(transaction: &DatabaseTransaction, row: Model) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(row.id),
        account: Set(row.account),
        matter: Set(row.matter),
        applicant: Set(row.applicant),
        number: Set(row.number),
        materials: Set(row.materials),
    };
    let key = OnConflict::column(Column::Id).update_column(Column::Materials).to_owned();
    Entity::insert(row).on_conflict(key).exec_without_returning(transaction).await?;
    Ok(())
}

/// Notes what was handed in instead.
pub async fn replace(
    transaction: &DatabaseTransaction,
    case_id: &str,
    materials: String,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Materials, materials.into())
        .filter(Column::Id.eq(case_id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// A case.
pub async fn find(
    connection: &impl ConnectionTrait,
    case_id: &str,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(case_id).one(connection).await
}

/// Forgets a case that is over.
pub async fn forget(transaction: &DatabaseTransaction, case_id: &str) -> Result<(), DbErr> {
    Entity::delete_by_id(case_id).exec(transaction).await?;
    Ok(())
}
