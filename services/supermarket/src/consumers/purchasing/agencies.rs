//! 退出选取: an agency that may not take part any more drops out of every selection under way.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::purchases::DroppedAgency;
use tongban_contracts::supermarket::agency::AgencyEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Order, Stopped};

use crate::app::purchasing::Purchasing;
use crate::domain::purchase::{Command, Purchase};
use crate::store::purchasing::registration;

/// Follows what is decided about agencies.
///
/// An agency whose registration this service did not yet note is found when the selection begins, and again before an
/// award is confirmed.
pub struct DropOuts(pub Purchasing);

#[async_trait]
impl Consumer for DropOuts {
    fn name(&self) -> &'static str {
        "supermarket.drop_outs"
    }

    fn topics(&self) -> Vec<String> {
        vec![AgencyEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let (rule, reason) = match event.read::<AgencyEvent>().map_err(Fault::internal)? {
            AgencyEvent::Suspended(sanction) => {
                ("agency_suspended", format!("机构已被暂停承接业务：{}", sanction.text))
            }
            AgencyEvent::Excluded(sanction) => {
                ("agency_excluded", format!("机构已被清退出库：{}", sanction.text))
            }
            AgencyEvent::Left { reason } => ("agency_exited", format!("机构已退出：{reason}")),
            _ => return Ok(()),
        };
        let agency = &event.subject;
        let running = registration::under_selection(transaction, agency).await;
        let orders = running.map_err(tongban_db::to_fault)?.into_iter().map(|id| {
            let (agency, rule, reason) = (agency.clone(), rule.to_owned(), reason.clone());
            let dropped = vec![DroppedAgency { agency, rule, reason }];
            Order::<Purchase> {
                id,
                command: Command::Drop { dropped, rules: self.0.rules.clone() },
                caller: Caller::service("supermarket", event.traceparent.clone()),
            }
        });
        let ledger = &self.0.host.ledger;
        let done = ledger.execute_all_within(transaction, orders.collect()).await;
        done.map_err(|(_, fault): Stopped| fault)
    }
}
