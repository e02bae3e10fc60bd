//! 投诉: about a purchase, by whoever is concerned.

use tongban_contracts::market::MarketComplaint;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Purchasing;
use crate::api::purchasing::complaints::ComplaintView;
use crate::domain::complaint::{Command, Complaint};

/// Files a complaint.
///
/// # Errors
/// Not found; `calendar_not_loaded`; the database's absence.
pub async fn file(
    shop: &Purchasing,
    purchase: &str,
    subject: String,
    text: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let about = shop.purchase(purchase).await?.state;
    let host = &shop.host;
    let term = shop.rules.rules.complaint_accept_term.value;
    let accept_due = term.last_day(host.clock.now(), &host.calendar)?;
    let complaint = MarketComplaint {
        purchase: purchase.to_owned(),
        purchase_number: about.requirement.number.clone(),
        region: about.requirement.region.clone(),
        account: caller.principal.account.clone(),
        name: caller.principal.name.clone(),
        subject,
        text,
        accept_due,
    };
    let id = host.ledger.new_id();
    let command = Command::File(Box::new(complaint));
    host.ledger
        .open_once::<Complaint>(&id, command, caller, request, |committed| {
            Reply::json(201, &ComplaintView::of(&id, &committed.state))
        })
        .await
}

/// Carries out an officer's command on a complaint.
///
/// # Errors
/// The refusal of the rules; the database's absence.
pub async fn act(
    shop: &Purchasing,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    shop.host
        .ledger
        .execute_once::<Complaint>(id, command, caller, request, |committed| {
            Reply::json(200, &ComplaintView::of(id, &committed.state))
        })
        .await
}
