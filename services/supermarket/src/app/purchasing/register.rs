//! 报名: an agency takes part, with its bid sealed.

use chrono::{DateTime, Utc};
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::{Purchasing, known};
use crate::domain::purchase::Command;
use crate::domain::purchase::register::Sought;

/// What an agency sends.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Staff put forward.
    pub staff: Vec<String>,
    /// What is offered.
    pub quote: Option<i64>,
    /// What its own clock says.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Registers the caller's agency.
///
/// # Errors
/// `registration_over` with both times; `cannot_register` with every fault; `no_agency`; the database's absence.
pub async fn register(
    shop: &Purchasing,
    id: &str,
    entry: Entry,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let purchase = shop.purchase(id).await?.state;
    let account = &caller.principal.account;
    let found = known::registrant_of(shop, account, &purchase.requirement.service).await?;
    let registrant = found.ok_or_else(|| Fault::conflict("no_agency", "本账号没有入驻中介超市"))?;
    let Entry { staff, quote, sent_at } = entry;
    let sealed = quote.map(|quote| shop.seal(id, &registrant.agency, quote));
    let sought = Sought { registrant, staff, quote, sealed, sent_at };
    shop.act(id, Command::Register(Box::new(sought)), caller, request).await
}
