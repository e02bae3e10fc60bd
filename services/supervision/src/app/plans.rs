//! 抽查计划: drafts plans, with the figures that every entry comes to.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tongban_contracts::credit::CreditClass;
use tongban_contracts::supervision::{
    EntryMatter, InspectionPlan, PlanEntry, RatioRow, RatioTable,
};
use tongban_kernel::{Fault, Faults, Principal};
use tongban_ledger::{Caller, Reply, RequestKey};

use super::{Desk, expiry};
use crate::api::plans::{InspectionPlanView, PlanEntryRequest, PlanRequest};
use crate::domain::matter::Entry;
use crate::domain::plan::{Command, Plan};
use crate::domain::pool::{self, Cell, Drawn, Extent};
use crate::domain::ratio;
use crate::store;

/// What the figures of all entries are computed from, read once.
struct Library {
    cells: Vec<Cell>,
    drawn: Vec<Drawn>,
}

/// Drafts a plan.
pub async fn draft(
    desk: &Desk,
    asked: PlanRequest,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let plan = generate(desk, asked, &caller.principal).await?;
    let id = desk.host.ledger.new_id();
    act(desk, &id, Command::Draft(Box::new(plan)), caller, request, 201).await
}

/// Puts another draft in a plan's place.
pub async fn revise(
    desk: &Desk,
    id: &str,
    asked: PlanRequest,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    desk.there::<Plan>(id, "该抽查计划").await?;
    let plan = generate(desk, asked, &caller.principal).await?;
    act(desk, id, Command::Revise(Box::new(plan)), caller, request, 200).await
}

/// Carries out a command on a plan.
pub async fn act(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    desk.host
        .ledger
        .execute_once::<Plan>(id, command, caller, request, |committed| {
            Reply::json(status, &InspectionPlanView::of(id, &committed.state))
        })
        .await
}

/// The plan that is asked for, with matters as they are in force and figures of the libraries as they stand.
pub async fn generate(
    desk: &Desk,
    asked: PlanRequest,
    caller: &Principal,
) -> Result<InspectionPlan, Fault> {
    let Some(body) = &caller.body else {
        return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
    };
    let known = matters(desk, &asked).await?;
    let mut faults = Faults::new();
    let table = desk.rules.table(&asked.ratio_table);
    if table.is_none() {
        faults.add("/ratio_table", "unknown_ratio_table", "没有该抽查比例表");
    }
    let each: Vec<Vec<EntryMatter>> = asked
        .entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            entry_matters(entry, &known, table, &format!("/entries/{index}"), &mut faults)
        })
        .collect();
    faults.into_result("invalid_plan", "抽查计划有误")?;
    let Some(ratios) = table.cloned() else { return Err(Fault::internal("no table of ratios")) };
    let grade = desk.default_grade();
    expiry::licences(desk).await?;
    let library = read_library(desk, &asked, &each, grade).await?;
    let PlanRequest { name, kind, year, body_name, region, entries, .. } = asked;
    let entries = entries.into_iter().zip(each).zip(1..);
    let finish = |((entry, matters), number)| finish(entry, matters, number, &ratios, &library);
    let entries = entries.map(finish).collect();
    Ok(InspectionPlan { name, kind, year, body: body.clone(), body_name, region, ratios, entries })
}

/// All matters that are asked for, once each; unknown ones are left out.
async fn matters(desk: &Desk, asked: &PlanRequest) -> Result<BTreeMap<String, Entry>, Fault> {
    let entries = asked.entries.iter().flat_map(|entry| &entry.matters);
    let ids: BTreeSet<&str> = entries.map(|matter| matter.matter.as_str()).collect();
    let mut known = BTreeMap::new();
    for id in ids {
        if let Some(found) = desk.host.ledger.load::<Entry>(id).await? {
            known.insert(id.to_owned(), found.state);
        }
    }
    Ok(known)
}

fn entry_matters(
    entry: &PlanEntryRequest,
    known: &BTreeMap<String, Entry>,
    table: Option<&RatioTable>,
    at: &str,
    faults: &mut Faults,
) -> Vec<EntryMatter> {
    if entry.rate.is_some() && entry.exception.is_none() {
        faults.add(format!("{at}/rate"), "no_exception", "只有例外任务可以另定比例，并应说明理由");
    }
    let mut found = Vec::with_capacity(entry.matters.len());
    for (index, asked) in entry.matters.iter().enumerate() {
        let at = format!("{at}/matters/{index}");
        let in_force = known.get(&asked.matter).filter(|entry| entry.withdrawn.is_none());
        let Some(entry_in_force) = in_force else {
            faults.add(format!("{at}/matter"), "not_in_force", "没有该抽查事项，或已取消");
            continue;
        };
        let Entry { revision, matter, .. } = entry_in_force;
        if !entry_in_force.is_of(&asked.body) {
            faults.add(format!("{at}/body"), "not_its_body", "该部门不是此抽查事项的实施部门");
        }
        if !matter.region.contains(&entry.region) {
            faults.add(format!("{at}/matter"), "outside", "抽查事项不适用于任务区域");
        }
        let meant =
            |table: &RatioTable| table.matters.is_empty() || table.matters.contains(&matter.code);
        if !table.is_none_or(meant) {
            faults.add(format!("{at}/matter"), "other_ratio_table", "比例表不适用于该抽查事项");
        }
        found.push(EntryMatter {
            id: asked.matter.clone(),
            revision: *revision,
            code: matter.code.clone(),
            name: matter.name.clone(),
            kind: matter.kind,
            body: asked.body.clone(),
            frequency: matter.frequency,
            ceiling: matter.ceiling,
            qualification: matter.qualification.clone(),
            checklists: matter.checklists.clone(),
        });
    }
    found
}

async fn read_library(
    desk: &Desk,
    asked: &PlanRequest,
    each: &[Vec<EntryMatter>],
    grade: CreditClass,
) -> Result<Library, Fault> {
    let db = desk.host.db();
    let limited = asked.entries.iter().zip(each).flat_map(|(entry, matters)| {
        matters.iter().filter_map(|matter| Some((matter, pool::since(matter, entry.from)?.1)))
    });
    let limited: Vec<(&EntryMatter, NaiveDate)> = limited.collect();
    let since = limited.iter().map(|(_, day)| *day).min();
    let matters: BTreeSet<String> = limited.iter().map(|(matter, _)| matter.id.clone()).collect();
    let matters: Vec<String> = matters.into_iter().collect();
    let drawn = match since {
        Some(since) => store::pool::drawn_since(db, &matters, since, grade).await?,
        None => Vec::new(),
    };
    let cells = store::pool::cells(db, &asked.region, grade).await?;
    Ok(Library { cells, drawn })
}

fn finish(
    entry: PlanEntryRequest,
    matters: Vec<EntryMatter>,
    number: usize,
    ratios: &RatioTable,
    library: &Library,
) -> PlanEntry {
    let scope = entry.scope.unwrap_or_default();
    let extent = Extent { region: &entry.region, scope: &scope };
    let exception = entry.exception.is_some();
    let flat;
    let table = match entry.rate {
        None => ratios,
        Some(rate) => {
            let rows = CreditClass::ALL.map(|grade| RatioRow { grade, rate });
            flat = RatioTable { rows: rows.to_vec(), ..ratios.clone() };
            &flat
        }
    };
    let figures = pool::figures(
        extent,
        &matters,
        entry.from,
        exception,
        table,
        &library.cells,
        &library.drawn,
    );
    PlanEntry {
        id: format!("{number:03}"),
        name: entry.name,
        matters,
        bodies: entry.bodies,
        region: entry.region,
        scope,
        from: entry.from,
        until: entry.until,
        exception: entry.exception,
        figures,
    }
}

/// The rates that an entry's draw goes by.
pub fn rates(entry: &PlanEntry) -> Vec<(CreditClass, u32)> {
    let rates = entry.figures.grades.iter();
    rates.map(|row| (row.grade, row.rate.min(ratio::WHOLE))).collect()
}
