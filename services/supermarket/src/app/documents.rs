//! 管理办法、考核办法: drafts, the second officer's word, versions, attachments.

use tongban_contracts::supermarket::{Attachment, DocumentEvent, ManagementDocument};
use tongban_files::{Model as FileModel, store as files};
use tongban_kernel::{Fault, Faults};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::document_view::{DocumentFile, DocumentVersion};
use crate::domain::document::{Command, Paper};
use crate::store::purchasing::party;

/// Proposes a document, or the next version of one; its attachments are files that the officer uploaded.
pub async fn draft(
    desk: &Desk,
    id: Uuid,
    mut document: ManagementDocument,
    attachments: Vec<Uuid>,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    document.attachments = attached(desk, id, attachments, caller).await?;
    let bodies = party::names(desk.host.db(), std::slice::from_ref(&document.body.id)).await?;
    let command = Command::Draft { document: Box::new(document), bodies };
    act(desk, id, command, caller, request, status).await
}

/// The officer's own files, and those that the version before carries.
async fn attached(
    desk: &Desk,
    id: Uuid,
    wanted: Vec<Uuid>,
    caller: &Caller,
) -> Result<Vec<Attachment>, Fault> {
    let before = desk.host.ledger.load::<Paper>(&id.to_string()).await?;
    let before = before.and_then(|loaded| loaded.state.published);
    let before = before.map(|one| one.document.attachments).unwrap_or_default();
    let own = desk.files.owned(&caller.principal.account, wanted.iter().copied()).await?;
    let mut faults = Faults::new();
    let mut found = Vec::new();
    for (index, file_id) in wanted.into_iter().enumerate() {
        if let Some(kept) = before.iter().find(|one| one.file_id == file_id) {
            found.push(kept.clone());
        } else if let Some(file) = own.get(&file_id) {
            let (name, sm3) = (file.name.clone(), file.sm3.clone());
            found.push(Attachment { file_id, name, sm3 });
        } else {
            faults.add(format!("/attachments/{index}"), "unknown_file", "没有该文件，请先上传");
        }
    }
    faults.into_result("invalid_document", "文件要素有误")?;
    Ok(found)
}

/// Carries out a command on a document.
pub async fn act(
    desk: &Desk,
    id: Uuid,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    desk.host
        .ledger
        .execute_once::<Paper>(&id.to_string(), command, caller, request, |committed| {
            Reply::json(status, &DocumentFile::of(id, &committed.state))
        })
        .await
}

/// A document that was published.
pub async fn published(desk: &Desk, id: Uuid) -> Result<DocumentFile, Fault> {
    let found = desk.host.ledger.load::<Paper>(&id.to_string()).await?;
    let found = found.filter(|loaded| loaded.state.published.is_some());
    let paper = found.ok_or_else(|| Fault::not_found("该文件"))?.state;
    Ok(DocumentFile::published(id, &paper))
}

/// Every version there ever was, the last first.
pub async fn versions(desk: &Desk, id: Uuid) -> Result<Vec<DocumentVersion>, Fault> {
    let mut versions = Vec::new();
    for recorded in desk.host.ledger.history::<Paper>(&id.to_string()).await? {
        if let DocumentEvent::Published { revision, published_on, document, .. } = recorded.event {
            versions.push(DocumentVersion { revision, published_on, document: *document });
        }
    }
    if versions.is_empty() {
        return Err(Fault::not_found("该文件"));
    }
    versions.reverse();
    Ok(versions)
}

/// A file that some published version of the document carries.
pub async fn attachment(desk: &Desk, id: Uuid, file: Uuid) -> Result<FileModel, Fault> {
    let carried = versions(desk, id).await?;
    let attachments = carried.iter().flat_map(|version| &version.document.attachments);
    if !attachments.into_iter().any(|one| one.file_id == file) {
        return Err(Fault::not_found("该附件"));
    }
    files::read(desk.host.db(), file).await?.ok_or_else(|| Fault::not_found("该附件"))
}
