//! 一次一评: a service at a window, such as a consultation, may be reviewed once by whoever was served.

use tongban_contracts::reviews::{ReviewKind, ReviewRight};
use tongban_kernel::entropy::readable_code;
use tongban_kernel::{Fault, Role, civil_date};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::window::WindowServiceView;
use crate::domain::pushed::matter_of;
use crate::domain::review::{Command, Review, service_id};
use crate::store::review as store;

/// A service at a window.
#[derive(Debug)]
pub struct Served {
    /// At which window.
    pub window: String,
    /// What was done, in words.
    pub service: String,
    /// Matter it was about.
    pub matter_id: Option<Uuid>,
    /// Case it belongs to.
    pub case_number: Option<String>,
    /// Account of the person served, when there is one.
    pub account: Option<String>,
}

/// Opens the right. The answer does not hold the link: the clerk has no use for it.
///
/// # Errors
/// `calendar_not_loaded`; the database's absence.
pub async fn open(
    desk: &Desk,
    served: Served,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let clerk = &caller.principal;
    let (Some(body), Some(region)) = (clerk.body.clone(), clerk.region.clone()) else {
        return Err(Fault::forbidden("no_body", "您的账号不属于任何单位"));
    };
    if !clerk.holds(Role::WindowClerk, &body, &region) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    let host = &desk.host;
    let now = host.clock.now();
    let code = readable_code(8, host.entropy.as_ref());
    let number = format!("FW{}{code}", civil_date(now).format("%Y%m%d"));
    let case_number = served.case_number.unwrap_or_else(|| number.clone());
    let id = service_id(&case_number, &number);
    let body_name = store::body_name(host.db(), &body).await?.unwrap_or_else(|| body.clone());
    let right = ReviewRight {
        case_id: id.clone(),
        case_number,
        matter_id: served.matter_id.unwrap_or_else(|| matter_of(&format!("{body}:consultation"))),
        matter_name: served.service,
        body,
        body_name,
        region,
        applicant_account: served.account.unwrap_or_default(),
        kind: ReviewKind::Window,
        service_number: Some(number),
        window: Some(served.window),
        officers: vec![clerk.account.clone()],
        expires_at: Some(desk.right_ends(now)?),
        system: None,
    };
    let command = Command::Open(Box::new(right));
    host.ledger
        .open_once::<Review>(&id, command, caller, request, |committed| {
            Reply::json(201, &WindowServiceView::of(&id, &committed.state))
        })
        .await
}
