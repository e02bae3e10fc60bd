//! `draw_text`: long texts, by digest and in compressed pieces. A text is never changed: what has the digest is it.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, PaginatorTrait, QuerySelect};
use tongban_db::Db;
use tongban_kernel::Fault;

/// Bytes of text in a piece: some megabytes stay in memory while a text of any length is read.
const PIECE: usize = 1 << 20;

/// One piece.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw_text")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i32,
    pub packed: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How many pieces a text of so many bytes has.
pub(crate) fn parts(bytes: u64) -> i32 {
    i32::try_from(bytes.div_ceil(PIECE as u64)).unwrap_or(i32::MAX)
}

/// Keeps a text; one that is there already is left alone.
pub(crate) async fn keep(
    transaction: &DatabaseTransaction,
    digest: &str,
    text: &str,
) -> Result<(), Fault> {
    for (part, piece) in (0..).zip(text.as_bytes().chunks(PIECE)) {
        let row = ActiveModel {
            digest: Set(digest.to_owned()),
            part: Set(part),
            packed: Set(pack(piece).map_err(Fault::internal)?),
        };
        let there = OnConflict::columns([Column::Digest, Column::Part]).do_nothing().to_owned();
        let added =
            Entity::insert(row).on_conflict(there).exec_without_returning(transaction).await;
        added.map_err(tongban_db::to_fault)?;
    }
    Ok(())
}

/// How many pieces of a text are there.
pub(crate) async fn count(db: &Db, digest: &str) -> Result<i32, Fault> {
    let found = Entity::find().filter(Column::Digest.eq(digest)).count(db.read()).await;
    i32::try_from(found.map_err(tongban_db::to_fault)?).map_err(Fault::internal)
}

/// One piece of a text.
pub(crate) async fn piece(db: &Db, digest: &str, part: i32) -> Result<Vec<u8>, Fault> {
    let packed: Option<Vec<u8>> = Entity::find_by_id((digest.to_owned(), part))
        .select_only()
        .column(Column::Packed)
        .into_tuple()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let packed = packed.ok_or_else(|| Fault::internal(format!("text {digest} lacks {part}")))?;
    let mut text = Vec::new();
    ZlibDecoder::new(&*packed).read_to_end(&mut text).map_err(Fault::internal)?;
    Ok(text)
}

/// A whole text of so many bytes.
pub(crate) async fn whole(db: &Db, digest: &str, bytes: u64) -> Result<Vec<u8>, Fault> {
    let mut text = Vec::with_capacity(usize::try_from(bytes).map_err(Fault::internal)?);
    for part in 0..parts(bytes) {
        text.append(&mut piece(db, digest, part).await?);
    }
    Ok(text)
}

fn pack(piece: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(piece)?;
    packer.finish()
}
