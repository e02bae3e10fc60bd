//! 检查对象入库: whoever is issued a licence is an object of inspection.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::identity::DocumentKind;
use tongban_contracts::licences::{Licence, LicenceEvent};
use tongban_contracts::supervision::{
    HeldLicence, InspectedObject, ObjectKind, ObjectParticulars, ObjectSource,
};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Order, Stopped};

use crate::app::{Desk, objects};
use crate::domain::object::{Command, Object};
use crate::store::licence as store;

/// Members of a licence's face that tell where the holder does business, the first that is there.
const ADDRESSES: [&str; 5] =
    ["business_place", "business_address", "premises_address", "address", "registered_address"];

/// Follows the licence library.
pub struct Licences(Desk);

impl Licences {
    /// At this desk.
    pub fn new(desk: &Desk) -> Self {
        Self(desk.clone())
    }
}

#[async_trait]
impl Consumer for Licences {
    fn name(&self) -> &'static str {
        "supervision.licences"
    }

    fn topics(&self) -> Vec<String> {
        vec![LicenceEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        self.consume_all(&[event], transaction).await.map_err(|(_, fault)| fault)
    }

    async fn consume_all(
        &self,
        events: &[&Envelope],
        transaction: &DatabaseTransaction,
    ) -> Result<(), Stopped> {
        let mut read = Vec::with_capacity(events.len());
        for (place, event) in events.iter().enumerate() {
            let found = event.read::<LicenceEvent>();
            read.push((*event, found.map_err(|error| (place, Fault::internal(error)))?));
        }
        let all = |fault| (0, fault);
        let codes: Vec<&str> = read
            .iter()
            .filter_map(|(_, event)| match event {
                LicenceEvent::Issued(licence) => Some(licence.holder_document.number.as_str()),
                LicenceEvent::Revoked { .. } => None,
            })
            .collect();
        let mut ids = objects::by_code(transaction, &codes).await.map_err(all)?;
        let subjects: Vec<&str> = read.iter().map(|(event, _)| event.subject.as_str()).collect();
        let mut known = store::of_ids(transaction, &subjects).await.map_err(all)?;
        let (mut places, mut orders, mut held) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (place, (event, read)) in read.into_iter().enumerate() {
            let order = match read {
                LicenceEvent::Issued(licence) => {
                    let (order, note) = self.issued(&event.subject, *licence, &mut ids);
                    known.insert(note.id.clone(), note.clone());
                    held.insert(note.id.clone(), note);
                    Some(order)
                }
                LicenceEvent::Revoked { .. } => ended(&event.subject, &known),
            };
            if let Some((id, command)) = order {
                places.push(place);
                let caller = Caller::service("supervision", event.traceparent.clone());
                orders.push(Order::<Object> { id, command, caller });
            }
        }
        let touched: Vec<String> = held.values().map(|note| note.object.clone()).collect();
        store::note(transaction, held.into_values().collect()).await.map_err(all)?;
        let ledger = &self.0.host.ledger;
        let done = ledger.execute_all_within(transaction, orders).await;
        done.map_err(|(at, fault)| (places.get(at).copied().unwrap_or(0), fault))?;
        if !touched.is_empty() {
            objects::settle(&self.0, transaction, &touched).await.map_err(all)?;
        }
        Ok(())
    }
}

impl Licences {
    fn issued(
        &self,
        id: &str,
        licence: Licence,
        ids: &mut BTreeMap<String, String>,
    ) -> ((String, Command), store::Model) {
        let holder = holder(&licence);
        let kind = holder.particulars.kind;
        let object = ids
            .entry(holder.code.clone())
            .or_insert_with(|| objects::new_id(&self.0, &holder.code, kind))
            .clone();
        let held = HeldLicence {
            identifier: licence.identifier.clone(),
            type_code: licence.licence_type.code,
            type_name: licence.licence_type.name,
            issuer: licence.issuer,
            until: licence.valid_until,
        };
        let note = store::Model {
            id: id.to_owned(),
            object: object.clone(),
            identifier: licence.identifier,
        };
        let command = Command::Hold { holder: Box::new(holder), licence: Box::new(held) };
        ((object, command), note)
    }
}

fn ended(id: &str, known: &HashMap<String, store::Model>) -> Option<(String, Command)> {
    let note = known.get(id)?;
    let command = Command::EndLicence { identifier: note.identifier.clone() };
    Some((note.object.clone(), command))
}

/// The holder, as far as a licence tells.
fn holder(licence: &Licence) -> InspectedObject {
    let code = licence.holder_document.number.clone();
    let kind = match licence.holder_document.kind {
        DocumentKind::CitizenId => ObjectKind::NaturalPerson,
        DocumentKind::Uscc => kind_of(&code),
    };
    // Where a natural person lives is nobody's business here.
    let address = match kind {
        ObjectKind::NaturalPerson => None,
        _ => ADDRESSES.iter().find_map(|name| licence.face.get(*name)?.as_str()),
    };
    InspectedObject {
        account: Some(licence.holder_account.clone()).filter(|account| !account.is_empty()),
        source: ObjectSource::Licence,
        particulars: ObjectParticulars {
            kind,
            name: licence.holder_name.clone(),
            address: address.map(|text| text.chars().take(300).collect()),
            region: licence.region.clone(),
            industry: None,
            premises: Vec::new(),
        },
        code,
    }
}

/// What a credit code's first two characters say (GB 32100-2015: 登记管理部门、机构类别).
fn kind_of(code: &str) -> ObjectKind {
    match code.get(..2) {
        Some("11") => ObjectKind::Authority,
        Some("12") => ObjectKind::Institution,
        Some("92") => ObjectKind::SelfEmployed,
        Some("93") => ObjectKind::Cooperative,
        Some(other) if other.starts_with('5') => ObjectKind::SocialOrganisation,
        _ => ObjectKind::Enterprise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_tells_the_kind() {
        for (code, kind) in [
            ("11320706MB0000001B", ObjectKind::Authority),
            ("91320706MA0000000X", ObjectKind::Enterprise),
            ("12320706MB0000002B", ObjectKind::Institution),
            ("51320706MJ0000000J", ObjectKind::SocialOrganisation),
            ("92320706MA0000001X", ObjectKind::SelfEmployed),
        ] {
            assert_eq!(kind_of(code), kind, "{code}");
        }
    }
}
