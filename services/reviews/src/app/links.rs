//! 评价链接: whoever holds the link of a right may use it, signed in or not. It cannot be guessed or made by others: it
//! is the right's identifier, sealed.

use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Loaded;

use super::Desk;
use crate::domain::review::Review;

/// What links are sealed for.
const PLACE: &[u8] = b"review/link";

/// A link of the right: a path that leads to it.
pub fn link(desk: &Desk, review: &str) -> String {
    format!("/reviews/v1/links/{}", token(desk, review))
}

/// The token of a link.
pub fn token(desk: &Desk, review: &str) -> String {
    desk.links.seal_text(review, PLACE, desk.host.entropy.as_ref())
}

/// The right a token is for, with its identifier.
///
/// # Errors
/// `no_such_link` for a token that no link of ours has; the database's absence.
pub async fn open(desk: &Desk, token: &str) -> Result<(String, Loaded<Review>), Fault> {
    let no_such_link =
        || Fault::new(FaultKind::NotFound, "no_such_link", "评价链接无效，请从办件或回执重新打开");
    let id = desk.links.open_text(token, PLACE).map_err(|_| no_such_link())?;
    let loaded = desk.host.ledger.load::<Review>(&id).await?.ok_or_else(no_such_link)?;
    Ok((id, loaded))
}
