//! `file`: uploaded files, content and all.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use tongban_db::Db;
use tongban_kernel::Fault;

use crate::domain::application::OwnFile;

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

/// Those of the files that `owner` uploaded.
pub async fn owned(
    db: &Db,
    owner: &str,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, OwnFile>, Fault> {
    let rows: Vec<(String, String, String)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Name, Column::Sm3])
        .filter(Column::Owner.eq(owner))
        .filter(Column::Id.is_in(ids.map(|id| id.to_string())))
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    rows.into_iter()
        .map(|(id, name, sm3)| {
            let id = id.parse().map_err(Fault::internal)?;
            Ok((id, OwnFile { name, sm3 }))
        })
        .collect()
}
