//! `file`: uploaded files, content and all.

use std::collections::HashMap;

use moka::sync::Cache;
use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use tongban_db::{Combiner, Db, among, answer_each};
use tongban_kernel::Fault;

/// How lookups of concurrent requests are combined.
const READING: tongban_db::Limits = tongban_db::Limits { waiting: 4096, together: 64, batches: 2 };
/// Files whose description is remembered.
const REMEMBERED: u64 = 50_000;

/// One uploaded file; it never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Account that uploaded it.
    pub owner: String,
    /// Name as kept.
    pub name: String,
    /// Media type, by the name's extension and the content.
    pub media_type: String,
    /// Size in bytes.
    pub size: i64,
    /// SM3 of the content, in hexadecimal.
    pub sm3: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// Microseconds since 1970.
    pub uploaded_at: i64,
}

/// Files have none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps a file.
///
/// # Errors
/// When the database is away.
pub async fn keep(db: &Db, file: &Model) -> Result<(), Fault> {
    let row = ActiveModel {
        id: Set(file.id.clone()),
        owner: Set(file.owner.clone()),
        name: Set(file.name.clone()),
        media_type: Set(file.media_type.clone()),
        size: Set(file.size),
        sm3: Set(file.sm3.clone()),
        bytes: Set(file.bytes.clone()),
        uploaded_at: Set(file.uploaded_at),
    };
    Entity::insert(row).exec_without_returning(db.write()).await.map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Who uploaded a file.
///
/// # Errors
/// When the database is away.
pub async fn owner(db: &Db, id: Uuid) -> Result<Option<String>, Fault> {
    Entity::find_by_id(id.to_string())
        .select_only()
        .column(Column::Owner)
        .into_tuple()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// A file, whole.
///
/// # Errors
/// When the database is away.
pub async fn read(db: &Db, id: Uuid) -> Result<Option<Model>, Fault> {
    Entity::find_by_id(id.to_string()).one(db.read()).await.map_err(tongban_db::to_fault)
}

/// What a record takes over of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Account that uploaded it.
    pub owner: String,
    /// Name as kept.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// SM3 of the content, in hexadecimal.
    pub sm3: String,
}

/// Finds what requests name, for concurrent requests together. Files never change, so that what was
/// found once is remembered.
pub struct Files {
    find: Combiner<Vec<Uuid>, HashMap<Uuid, Described>>,
    known: Cache<Uuid, Described>,
}

impl Files {
    /// Files kept in `db`.
    pub fn new(db: Db) -> Self {
        let find_all = move |wanted: Vec<Vec<Uuid>>| {
            let db = db.clone();
            async move { find_all(&db, wanted).await }
        };
        Self { find: Combiner::new(READING, find_all), known: Cache::new(REMEMBERED) }
    }

    /// Those of the files that `owner` uploaded.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn owned(
        &self,
        owner: &str,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Described>, Fault> {
        let mut found = self.described(ids).await?;
        found.retain(|_, described| described.owner == owner);
        Ok(found)
    }

    /// Those of the files that exist, whoever uploaded them.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn described(
        &self,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Described>, Fault> {
        let mut found = HashMap::new();
        let mut unknown = Vec::new();
        for id in ids {
            match self.known.get(&id) {
                Some(described) => drop(found.insert(id, described)),
                None => unknown.push(id),
            }
        }
        if !unknown.is_empty() {
            for (id, described) in self.find.call(unknown).await? {
                self.known.insert(id, described.clone());
                found.insert(id, described);
            }
        }
        Ok(found)
    }
}

async fn find_all(db: &Db, wanted: Vec<Vec<Uuid>>) -> Vec<Result<HashMap<Uuid, Described>, Fault>> {
    type Row = (String, String, String, String, String);
    let ids: Vec<String> = wanted.iter().flatten().map(Uuid::to_string).collect();
    let found: Result<Vec<Row>, DbErr> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Owner, Column::Name, Column::MediaType, Column::Sm3])
        .filter(among(Column::Id, &ids))
        .into_tuple()
        .all(db.read())
        .await;
    answer_each(found, wanted.len(), |rows| {
        let described = |(id, owner, name, media_type, sm3): (String, _, _, _, _)| {
            Some((id.parse::<Uuid>().ok()?, Described { owner, name, media_type, sm3 }))
        };
        let rows: HashMap<Uuid, Described> = rows.into_iter().filter_map(described).collect();
        let of_one = |ids: &Vec<Uuid>| {
            ids.iter().filter_map(|id| Some((*id, rows.get(id)?.clone()))).collect()
        };
        wanted.iter().map(of_one).collect()
    })
}
