//! `signing_key`: the keys tokens are signed with; the private halves are sealed.

use chrono::DateTime;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use tongban_db::Db;
use tongban_kernel::Fault;

use crate::domain::key::KeyTimes;

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    /// 1 for the first; each number is taken once.
    pub generation: i64,
    /// PKCS #8, sealed.
    pub sealed: Vec<u8>,
    /// Public half as a JWK.
    pub public: String,
    /// In microseconds since 1970.
    pub created_at: i64,
    /// In microseconds since 1970.
    pub active_from: i64,
    /// In microseconds since 1970.
    pub retired_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its times.
    pub fn times(&self) -> KeyTimes {
        let moment = |micros| DateTime::from_timestamp_micros(micros).unwrap_or_default();
        KeyTimes { active_from: moment(self.active_from), retired_at: self.retired_at.map(moment) }
    }
}

/// All keys, oldest first.
pub async fn all(db: &Db) -> Result<Vec<Model>, Fault> {
    let query = Entity::find().order_by_asc(Column::Generation);
    query.all(db.read()).await.map_err(tongban_db::to_fault)
}

/// Adds a key and retires those before it, when its own time comes; says whether its number was free.
pub async fn add(db: &Db, key: Model) -> Result<bool, Fault> {
    let written = async {
        let transaction = db.begin().await?;
        Entity::update_many()
            .col_expr(Column::RetiredAt, key.active_from.into())
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

/// Removes keys whose last token has expired.
pub async fn remove(db: &Db, expired: Vec<String>) -> Result<(), Fault> {
    let done = Entity::delete_many().filter(Column::Kid.is_in(expired)).exec(db.write()).await;
    done.map(drop).map_err(tongban_db::to_fault)
}
