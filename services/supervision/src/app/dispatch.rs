//! 派发: every object drawn gets its visit, in which the checks of several tasks are merged.

use futures::future::try_join_all;
use sea_orm::DatabaseTransaction;
use tongban_contracts::inspections::{OrderedInspector, OrderedPart, VisitOrder, VisitedObject};
use tongban_contracts::supervision::DrawnInspector;
use tongban_kernel::Fault;
use tongban_kernel::page::PageQuery;
use tongban_ledger::{Caller, Order};
use uuid::Uuid;

use super::Desk;
use crate::domain::inspection::{self, Inspection, PartStage};
use crate::domain::object::Object;
use crate::domain::task::{Command, Task, TaskStage};
use crate::domain::team::team;
use crate::store;
use crate::store::visit::{self, Model};

/// Objects whose visits are made by one transaction.
const TOGETHER: u64 = 100;

/// Identifier of the visit to an object for a task.
pub fn visit_id(task: &str, object: &str) -> String {
    let name = format!("tongban:supervision:visit:{task}/{object}");
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

/// Dispatches what waits. Safe to repeat and to interrupt: what is done is not done again.
pub async fn run(desk: &Desk) -> Result<(), Fault> {
    let stage = TaskStage::InspectorsDrawn;
    for id in store::task::in_stage(desk.host.db(), stage, 50).await? {
        dispatch(desk, &id).await?;
    }
    Ok(())
}

async fn dispatch(desk: &Desk, id: &str) -> Result<(), Fault> {
    let (db, ledger) = (desk.host.db(), &desk.host.ledger);
    let caller = Caller::service("supervision", None);
    loop {
        let task = desk.there::<Task>(id, "该抽查任务").await?.state;
        let waiting = visit::waiting(db, id, TOGETHER).await?;
        if waiting.is_empty() {
            break;
        }
        let loads = waiting.iter().map(|one| desk.there::<Object>(&one.object, "检查对象"));
        let objects = try_join_all(loads).await?;
        let hosts = hosts(desk, id, &task, &waiting).await?;
        let (mut orders, mut done) = (Vec::new(), Vec::new());
        for ((one, object), host) in waiting.iter().zip(objects).zip(hosts) {
            let order = order(desk, id, &task, one, &object.state)?;
            let (inspection, joined) = match host {
                Some(host) => (host, true),
                None => (visit_id(id, &one.object), false),
            };
            let command = inspection::Command::Order(Box::new(order));
            let (id, caller) = (inspection.clone(), caller.clone());
            orders.push(Order::<Inspection> { id, command, caller });
            done.push((one, inspection, joined));
        }
        let transaction = db.begin().await.map_err(tongban_db::to_fault)?;
        let given = ledger.execute_all_within(&transaction, orders).await;
        given.map_err(|(_, fault)| fault)?;
        for (one, inspection, joined) in done {
            visit::dispatched(&transaction, one, &inspection, joined).await?;
        }
        transaction.commit().await.map_err(tongban_db::to_fault)?;
        ledger.announce();
    }
    let (visits, joined) = visit::counts(db.read(), id).await?;
    let command = Command::Dispatch { visits, joined };
    ledger.execute::<Task>(id, command, &caller).await.map(drop)
}

/// For each object the visit of another task that can take it in: its days overlap, and nobody has come yet.
async fn hosts(
    desk: &Desk,
    id: &str,
    task: &Task,
    waiting: &[Model],
) -> Result<Vec<Option<String>>, Fault> {
    let objects: Vec<&str> = waiting.iter().map(|one| one.object.as_str()).collect();
    let (from, until) = (task.entry().from, task.entry().until);
    let others = visit::others(desk.host.db().read(), id, &objects, (from, until)).await?;
    let mut hosts = Vec::with_capacity(waiting.len());
    for one in waiting {
        let mut host = None;
        for other in others.iter().filter(|other| other.object == one.object) {
            let loaded = desk.host.ledger.load::<Inspection>(&other.inspection).await?;
            let open = loaded.is_some_and(|loaded| {
                let Inspection { order, parts, .. } = loaded.state;
                let waits = parts.iter().all(|part| part.stage == PartStage::Ordered);
                waits && order.from <= until && from <= order.until
            });
            if open {
                host = Some(other.inspection.clone());
                break;
            }
        }
        hosts.push(host);
    }
    Ok(hosts)
}

/// The order to visit an object, with the teams that the fixed rule gives it.
fn order(
    desk: &Desk,
    id: &str,
    task: &Task,
    one: &Model,
    object: &Object,
) -> Result<VisitOrder, Fault> {
    let entry = task.entry();
    let place = usize::try_from(one.place).unwrap_or(0);
    let mut parts = Vec::with_capacity(entry.bodies.len());
    for body in &entry.bodies {
        let own = entry.matters.iter().filter(|matter| matter.body == body.body);
        let matters =
            own.map(|matter| desk.onsite.matter(&matter.id, &matter.name, &matter.checklists));
        let staff = task.staff.get(&body.body).map(|staff| staff.inspectors.as_slice());
        let inspectors = team(staff.unwrap_or_default(), place);
        parts.push(OrderedPart {
            body: body.body.clone(),
            body_name: body.body_name.clone(),
            lead: body.lead,
            matters: matters.collect::<Result<_, Fault>>()?,
            inspectors: inspectors.iter().map(ordered).collect(),
        });
    }
    let about = &object.particulars;
    let place_of_business = about.premises.first().map(|place| place.address.clone());
    Ok(VisitOrder {
        number: number(id, task.task.year, one.place),
        task_id: id.to_owned(),
        task_name: entry.name.clone(),
        object: VisitedObject {
            id: one.object.clone(),
            code: object.code.clone(),
            name: about.name.clone(),
            natural_person: object.is_person(),
            account: object.account.clone(),
            address: about
                .address
                .clone()
                .or(place_of_business)
                .unwrap_or_else(|| "（名录库未载住所）".to_owned()),
            region: about.region.clone(),
        },
        parts,
        from: entry.from,
        until: entry.until,
        check_code: desk.onsite.check_code(&desk.host),
    })
}

/// Number of a visit's order (任务书编号): year, ten digits of the task, place in the draw.
fn number(task: &str, year: i32, place: i64) -> String {
    let digits = task.chars().filter(char::is_ascii_hexdigit).take(10).collect::<String>();
    format!("双随机〔{year}〕{}-{:05}", digits.to_uppercase(), place + 1)
}

fn ordered(drawn: &DrawnInspector) -> OrderedInspector {
    OrderedInspector {
        id: drawn.id.clone(),
        account: drawn.account.clone().unwrap_or_default(),
        name: drawn.name.clone(),
        certificate: drawn.certificate.clone(),
    }
}

/// Puts who was drawn instead into the visits of a task that still wait for those replaced.
pub async fn put_right(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    id: &str,
    caller: &Caller,
) -> Result<(), Fault> {
    let task = desk.there::<Task>(id, "该抽查任务").await?.state;
    if task.replaced.is_empty() {
        return Ok(());
    }
    let mut page = PageQuery { limit: Some(100), after: None };
    loop {
        let found = visit::of_task(desk.host.db(), id, &page).await?;
        for one in found.items.iter().filter(|one| one.dispatched) {
            replace_in(desk, transaction, &one.inspection, &task, caller).await?;
        }
        if found.next.is_none() {
            return Ok(());
        }
        page.after = found.next;
    }
}

async fn replace_in(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    inspection: &str,
    task: &Task,
    caller: &Caller,
) -> Result<(), Fault> {
    let Some(loaded) = desk.host.ledger.load::<Inspection>(inspection).await? else {
        return Ok(());
    };
    for part in &loaded.state.order.parts {
        let stage = loaded.state.part(&part.body).map(|part| part.stage);
        if !matches!(stage, Some(PartStage::Ordered | PartStage::Correcting)) {
            continue;
        }
        let mut inspectors = part.inspectors.clone();
        let mut reason = None;
        for replacement in task.replaced.iter().filter(|one| one.body == part.body) {
            if let Some(place) = inspectors.iter_mut().find(|one| one.id == replacement.removed) {
                *place = ordered(&replacement.added);
                reason = Some(replacement.reason.clone());
            }
        }
        if let Some(reason) = reason {
            let body = part.body.clone();
            let command = inspection::Command::Replace { body, inspectors, reason };
            let ledger = &desk.host.ledger;
            ledger.execute_within::<Inspection>(transaction, inspection, command, caller).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_has_a_number_of_its_own() {
        let task = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48";
        assert_eq!(number(task, 2026, 0), "双随机〔2026〕3D3A1B522F-00001");
        assert_ne!(number(task, 2026, 0), number(task, 2026, 1));
        assert_ne!(visit_id(task, "a"), visit_id(task, "b"));
    }
}
