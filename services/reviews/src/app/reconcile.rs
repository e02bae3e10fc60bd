//! 待匹配评价: reviews that were kept apart are taken once their case or service is there.

use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Caller;

use super::Desk;
use super::push::reviews::command_of;
use crate::domain::held::{Command, Held};
use crate::domain::review::Review;
use crate::store::held as store;

/// Held reviews looked at in one round.
const ROUND: u64 = 500;

/// Takes what can be taken by now. May be cut off anywhere: a review that was taken and not yet noted is found to be
/// there, and noted.
///
/// # Errors
/// The database's absence.
pub async fn reconcile(desk: &Desk) -> Result<(), Fault> {
    let host = &desk.host;
    let caller = Caller::service("reviews", None);
    for (id, right) in store::ready(host.db(), ROUND).await? {
        let Some(held) = host.ledger.load::<Held>(&id).await? else { continue };
        let held = held.state.pushed;
        let review = host.ledger.load::<Review>(&right).await?;
        let within = review.is_some_and(|review| held.region.contains(&review.state.right.region));
        let taken = if within {
            host.ledger.execute::<Review>(&right, command_of(desk, &held), &caller).await.map(drop)
        } else {
            Err(Fault::forbidden("not_your_region", "该来源系统不能推送此区域的评价"))
        };
        let noted = match taken {
            Ok(()) => Command::Match { review: right },
            Err(fault) if matches!(fault.kind(), FaultKind::Unavailable | FaultKind::Internal) => {
                return Err(fault);
            }
            Err(fault) => {
                Command::Drop { code: fault.code().to_owned(), reason: fault.title().to_owned() }
            }
        };
        host.ledger.execute::<Held>(&id, noted, &caller).await?;
    }
    Ok(())
}
