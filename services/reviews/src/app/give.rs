//! 评价: the applicant reviews a completed case, once.

use std::sync::Arc;

use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::api::reviews::ReviewView;
use crate::domain::review::{Command, Opinion, Review};

/// Takes the review of a case.
pub async fn give(
    desk: &Desk,
    case_id: &str,
    opinion: Opinion,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let command = Command::Give { opinion, tags: Arc::clone(&desk.tags) };
    desk.host
        .ledger
        .execute_once::<Review>(case_id, command, caller, request, |committed| {
            let view = ReviewView::of(&committed.state, &desk.tags)
                .ok_or_else(|| Fault::internal("a review was given but is not there"))?;
            Reply::json(201, &view)
        })
        .await
}
