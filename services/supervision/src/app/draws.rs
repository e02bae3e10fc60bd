//! 随机抽取: calls the draws of a task's objects and inspectors, and takes what comes of them.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use futures::future::try_join_all;
use sea_orm::DatabaseTransaction;
use tongban_contracts::draws::{DrawOrganiser, DrawResult, DrawWitness};
use tongban_contracts::supervision::{DrawnInspector, EntryMatter, TaskBody};
use tongban_draw::{Candidate, Exclusion, ExclusionKind, Strata, Stratum};
use tongban_drawing::{Proposal, number_at_rates};
use tongban_kernel::{Context, Fault, FaultKind, Faults, civil_date};
use tongban_ledger::Caller;

use super::{Desk, expiry, plans};
use crate::domain::inspector::Record;
use crate::domain::pool::{self, Extent};
use crate::domain::task::{Command, Task, TaskStage};
use crate::store;

/// Results that are read at once.
const TOGETHER: usize = 5_000;
/// What the purpose of a draw of objects ends with.
const OBJECTS: &str = "objects";

/// Who takes part in a draw beside the organiser.
#[derive(Debug, Clone)]
pub struct Parties {
    /// Witnesses.
    pub witnesses: Vec<DrawWitness>,
    /// How many have to commit; all of them when absent.
    pub quorum: Option<u32>,
    /// Why there is another attempt, if there was one.
    pub again: Option<String>,
}

/// Whose draw it is: the task, and the body whose inspectors are drawn, or none for objects.
pub fn purpose_of(purpose: &str) -> Option<(&str, Option<&str>)> {
    let (task, what) = purpose.split_once(':')?;
    Some((task, (what != OBJECTS).then_some(what)))
}

/// Who can be drawn for a task today, and who was left out.
pub async fn object_candidates(
    desk: &Desk,
    task: &Task,
    today: NaiveDate,
) -> Result<(Vec<Candidate>, Vec<Exclusion>), Fault> {
    let entry = task.entry();
    let extent = Extent { region: &entry.region, scope: &entry.scope };
    let grade = desk.default_grade();
    let found = store::pool::candidates(desk.host.db().read(), extent, grade).await?;
    let limits = entry.matters.iter().filter_map(|matter| pool::since(matter, today));
    let since = limits.map(|(_, since)| since).min().filter(|_| entry.exception.is_none());
    let drawn = match since {
        Some(since) => {
            let matters: Vec<String> = entry.matters.iter().map(|one| one.id.clone()).collect();
            store::pool::drawn_since(desk.host.db(), &matters, since, grade).await?
        }
        None => Vec::new(),
    };
    let worn: HashMap<&str, &EntryMatter> = pool::worn_out(&entry.matters, today, drawn.iter());
    let (mut candidates, mut exclusions) = (Vec::with_capacity(found.len()), Vec::new());
    for one in found {
        if let Some(matter) = worn.get(one.id.as_str()) {
            exclusions.push(Exclusion {
                candidate: one.id.into(),
                kind: ExclusionKind::RecentlyDrawn,
                reason: limit_reached(matter).into(),
            });
            continue;
        }
        candidates.push(Candidate {
            id: one.id.into(),
            weight: 1,
            stratum: one.grade.letter().into(),
            region: one.region.into(),
            group: "".into(),
        });
    }
    Ok((candidates, exclusions))
}

fn limit_reached(matter: &EntryMatter) -> String {
    match matter.frequency {
        Some(limit) => {
            let (months, times) = (limit.months, limit.times);
            format!("{months} 个月内已因「{}」被抽取 {times} 次，达到频次上限", matter.name)
        }
        None => format!("已因「{}」被抽取", matter.name),
    }
}

/// 发起对象抽取: fixes the terms of the draw of objects. Of two calls at once the slower finds the draw of the other.
pub async fn call_objects(
    desk: &Desk,
    id: &str,
    parties: Parties,
    caller: &Caller,
) -> Result<Task, Fault> {
    again_if_raced(|| try_objects(desk, id, parties.clone(), caller)).await
}

async fn try_objects(
    desk: &Desk,
    id: &str,
    parties: Parties,
    caller: &Caller,
) -> Result<Task, Fault> {
    let task = desk.there::<Task>(id, "该抽查任务").await?.state;
    task.check_lead(&context(desk, caller))?;
    task.check_stage(TaskStage::Open)?;
    expiry::licences(desk).await?;
    let today = civil_date(desk.host.clock.now());
    let (candidates, exclusions) = object_candidates(desk, &task, today).await?;
    let rates: Vec<Stratum> = plans::rates(task.entry())
        .into_iter()
        .map(|(grade, rate)| Stratum(grade.letter().into(), u64::from(rate)))
        .collect();
    let number = number_at_rates(&candidates, &rates);
    if number == 0 {
        return Err(Fault::conflict(
            "nobody_to_draw",
            "范围内没有可抽取的检查对象，或按比例不足一户",
        ));
    }
    let lead = task.lead().ok_or_else(|| Fault::internal("a task without a leading body"))?;
    let (all, left_out) = (candidates.len() as u64, exclusions.len() as u64);
    let proposal = Proposal {
        purpose: format!("{id}:{OBJECTS}"),
        title: format!("{}：检查对象抽取", task.entry().name),
        candidates,
        exclusions,
        number,
        strata: Some(Strata::Rates(rates)),
        ..proposal(desk, lead, parties)
    };
    let called = |draw| Command::CallObjectDraw { draw, candidates: all, excluded: left_out };
    propose(desk, id, proposal, called, caller).await
}

/// 发起检查人员抽取: fixes the terms of the draw of a body's inspectors. Bodies of one task may call at once.
pub async fn call_inspectors(
    desk: &Desk,
    id: &str,
    body: &str,
    parties: Parties,
    caller: &Caller,
) -> Result<Task, Fault> {
    again_if_raced(|| try_inspectors(desk, id, body, parties.clone(), caller)).await
}

async fn try_inspectors(
    desk: &Desk,
    id: &str,
    body: &str,
    parties: Parties,
    caller: &Caller,
) -> Result<Task, Fault> {
    let task = desk.there::<Task>(id, "该抽查任务").await?.state;
    task.check_body(body, &context(desk, caller))?;
    task.check_stage(TaskStage::ObjectsDrawn)?;
    let body = task.body(body).ok_or_else(|| Fault::internal("a body without a place"))?;
    let today = civil_date(desk.host.clock.now());
    let (candidates, exclusions) =
        inspector_candidates(desk, id, &task, body, &parties.witnesses, today).await?;
    if candidates.len() < usize::try_from(body.inspectors).unwrap_or(usize::MAX) {
        let mut faults = Faults::new();
        for one in exclusions.iter().take(100) {
            faults.add("", "left_out", format!("{}：{}", one.candidate, one.reason));
        }
        let title = format!(
            "需抽取 {} 名检查人员，符合条件的只有 {} 名",
            body.inspectors,
            candidates.len()
        );
        return Err(match faults.into_result("too_few_inspectors", title.clone()) {
            Err(fault) => fault,
            Ok(()) => Fault::conflict("too_few_inspectors", title),
        });
    }
    let proposal = Proposal {
        purpose: format!("{id}:{}", body.body),
        title: format!("{}：{}检查人员抽取", task.entry().name, body.body_name),
        candidates,
        exclusions,
        number: body.inspectors,
        strata: None,
        ..proposal(desk, body, parties)
    };
    let code = body.body.clone();
    let called = |draw| Command::CallInspectorDraw { body: code, draw };
    propose(desk, id, proposal, called, caller).await
}

/// A body's inspectors who may be drawn: qualified from the first to the last day, and without a relation to
/// any of the objects drawn. None of them is a witness of the draw.
async fn inspector_candidates(
    desk: &Desk,
    id: &str,
    task: &Task,
    body: &TaskBody,
    witnesses: &[DrawWitness],
    today: NaiveDate,
) -> Result<(Vec<Candidate>, Vec<Exclusion>), Fault> {
    let entry = task.entry();
    let db = desk.host.db();
    let ids = store::inspector::of_body(db, &body.body, &entry.region).await?;
    let ledger = &desk.host.ledger;
    let records = try_join_all(ids.iter().map(|id| ledger.load::<Record>(id))).await?;
    let objects: BTreeSet<String> = store::visit::objects_of(db, id).await?.into_iter().collect();
    let qualifications = task.qualifications(&body.body);
    let first = entry.from.max(today);
    let (mut candidates, mut exclusions) = (Vec::new(), Vec::new());
    let mut faults = Faults::new();
    for (id, record) in ids.into_iter().zip(records) {
        let Some(record) = record.map(|loaded| loaded.state) else { continue };
        let account = record.inspector.account.as_ref();
        if let Some(place) = witnesses.iter().position(|one| Some(&one.account) == account) {
            let text = "见证人在被抽取的检查人员名录中，不能见证本次抽取";
            faults.add(format!("/witnesses/{place}/account"), "witness_is_candidate", text);
        }
        let related = record.related(|object| objects.contains(object));
        let unfit = record
            .unfit(qualifications.clone(), first)
            .or_else(|| record.unfit(qualifications.clone(), entry.until.max(first)));
        let (kind, reason) = match (unfit, related) {
            (Some(unfit), _) => (ExclusionKind::Unqualified, unfit.reason_zh()),
            (None, Some(related)) => (ExclusionKind::Recusal, related.reason_zh()),
            (None, None) if record.inspector.account.is_none() => {
                let reason = "没有个人账号，不能办理现场检查";
                (ExclusionKind::Other, reason.to_owned())
            }
            (None, None) => {
                candidates.push(Candidate::new(&id, 1));
                continue;
            }
        };
        exclusions.push(Exclusion { candidate: id.into(), kind, reason: reason.into() });
    }
    faults.into_result("invalid_witnesses", "见证人有误")?;
    Ok((candidates, exclusions))
}

fn proposal(desk: &Desk, body: &TaskBody, parties: Parties) -> Proposal {
    Proposal {
        purpose: String::new(),
        title: String::new(),
        candidates: Vec::new(),
        exclusions: Vec::new(),
        number: 0,
        strata: None,
        quotas: Vec::new(),
        group_limit: None,
        max_replacements: desk.rules.max_replacements,
        organiser: DrawOrganiser { party: body.body.clone(), name: body.body_name.clone() },
        witnesses: parties.witnesses,
        quorum: parties.quorum,
        again: parties.again,
        source: None,
        times: None,
    }
}

/// Calls once more when another call came first: it is found then, as the task stands after it.
async fn again_if_raced<F>(call: impl Fn() -> F) -> Result<Task, Fault>
where
    F: Future<Output = Result<Task, Fault>>,
{
    match call().await {
        Err(fault) if fault.kind() == FaultKind::Unavailable => call().await,
        called => called,
    }
}

/// Proposes the draw and notes it on the task: both, or neither.
async fn propose(
    desk: &Desk,
    id: &str,
    proposal: Proposal,
    command: impl FnOnce(String) -> Command,
    caller: &Caller,
) -> Result<Task, Fault> {
    let transaction = desk.host.db().begin().await.map_err(tongban_db::to_fault)?;
    let proposed = desk.draws.propose_within(&transaction, proposal, caller).await?;
    let ledger = &desk.host.ledger;
    let command = command(proposed.draw);
    let done = ledger.execute_within::<Task>(&transaction, id, command, caller).await?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    ledger.announce();
    Ok(done.state)
}

fn context(desk: &Desk, caller: &Caller) -> Context {
    Context { now: desk.host.clock.now(), actor: caller.principal.clone() }
}

/// Takes the result of a draw into its task.
pub async fn take(
    desk: &Desk,
    transaction: &DatabaseTransaction,
    purpose: &str,
    result: DrawResult,
    caller: &Caller,
) -> Result<(), Fault> {
    let Some((id, body)) = purpose_of(purpose) else { return Ok(()) };
    let Some(task) = desk.host.ledger.load::<Task>(id).await? else { return Ok(()) };
    let task = task.state;
    let drawn = drawn(desk, &result).await?;
    let command = match body {
        None => {
            let matters: Vec<&str> =
                task.entry().matters.iter().map(|matter| matter.id.as_str()).collect();
            let today = civil_date(desk.host.clock.now());
            let term = (task.entry().from, task.entry().until);
            store::visit::record(transaction, id, &drawn, &matters, today, term).await?;
            Command::RecordObjects { draw: result.draw, number: drawn.len() as u64 }
        }
        Some(body) => {
            let inspectors = try_join_all(drawn.iter().map(|one| inspector(desk, one))).await?;
            Command::RecordInspectors { body: body.to_owned(), draw: result.draw, inspectors }
        }
    };
    desk.host.ledger.execute_within::<Task>(transaction, id, command, caller).await.map(drop)
}

/// All who were drawn, in their order.
async fn drawn(desk: &Desk, result: &DrawResult) -> Result<Vec<String>, Fault> {
    if let Some(drawn) = &result.drawn {
        return Ok(drawn.clone());
    }
    let count = usize::try_from(result.count).unwrap_or(usize::MAX);
    let mut all = Vec::with_capacity(count);
    while all.len() < count {
        let some = desk.draws.drawn(&result.draw, all.len(), TOGETHER).await?;
        if some.is_empty() {
            return Err(Fault::internal("a draw has fewer results than it says"));
        }
        all.extend(some);
    }
    Ok(all)
}

/// An inspector as the library knows him or her now.
pub async fn inspector(desk: &Desk, id: &str) -> Result<DrawnInspector, Fault> {
    let record = desk.there::<Record>(id, "抽取结果中的检查人员").await?.state.inspector;
    Ok(DrawnInspector {
        id: id.to_owned(),
        certificate: record.certificate,
        name: record.name,
        account: record.account,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_names_the_task_and_what_is_drawn() {
        assert_eq!(purpose_of("t1:objects"), Some(("t1", None)));
        assert_eq!(purpose_of("t1:11320706MB0000001B"), Some(("t1", Some("11320706MB0000001B"))));
        assert_eq!(purpose_of("something"), None);
    }
}
