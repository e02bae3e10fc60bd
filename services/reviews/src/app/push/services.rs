//! Services of other systems: each opens a right, once.

use std::collections::HashSet;

use tongban_ledger::{Caller, Order};

use super::{Fate, Key, Refusals, Stopped};
use crate::api::pushed::PushStatus;
use crate::app::Desk;
use crate::app::signature::Signed;
use crate::domain::pushed::ServiceRow;
use crate::domain::review::{Command, Review};
use crate::store::{case_fact, nonce, review as store};

/// Carries a batch out in one transaction.
pub(super) async fn once(
    desk: &Desk,
    signed: &Signed,
    rows: &[ServiceRow],
    refusals: &Refusals,
    caller: &Caller,
) -> Result<Vec<Fate>, Stopped> {
    let host = &desk.host;
    let now = host.clock.now();
    let transaction = host.db().begin().await.map_err(tongban_db::to_fault)?;
    nonce::take(&transaction, &signed.account, &signed.nonce, now.timestamp_micros()).await?;
    let numbers: HashSet<String> = rows.iter().map(|row| row.case_number.clone()).collect();
    let numbers: Vec<String> = numbers.into_iter().collect();
    let known = case_fact::known(&transaction, &numbers).await?;
    let known: HashSet<String> = known.into_iter().collect();
    let there = store::of_cases(&transaction, &numbers).await?;
    let mut there: HashSet<Key> =
        there.into_iter().map(|right| (right.case_number, right.service_number)).collect();

    let (mut fates, mut orders, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (place, row) in rows.iter().enumerate() {
        if let Some(faults) = refusals.get(&place) {
            fates.push(Fate::Refused(faults.clone()));
            continue;
        }
        let key = (row.case_number.clone(), row.service_number.clone().unwrap_or_default());
        let ends = desk.right_ends(row.served_at)?;
        let opened = row.clone().right(&signed.account, &signed.reach, now, ends);
        let fate = match opened {
            Err(faults) => Fate::Refused(faults),
            Ok(_) if there.contains(&key) => Fate::Fine(PushStatus::Repeated, None),
            // The case's own events open its right, when it is completed.
            Ok(_) if row.service_number.is_none() && known.contains(&row.case_number) => {
                Fate::Fine(PushStatus::Known, None)
            }
            Ok((id, right)) => {
                there.insert(key);
                places.push(place);
                let command = Command::Open(Box::new(right));
                orders.push(Order::<Review> { id: id.clone(), command, caller: caller.clone() });
                Fate::Fine(PushStatus::Taken, Some(id))
            }
        };
        fates.push(fate);
    }
    let done = host.ledger.execute_all_within(&transaction, orders).await;
    done.map_err(|(at, fault)| match places.get(at) {
        Some(place) => Stopped::Row(*place, fault),
        None => Stopped::All(fault),
    })?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    host.ledger.announce();
    Ok(fates)
}
