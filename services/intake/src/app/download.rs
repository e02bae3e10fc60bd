//! 下载文件: for its owner and for those who may see a case that carries it.

use tongban_files::Model;
use tongban_kernel::{Fault, Principal};
use uuid::Uuid;

use super::Desk;
use crate::store;

/// The file, if `reader` may have it.
pub async fn download(desk: &Desk, id: Uuid, reader: &Principal) -> Result<Model, Fault> {
    let db = desk.host.db();
    let missing = || Fault::not_found("该文件");
    let owner = tongban_files::store::owner(db, id).await?.ok_or_else(missing)?;
    if owner != reader.account && !sees_a_case(desk, &owner, id, reader).await? {
        let title = "只能下载本人上传的文件，或本单位、本区域办件中的文件";
        return Err(Fault::forbidden("not_your_file", title));
    }
    tongban_files::store::read(db, id).await?.ok_or_else(missing)
}

async fn sees_a_case(
    desk: &Desk,
    owner: &str,
    file: Uuid,
    reader: &Principal,
) -> Result<bool, Fault> {
    for id in store::case::carrying(desk.host.db(), owner, file).await? {
        if desk.case(&id).await?.may_see(reader) {
            return Ok(true);
        }
    }
    Ok(false)
}
