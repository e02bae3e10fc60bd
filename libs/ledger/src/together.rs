//! Many commands in one transaction of the caller's: a few statements for all of them.

use std::collections::{HashMap, HashSet};

use sea_orm::DatabaseTransaction;
use tongban_contracts::DomainEvent;
use tongban_kernel::Fault;

use crate::aggregate::{Aggregate, Caller, Loaded, Stored};
use crate::heads::of_kind;
use crate::ledger::{Decided, Ledger};
use crate::state::loaded;
use crate::write::write;

/// A command that is to be carried out with others.
#[derive(Debug, Clone)]
pub struct Order<A: Aggregate> {
    /// The aggregate.
    pub id: String,
    /// What is asked of it.
    pub command: A::Command,
    /// Who asks.
    pub caller: Caller,
}

/// Why none of several commands may be committed: the place of the one that stands in the way, and its fault.
pub type Stopped = (usize, Fault);

impl Ledger {
    /// As [`Ledger::execute_within`], for many commands in their order. They stand or fall together: after
    /// an error the transaction must be rolled back.
    ///
    /// # Errors
    /// As [`Ledger::execute_within`], with the place of a command that is refused; 0 when it is not one
    /// command's fault.
    pub async fn execute_all_within<A: Stored>(
        &self,
        transaction: &DatabaseTransaction,
        orders: Vec<Order<A>>,
    ) -> Result<(), Stopped> {
        let mut waiting: Vec<(usize, Order<A>)> = orders.into_iter().enumerate().collect();
        while !waiting.is_empty() {
            // Of two commands for one aggregate the second is judged by the state the first leaves.
            let mut seen = HashSet::new();
            let (now, later): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|(_, order)| seen.insert(order.id.clone()));
            self.execute_each_within(transaction, now).await?;
            waiting = later;
        }
        Ok(())
    }

    /// Carries out commands for different aggregates.
    async fn execute_each_within<A: Stored>(
        &self,
        transaction: &DatabaseTransaction,
        orders: Vec<(usize, Order<A>)>,
    ) -> Result<(), Stopped> {
        let ids: Vec<String> = orders.iter().map(|(_, order)| order.id.clone()).collect();
        let mut states = load_all::<A>(transaction, &ids).await.map_err(|fault| (0, fault))?;
        let mut appends = Vec::with_capacity(orders.len());
        for (place, Order { id, command, caller }) in orders {
            let current = states.remove(&id);
            match self.decide::<A>(&id, current, command, &caller) {
                Ok(Decided::Nothing(_)) => {}
                Ok(Decided::Events(prepared)) => appends.push((place, prepared.append)),
                Err(refusal) => return Err((place, refusal)),
            }
        }
        if appends.is_empty() {
            return Ok(());
        }
        let batch: Vec<_> = appends.iter().map(|(_, append)| append).collect();
        let raced = || Fault::unavailable("lost a race for an aggregate");
        match write(transaction, &batch).await {
            Ok(late) => match late.first().and_then(|at| appends.get(*at)) {
                None => Ok(()),
                Some((place, _)) => Err((*place, raced())),
            },
            Err(error) if tongban_db::is_duplicate(&error) => {
                Err((0, Fault::unavailable("lost a race for a query column")))
            }
            Err(error) => Err((0, tongban_db::to_fault(error))),
        }
    }
}

/// The aggregates as they stand, by identifier; those that are not there are left out.
async fn load_all<A: Aggregate>(
    transaction: &DatabaseTransaction,
    ids: &[String],
) -> Result<HashMap<String, Loaded<A>>, Fault> {
    let kind = <A::Event as DomainEvent>::AGGREGATE;
    let ids = ids.iter().map(String::as_str).collect();
    let found = of_kind(transaction, kind, &ids).await.map_err(tongban_db::to_fault)?;
    let mut all = HashMap::with_capacity(found.len());
    for head in found {
        all.insert(head.row.aggregate_id.clone(), loaded(transaction, head).await?);
    }
    Ok(all)
}
