//! 上传文件: keeps a file for use as a material.

use tongban_files::Model;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use super::Desk;

/// Checks and keeps a file of the caller's.
pub async fn upload(
    desk: &Desk,
    given_name: &str,
    bytes: Vec<u8>,
    caller: &Caller,
) -> Result<Model, Fault> {
    let host = &desk.host;
    let (clock, entropy) = (host.clock.as_ref(), host.entropy.as_ref());
    tongban_files::take(host.db(), clock, entropy, &caller.principal.account, given_name, bytes)
        .await
}
