//! `draw_seed`: the organiser's seeds, sealed until they are opened.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use tongban_db::Db;
use tongban_kernel::{Entropy, Fault};
use tongban_seal::Vault;

/// Bytes of a seed.
const LENGTH: usize = 32;

/// One seed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw_seed")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub draw: String,
    pub sealed: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The organiser's seed of a draw, if one was made.
pub(crate) async fn find(db: &Db, vault: &Vault, draw: &str) -> Result<Option<Vec<u8>>, Fault> {
    let found = Entity::find_by_id(draw.to_owned()).one(db.write()).await;
    let found = found.map_err(tongban_db::to_fault)?;
    let open = |row: Model| {
        let opened = vault.open(&row.sealed, &place(draw));
        opened.map_err(|error| {
            Fault::internal(format!("the organiser's seed of {draw} does not open: {error}"))
        })
    };
    found.map(open).transpose()
}

/// The organiser's seed of a draw; made here when there is none. Of two processes that make one, both get the
/// same.
pub(crate) async fn find_or_make(
    db: &Db,
    vault: &Vault,
    entropy: &dyn Entropy,
    draw: &str,
) -> Result<Vec<u8>, Fault> {
    if let Some(seed) = find(db, vault, draw).await? {
        return Ok(seed);
    }
    let mut seed = [0; LENGTH];
    entropy.fill(&mut seed);
    let row = ActiveModel {
        draw: Set(draw.to_owned()),
        sealed: Set(vault.seal(&seed, &place(draw), entropy)),
    };
    let there = OnConflict::column(Column::Draw).do_nothing().to_owned();
    let added = Entity::insert(row).on_conflict(there).exec_without_returning(db.write()).await;
    added.map_err(tongban_db::to_fault)?;
    let made = find(db, vault, draw).await?;
    made.ok_or_else(|| Fault::internal(format!("the organiser's seed of {draw} is gone")))
}

fn place(draw: &str) -> Vec<u8> {
    format!("draw_seed/{draw}").into_bytes()
}
