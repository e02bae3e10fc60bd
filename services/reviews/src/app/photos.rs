//! 评价图片: uploaded by the link of a right, seen by who may read the review.

use tongban_files::{Model, store};
use tongban_kernel::{Fault, FaultKind, Principal};
use uuid::Uuid;

use super::Desk;
use crate::domain::handling::{Handling, handling_id};
use crate::domain::review::{MOST_PHOTOS, Review};
use crate::store::review as rights;

/// Whose the photographs of a right are.
pub fn owner_of(review: &str) -> String {
    format!("review:{review}")
}

/// Keeps a photograph for a right that is open.
///
/// # Errors
/// Not an image, too many, the right used or ended; the database's absence.
pub async fn upload(
    desk: &Desk,
    id: &str,
    review: &Review,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Model, Fault> {
    let host = &desk.host;
    if !review.is_open(host.clock.now()) {
        return Err(Fault::conflict("right_not_open", "该评价已提交或已超过有效期"));
    }
    let owner = owner_of(id);
    // Who takes one away takes another: twice as many as a review may have.
    if rights::photos_of(host.db(), &owner).await? >= 2 * MOST_PHOTOS as u64 {
        let title = format!("图片不得超过 {MOST_PHOTOS} 张");
        return Err(Fault::new(FaultKind::TooMany, "too_many_photos", title));
    }
    let kind = tongban_files::kind::check(&tongban_files::kind::clean_name(name), &bytes)?;
    if !kind.media_type().starts_with("image/") {
        return Err(Fault::new(FaultKind::Invalid, "not_an_image", "评价只能附 JPG、PNG 图片"));
    }
    let (clock, entropy) = (host.clock.as_ref(), host.entropy.as_ref());
    tongban_files::take(host.db(), clock, entropy, &owner, name, bytes).await
}

/// A photograph of a review, for who may read it or deal with it.
///
/// # Errors
/// A refusal for anyone else; not found.
pub async fn download(
    desk: &Desk,
    review: &str,
    file: Uuid,
    actor: &Principal,
) -> Result<Model, Fault> {
    let ledger = &desk.host.ledger;
    let state = ledger.load::<Review>(review).await?;
    let state = state.ok_or_else(|| Fault::not_found("该评价"))?.state;
    if let Err(refusal) = state.may_read(actor) {
        let handling = ledger.load::<Handling>(&handling_id(review)).await?;
        handling.ok_or(refusal)?.state.may_read(actor)?;
    }
    let named = state.given.is_some_and(|given| given.photos.iter().any(|one| one.file_id == file));
    let found = if named { store::read(desk.host.db(), file).await? } else { None };
    found.ok_or_else(|| Fault::not_found("该图片"))
}
