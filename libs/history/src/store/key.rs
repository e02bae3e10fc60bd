//! `history_key`: every key that ever signed; the private halves are sealed.

use chrono::{DateTime, Utc};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use tongban_db::Db;
use tongban_kernel::Fault;
use tongban_proof::PublishedKey;

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "history_key")]
pub struct Model {
    /// 1 for the first; each number is taken once.
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    /// Public half with its name.
    pub vkey: String,
    /// Private half, sealed.
    pub sealed: Vec<u8>,
    /// In microseconds since 1970.
    pub created_at: i64,
    /// In microseconds since 1970.
    pub retired_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What the world may know of it.
    pub fn published(&self) -> PublishedKey {
        PublishedKey {
            vkey: self.vkey.clone(),
            created_at: moment(self.created_at),
            retired_at: self.retired_at.map(moment),
        }
    }

    /// Name of the log it signs for.
    pub fn origin(&self) -> &str {
        self.vkey.split('+').next().unwrap_or_default()
    }
}

fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// All keys, oldest first.
pub async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Model>, Fault> {
    let query = Entity::find().order_by_asc(Column::Generation);
    query.all(connection).await.map_err(tongban_db::to_fault)
}

/// The newest key.
pub async fn newest(connection: &impl ConnectionTrait) -> Result<Option<Model>, Fault> {
    let query = Entity::find().order_by_desc(Column::Generation);
    query.one(connection).await.map_err(tongban_db::to_fault)
}

/// Adds a key and retires those before it; says whether its number was free.
pub async fn add(db: &Db, key: Model) -> Result<bool, Fault> {
    let written = async {
        let transaction = db.begin().await?;
        Entity::update_many()
            .col_expr(Column::RetiredAt, key.created_at.into())
            .filter(Column::RetiredAt.is_null())
            .filter(Column::Generation.lt(key.generation))
            .exec(&transaction)
            .await?;
        let row = ActiveModel::from(key).reset_all();
        Entity::insert(row).exec_without_returning(&transaction).await?;
        transaction.commit().await
    };
    match written.await {
        Ok(()) => Ok(true),
        Err(error) if tongban_db::is_duplicate(&error) => Ok(false),
        Err(error) => Err(tongban_db::to_fault(error)),
    }
}
