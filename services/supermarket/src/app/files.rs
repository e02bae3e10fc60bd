//! 上传、下载文件.

use tongban_files::{Model, store};
use tongban_kernel::Fault;
use tongban_ledger::Caller;
use uuid::Uuid;

use super::Desk;

/// Keeps a file for its owner.
pub async fn upload(
    desk: &Desk,
    name: &str,
    bytes: Vec<u8>,
    caller: &Caller,
) -> Result<Model, Fault> {
    let host = &desk.host;
    let (clock, entropy) = (host.clock.as_ref(), host.entropy.as_ref());
    let owner = &caller.principal.account;
    tongban_files::take(host.db(), clock, entropy, owner, name, bytes).await
}

/// A file, for who may have it.
pub async fn download(desk: &Desk, id: Uuid, caller: &Caller) -> Result<Model, Fault> {
    let owner = store::owner(desk.host.db(), id).await?;
    if owner.is_some_and(|owner| owner != caller.principal.account) {
        return Err(Fault::forbidden("not_your_file", "只能下载本人上传的文件"));
    }
    store::read(desk.host.db(), id).await?.ok_or_else(|| Fault::not_found("该文件"))
}
