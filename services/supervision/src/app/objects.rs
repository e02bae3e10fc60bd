//! 检查对象名录库: imports, suspected duplicates, merging.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tongban_contracts::credit::ClassChange;
use tongban_contracts::supervision::{ObjectKind, ObjectParticulars, object_id};
use tongban_kernel::{Fault, Faults};
use tongban_ledger::{Caller, Order, Reply, RequestKey};

use super::Desk;
use crate::api::objects::ObjectView;
use crate::domain::duplicate::{self, Likeness};
use crate::domain::object::{self, Command, Object};
use crate::store::credit;
use crate::store::object::{self as store, Model};

/// What an import came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Identifiers, in the order of the request.
    pub ids: Vec<String>,
    /// How many were not known before.
    pub new: usize,
    /// Identifiers of those that may be the same as another.
    pub suspected: BTreeSet<String>,
}

/// Takes over objects as a department knows them, all or none; the same again changes nothing.
pub async fn import(
    desk: &Desk,
    objects: Vec<(String, ObjectParticulars)>,
    caller: &Caller,
) -> Result<Imported, Fault> {
    if objects.iter().any(|(_, about)| !caller.principal.reaches(&about.region)) {
        return Err(Fault::forbidden("not_your_region", "只能导入本区域的检查对象"));
    }
    let mut faults = Faults::new();
    let mut seen = BTreeSet::new();
    for (index, (code, particulars)) in objects.iter().enumerate() {
        let at = format!("/objects/{index}");
        object::check_import(code, particulars, &at, &mut faults);
        if !seen.insert(code.as_str()) {
            faults.add(format!("{at}/code"), "duplicate", "代码重复");
        }
    }
    faults.into_result("invalid_object", "检查对象信息有误")?;
    let transaction = desk.host.db().begin().await.map_err(tongban_db::to_fault)?;
    let imported = import_within(desk, &transaction, objects, caller).await?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    desk.host.ledger.announce();
    Ok(imported)
}

async fn import_within(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    objects: Vec<(String, ObjectParticulars)>,
    caller: &Caller,
) -> Result<Imported, Fault> {
    let codes: Vec<&str> = objects.iter().map(|(code, _)| code.as_str()).collect();
    let known = by_code(transaction, &codes).await?;
    let mut imported = Imported::default();
    let mut orders = Vec::with_capacity(objects.len());
    for (code, particulars) in objects {
        let id = match known.get(&code) {
            Some(id) => id.clone(),
            None => {
                imported.new += 1;
                new_id(desk, &code, particulars.kind)
            }
        };
        imported.ids.push(id.clone());
        let command = Command::Import { code, particulars };
        orders.push(Order::<Object> { id, command, caller: caller.clone() });
    }
    desk.host.ledger.execute_all_within(transaction, orders).await.map_err(|(_, fault)| fault)?;
    imported.suspected = settle(desk, transaction, &imported.ids).await?;
    Ok(imported)
}

/// The identifier of an object that is not known yet. That of a person does not follow from the identity
/// number: identifiers are published, and of those numbers there are few enough to try them all.
pub fn new_id(desk: &Desk, code: &str, kind: ObjectKind) -> String {
    match kind {
        ObjectKind::NaturalPerson => desk.host.ledger.new_id(),
        _ => object_id(code).to_string(),
    }
}

/// Identifiers of known objects by code; of a merged one that of the object it was found to be.
pub async fn by_code(
    connection: &impl ConnectionTrait,
    codes: &[&str],
) -> Result<BTreeMap<String, String>, Fault> {
    let found = store::of_codes(connection, codes).await?;
    let id = |row: Model| match row.merged_into {
        into if into.is_empty() => (row.code, row.id),
        into => (row.code, into),
    };
    Ok(found.into_iter().map(id).collect())
}

/// What follows when objects became known or changed: they get the class that their credit has, and what may be
/// the same is marked. Gives who was marked.
pub async fn settle(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    ids: &[String],
) -> Result<BTreeSet<String>, Fault> {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let these = store::of_ids(transaction, &ids).await?;
    grade(desk, transaction, &these).await?;
    suspect(desk, transaction, &these).await
}

async fn grade(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    these: &[Model],
) -> Result<(), Fault> {
    let ungraded = these.iter().filter(|row| row.grade.is_empty());
    let ungraded: BTreeMap<&String, &String> = ungraded.map(|row| (&row.code, &row.id)).collect();
    let codes: Vec<String> = ungraded.keys().map(|code| (*code).clone()).collect();
    let classes = credit::classes_of(desk.host.db(), &codes).await?;
    let caller = Caller::service("supervision", None);
    let orders = classes.into_iter().filter_map(|(code, grade)| {
        let because = format!("入库时信用类别为 {} 类", grade.letter());
        let id = (*ungraded.get(&code)?).clone();
        Some(Order::<Object> {
            id,
            command: Command::Grade { grade, because },
            caller: caller.clone(),
        })
    });
    let orders = orders.collect();
    desk.host.ledger.execute_all_within(transaction, orders).await.map_err(|(_, fault)| fault)
}

/// Gives an object the class that its credit changed to, if it is known.
pub async fn regrade(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    change: &ClassChange,
    caller: &Caller,
) -> Result<(), Fault> {
    let found = by_code(transaction, &[&change.subject.code]).await?;
    let Some(id) = found.get(&change.subject.code) else { return Ok(()) };
    let because = format!(
        "信用评价规则 {}：{} 分，由 {} 类调整为 {} 类",
        change.rule,
        change.points,
        change.former.letter(),
        change.class.letter()
    );
    let command = Command::Grade { grade: change.class, because };
    let ledger = &desk.host.ledger;
    ledger.execute_within::<Object>(transaction, id, command, caller).await.map(drop)
}

/// Marks objects and those that are like them.
async fn suspect(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    these: &[Model],
) -> Result<BTreeSet<String>, Fault> {
    let names = these.iter().map(|row| row.name_key.as_str());
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    let accounts: Vec<&str> =
        these.iter().map(|row| row.account.as_str()).filter(|one| !one.is_empty()).collect();
    let alike = store::alike(transaction, &names, &accounts).await?;
    let mut orders = BTreeMap::new();
    for one in these.iter().filter(|row| row.drawable) {
        for other in alike.iter().filter(|other| other.id != one.id) {
            let Some(ground) = duplicate::may_be_one(&likeness(one), &likeness(other)) else {
                continue;
            };
            for (id, other) in [(&one.id, &other.id), (&other.id, &one.id)] {
                orders.insert((id.clone(), other.clone()), ground);
            }
        }
    }
    let marked = orders.keys().map(|(id, _)| id.clone()).collect();
    let caller = Caller::service("supervision", tongban_telemetry::current_traceparent());
    let orders = orders.into_iter().map(|((id, other), ground)| Order::<Object> {
        id,
        command: Command::Suspect { other, ground },
        caller: caller.clone(),
    });
    let orders = orders.collect();
    desk.host.ledger.execute_all_within(transaction, orders).await.map_err(|(_, fault)| fault)?;
    Ok(marked)
}

fn likeness(row: &Model) -> Likeness<'_> {
    Likeness {
        account: &row.account,
        name_key: &row.name_key,
        address_key: &row.address_key,
        region: &row.region,
    }
}

/// Merges `id` into another object: both change, or neither.
pub async fn merge(
    desk: &Desk,
    id: &str,
    into: &str,
    reason: String,
    caller: &Caller,
) -> Result<ObjectView, Fault> {
    if id == into {
        return Err(Fault::conflict("same_object", "不能合并到自身"));
    }
    desk.there::<Object>(into, "要合并到的检查对象").await?;
    let state = Box::new(desk.there::<Object>(id, "该检查对象").await?.state);
    let ledger = &desk.host.ledger;
    let transaction = desk.host.db().begin().await.map_err(tongban_db::to_fault)?;
    let merge = Command::MergeInto { into: into.to_owned(), reason };
    let merged = ledger.execute_within::<Object>(&transaction, id, merge, caller).await?;
    let absorb = Command::Absorb { other: id.to_owned(), state };
    ledger.execute_within::<Object>(&transaction, into, absorb, caller).await?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    ledger.announce();
    Ok(ObjectView::of(id, &merged.state, desk.default_grade()))
}

/// Notes on both that they are two.
pub async fn dismiss(
    desk: &Desk,
    id: &str,
    other: &str,
    reason: String,
    caller: &Caller,
) -> Result<ObjectView, Fault> {
    if id == other {
        return Err(Fault::conflict("same_object", "不能与自身比较"));
    }
    desk.there::<Object>(other, "另一检查对象").await?;
    desk.there::<Object>(id, "该检查对象").await?;
    let transaction = desk.host.db().begin().await.map_err(tongban_db::to_fault)?;
    let dismissal = |other: &str| Command::Dismiss { other: other.into(), reason: reason.clone() };
    let ledger = &desk.host.ledger;
    let done = ledger.execute_within::<Object>(&transaction, id, dismissal(other), caller).await?;
    ledger.execute_within::<Object>(&transaction, other, dismissal(id), caller).await?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    ledger.announce();
    Ok(ObjectView::of(id, &done.state, desk.default_grade()))
}

/// Carries out a command on one object.
pub async fn act(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let default = desk.default_grade();
    desk.host
        .ledger
        .execute_once::<Object>(id, command, caller, request, |committed| {
            Reply::json(200, &ObjectView::of(id, &committed.state, default))
        })
        .await
}
