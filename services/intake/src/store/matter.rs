//! `known_matter`: every version of every matter, as the catalogue's events tell.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, DbErr, QueryOrder};
use tongban_contracts::matters::Matter;
use tongban_db::Db;
use tongban_kernel::Fault;

/// For so long a request may still see the version before: far less than the event's own way here can take.
pub const STALE: Duration = Duration::from_millis(100);
/// Versions that are remembered.
const REMEMBERED: u64 = 2_000;

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
    pub matter: Arc<Matter>,
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

/// Finds versions of matters, remembering those asked for lately: all requests ask for the same few.
pub struct Matters {
    db: Db,
    newest: Cache<Uuid, KnownMatter>,
    versions: Cache<(Uuid, u32), KnownMatter>,
}

impl Matters {
    /// Matters known in `db`.
    pub fn new(db: Db) -> Self {
        let newest = Cache::builder().max_capacity(REMEMBERED).time_to_live(STALE).build();
        Self { db, newest, versions: Cache::new(REMEMBERED) }
    }

    /// The newest version known, as it stood no longer than [`STALE`] ago.
    pub async fn newest(&self, id: Uuid) -> Result<Option<KnownMatter>, Fault> {
        if let Some(known) = self.newest.get(&id) {
            return Ok(Some(known));
        }
        let found = Entity::find()
            .filter(Column::MatterId.eq(id.to_string()))
            .order_by_desc(Column::Revision)
            .one(self.db.read())
            .await
            .map_err(tongban_db::to_fault)?;
        let known = found.map(KnownMatter::try_from).transpose()?;
        if let Some(known) = &known {
            self.newest.insert(id, known.clone());
        }
        Ok(known)
    }

    /// The matter as one version has it; whether that version is in force is not to be read from this.
    pub async fn version(&self, id: Uuid, revision: u32) -> Result<KnownMatter, Fault> {
        if let Some(known) = self.versions.get(&(id, revision)) {
            return Ok(known);
        }
        let unknown = || Fault::internal(format!("version {revision} of matter {id} is unknown"));
        let found = Entity::find_by_id((id.to_string(), i64::from(revision)))
            .one(self.db.read())
            .await
            .map_err(tongban_db::to_fault)?;
        let known = KnownMatter::try_from(found.ok_or_else(unknown)?)?;
        self.versions.insert((id, revision), known.clone());
        Ok(known)
    }
}
