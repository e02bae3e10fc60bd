//! `draw_source`: the keys of histories that give public values, as they were told over the log.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::Fault;
use tongban_proof::VerifyKey;

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw_source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub vkey: String,
    /// The history it signs.
    pub origin: String,
    /// The service that told of it.
    pub service: String,
    /// When it was first told of, in microseconds since 1970.
    pub seen_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes keys; of one that is known already nothing changes.
pub(crate) async fn note(
    transaction: &DatabaseTransaction,
    service: &str,
    origin: &str,
    keys: &[String],
    seen_at: i64,
) -> Result<(), Fault> {
    for vkey in keys {
        let row = ActiveModel {
            vkey: Set(vkey.clone()),
            origin: Set(origin.to_owned()),
            service: Set(service.to_owned()),
            seen_at: Set(seen_at),
        };
        let there = OnConflict::column(Column::Vkey).do_nothing().to_owned();
        let added =
            Entity::insert(row).on_conflict(there).exec_without_returning(transaction).await;
        added.map_err(tongban_db::to_fault)?;
    }
    Ok(())
}

/// The origin of a service's history, as it was told of last.
pub(crate) async fn origin_of(db: &Db, service: &str) -> Result<Option<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Origin)
        .filter(Column::Service.eq(service))
        .order_by_desc(Column::SeenAt)
        .limit(1)
        .into_tuple()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// All keys of a history.
pub(crate) async fn keys_of(
    connection: &impl ConnectionTrait,
    origin: &str,
) -> Result<Vec<VerifyKey>, Fault> {
    let rows = Entity::find().filter(Column::Origin.eq(origin)).all(connection).await;
    let rows = rows.map_err(tongban_db::to_fault)?;
    rows.iter().map(|row| VerifyKey::parse(&row.vkey).map_err(Fault::internal)).collect()
}
