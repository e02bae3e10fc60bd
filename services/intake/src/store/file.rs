//! `file`: uploaded files, content and all.

use std::collections::HashMap;

use moka::sync::Cache;
use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use tongban_db::{Combiner, Db, among, answer_each};
use tongban_kernel::Fault;

use super::READING;
use crate::domain::application::OwnFile;

/// Files whose description is remembered.
const REMEMBERED: u64 = 50_000;

/// One uploaded file; it never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Account that uploaded it.
    pub owner: String,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    /// SM3 of the content, in hexadecimal.
    pub sm3: String,
    pub bytes: Vec<u8>,
    /// Microseconds since 1970.
    pub uploaded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps a file.
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
pub async fn read(db: &Db, id: Uuid) -> Result<Option<Model>, Fault> {
    Entity::find_by_id(id.to_string()).one(db.read()).await.map_err(tongban_db::to_fault)
}

/// What the record takes over of a file.
#[derive(Debug, Clone)]
struct Described {
    owner: String,
    file: OwnFile,
}

/// Finds what applications name, for concurrent requests together. Files never change, so that what was
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
    pub async fn owned(
        &self,
        owner: &str,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, OwnFile>, Fault> {
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
        let own = found.into_iter().filter(|(_, described)| described.owner == owner);
        Ok(own.map(|(id, described)| (id, described.file)).collect())
    }
}

async fn find_all(db: &Db, wanted: Vec<Vec<Uuid>>) -> Vec<Result<HashMap<Uuid, Described>, Fault>> {
    let ids: Vec<String> = wanted.iter().flatten().map(Uuid::to_string).collect();
    let found: Result<Vec<(String, String, String, String)>, DbErr> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Owner, Column::Name, Column::Sm3])
        .filter(among(Column::Id, &ids))
        .into_tuple()
        .all(db.read())
        .await;
    answer_each(found, wanted.len(), |rows| {
        let described = |(id, owner, name, sm3): (String, _, _, _)| {
            Some((id.parse::<Uuid>().ok()?, Described { owner, file: OwnFile { name, sm3 } }))
        };
        let rows: HashMap<Uuid, Described> = rows.into_iter().filter_map(described).collect();
        let of_one = |ids: &Vec<Uuid>| {
            ids.iter().filter_map(|id| Some((*id, rows.get(id)?.clone()))).collect()
        };
        wanted.iter().map(of_one).collect()
    })
}
