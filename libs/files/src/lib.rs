//! Uploaded files (上传文件): which are taken, how they are kept, and how they go in and out over HTTP.
//!
//! A service that takes files makes the [`table`] by a migration of its own and mounts two operations that call
//! [`web::receive`], [`take`] and [`web::send`]. Who may have a file is for the service to say: what carries a
//! file decides it.

pub mod kind;
pub mod store;
pub mod web;

use sea_orm_migration::prelude::{Table, TableCreateStatement};
use sea_orm_migration::schema::{big_integer, blob, string, text};
use sm3::{Digest as _, Sm3};
use tongban_db::Db;
use tongban_kernel::entropy::time_ordered_id;
use tongban_kernel::{Clock, Entropy, Fault};

pub use store::{Described, Files, Model};

/// The table of a service's files.
pub fn table() -> TableCreateStatement {
    Table::create()
        .table("file")
        .col(string("id").primary_key())
        .col(string("owner"))
        .col(text("name"))
        .col(string("media_type"))
        .col(big_integer("size"))
        .col(string("sm3"))
        .col(blob("bytes"))
        .col(big_integer("uploaded_at"))
        .to_owned()
}

/// Checks a file that `owner` sends and keeps it.
///
/// # Errors
/// Every fault of the file at once, or the database's absence.
pub async fn take(
    db: &Db,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    owner: &str,
    given_name: &str,
    bytes: Vec<u8>,
) -> Result<Model, Fault> {
    let name = kind::clean_name(given_name);
    let kind = kind::check(&name, &bytes)?;
    let now = clock.now();
    let file = Model {
        id: time_ordered_id(now, entropy).to_string(),
        owner: owner.to_owned(),
        name,
        media_type: kind.media_type().to_owned(),
        size: i64::try_from(bytes.len()).map_err(Fault::internal)?,
        sm3: hex::encode(Sm3::digest(&bytes)),
        bytes,
        uploaded_at: now.timestamp_micros(),
    };
    store::keep(db, &file).await?;
    Ok(file)
}
