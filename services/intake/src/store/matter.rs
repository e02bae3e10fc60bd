//! `known_matter`: every version of every matter, as the catalogue's events tell.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, DbErr, QueryOrder};
use tongban_contracts::matters::Matter;
use tongban_db::Db;
use tongban_kernel::Fault;

/// One version of a matter; old ones stay for the cases filed under them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_matter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub matter_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    /// Whether it is the version in force.
    pub published: bool,
    /// The whole entry, as JSON.
    pub matter: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A version of a matter, read.
#[derive(Debug, Clone)]
pub struct KnownMatter {
    /// Version.
    pub revision: u32,
    /// Whether it is in force.
    pub published: bool,
    /// The entry.
    pub matter: Matter,
}

impl TryFrom<Model> for KnownMatter {
    type Error = Fault;

    fn try_from(row: Model) -> Result<Self, Fault> {
        Ok(Self {
            revision: u32::try_from(row.revision).map_err(Fault::internal)?,
            published: row.published,
            matter: serde_json::from_str(&row.matter).map_err(Fault::internal)?,
        })
    }
}

/// Puts a version in force in place of the one before.
pub async fn publish(
    transaction: &DatabaseTransaction,
    id: &str,
    revision: u32,
    matter: &Matter,
) -> Result<(), Fault> {
    withdraw(transaction, id).await.map_err(tongban_db::to_fault)?;
    let row = ActiveModel {
        matter_id: Set(id.to_owned()),
        revision: Set(i64::from(revision)),
        published: Set(true),
        matter: Set(serde_json::to_string(matter).map_err(Fault::internal)?),
    };
    let key = OnConflict::columns([Column::MatterId, Column::Revision])
        .update_columns([Column::Published, Column::Matter])
        .to_owned();
    Entity::insert(row)
        .on_conflict(key)
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Takes a matter out of force.
pub async fn withdraw(transaction: &DatabaseTransaction, id: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Published, false.into())
        .filter(Column::MatterId.eq(id))
        .filter(Column::Published.eq(true))
        .exec(transaction)
        .await?;
    Ok(())
}

/// The newest version known.
pub async fn newest(db: &Db, id: Uuid) -> Result<Option<KnownMatter>, Fault> {
    Entity::find()
        .filter(Column::MatterId.eq(id.to_string()))
        .order_by_desc(Column::Revision)
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)?
        .map(KnownMatter::try_from)
        .transpose()
}

/// One version.
pub async fn version(db: &Db, id: Uuid, revision: u32) -> Result<KnownMatter, Fault> {
    Entity::find_by_id((id.to_string(), i64::from(revision)))
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)?
        .ok_or_else(|| Fault::internal(format!("version {revision} of matter {id} is unknown")))?
        .try_into()
}
