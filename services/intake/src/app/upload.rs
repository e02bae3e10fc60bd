//! 上传文件: keeps a file for use as a material.

use sm3::{Digest as _, Sm3};
use tongban_kernel::{Fault, entropy::time_ordered_id};
use tongban_ledger::Caller;

use super::Desk;
use crate::domain::upload;
use crate::store::file::{self as store, Model};

/// Checks and keeps a file of the caller's.
pub async fn upload(
    desk: &Desk,
    given_name: &str,
    bytes: Vec<u8>,
    caller: &Caller,
) -> Result<Model, Fault> {
    let name = upload::clean_name(given_name);
    let kind = upload::check(&name, &bytes)?;
    let now = desk.host.clock.now();
    let file = Model {
        id: time_ordered_id(now, desk.host.entropy.as_ref()).to_string(),
        owner: caller.principal.account.clone(),
        name,
        media_type: kind.media_type().to_owned(),
        size: i64::try_from(bytes.len()).map_err(Fault::internal)?,
        sm3: hex::encode(Sm3::digest(&bytes)),
        bytes,
        uploaded_at: now.timestamp_micros(),
    };
    store::keep(desk.host.db(), &file).await?;
    Ok(file)
}
