//! 红黑榜: after each rating and each breach found the published rule is applied to the agency.

use chrono::Duration;
use sea_orm::DatabaseTransaction;
use tongban_contracts::Envelope;
use tongban_contracts::market::HonourEntry;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use super::Purchasing;
use crate::domain::honour::{Command, Honour, judge, terms};
use crate::store::purchasing::{honour, purchase};

/// Applies the rule to the agency of the purchase that `event` is of.
///
/// # Errors
/// The database's absence.
pub async fn review(
    shop: &Purchasing,
    transaction: &DatabaseTransaction,
    event: &Envelope,
) -> Result<(), Fault> {
    let of_purchase = shop.purchase(&event.subject).await?.state;
    let Some(award) = &of_purchase.award else { return Ok(()) };
    let rule = &shop.rules.honours;
    let now = shop.host.clock.now();
    let days = rule.red.window_days.max(rule.black.window_days);
    let from = now - Duration::days(i64::from(days));
    let past = purchase::past(transaction, &award.agency, from).await;
    let past = past.map_err(tongban_db::to_fault)?;
    let Some((colour, reason, evidence)) = judge(rule, &past, now) else { return Ok(()) };
    let stands = honour::stands(transaction, &award.agency, colour).await;
    if stands.map_err(tongban_db::to_fault)? {
        return Ok(());
    }
    let (until, object_until) = terms(rule, colour, now);
    let account = of_purchase.registration(&award.agency).map(|one| one.account.clone());
    let entry = HonourEntry {
        colour,
        agency: award.agency.clone(),
        account: account.unwrap_or_default(),
        code: award.code.clone(),
        name: award.name.clone(),
        rule: rule.version.clone(),
        reason,
        evidence,
        until,
        object_until,
    };
    let caller = Caller::service("supermarket", event.traceparent.clone());
    // The same event again makes the same entry.
    let id = event.id.to_string();
    let command = Command::List(Box::new(entry));
    let done = shop.host.ledger.execute_within::<Honour>(transaction, &id, command, &caller).await;
    done.map(|_| ())
}
