//! What is shown of a task.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use tongban_contracts::draws::DrawWitness;
use tongban_contracts::supervision::{DrawnInspector, InspectionTask, InspectorReplacement};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, civil_date};
use utoipa::ToSchema;

use super::objects::shown;
use crate::app::Desk;
use crate::app::draws::Parties;
use crate::domain::inspector::{Record, Unfit};
use crate::domain::task::{Task, TaskStage};
use crate::domain::team::team;
use crate::store::task::Model;
use crate::store::{object, visit};

/// Who takes part in a draw beside the organiser (参与方).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawParties {
    /// Witnesses, by their accounts (见证人).
    #[schema(min_items = 1, max_items = 10)]
    witnesses: Vec<DrawWitness>,
    /// How many of them have to commit; all when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10, example = 1)]
    quorum: Option<u32>,
    /// Why there is another attempt, after one that was announced (重新抽取理由).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, example = "补抽人员已用尽")]
    again: Option<String>,
}

impl From<DrawParties> for Parties {
    fn from(asked: DrawParties) -> Self {
        let DrawParties { witnesses, quorum, again } = asked;
        Self { witnesses, quorum, again }
    }
}

/// A draw of a task (抽取).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskDraw {
    /// The draw; `/v1/draws` has its terms, timeline and transcript.
    #[schema(example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48:objects/1")]
    pub draw: String,
    /// Whether it came out.
    #[schema(example = true)]
    pub drawn: bool,
}

/// An inspector of a task (检查人员).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskInspector {
    /// Who.
    #[serde(flatten)]
    pub inspector: DrawnInspector,
    /// Why he or she has to be replaced before the inspections, as things stand (须更换原因).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("执法资格「食品安全监督检查」仅在 2024-01-01 至 2026-05-31 有效"))]
    pub unfit: Option<String>,
}

/// The inspectors of one body (部门检查人员).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskStaff {
    /// Body.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Their draw.
    pub draw: TaskDraw,
    /// In the order of drawing.
    pub inspectors: Vec<TaskInspector>,
}

/// A task as it stands (抽查任务).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskView {
    /// Identifier.
    #[schema(format = Uuid, example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48")]
    pub id: String,
    /// Where it stands.
    pub stage: TaskStage,
    /// The same in Chinese.
    #[schema(example = "已抽取检查人员")]
    pub stage_name: String,
    /// What is to be done.
    pub task: InspectionTask,
    /// The draw of objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_draw: Option<TaskDraw>,
    /// How many objects were drawn.
    #[schema(example = 410)]
    pub number: u64,
    /// Inspectors, by body.
    pub staff: Vec<TaskStaff>,
    /// Visits of this task (检查户次).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(395))]
    pub visits: Option<u64>,
    /// Objects that another task's visit takes in (合并检查).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(15))]
    pub joined: Option<u64>,
    /// Replacements.
    pub replaced: Vec<InspectorReplacement>,
    /// Why it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("抽查事项已取消"))]
    pub cancelled: Option<String>,
}

/// A task with what the libraries say of its inspectors now.
pub async fn whole(desk: &Desk, id: &str, task: &Task) -> Result<TaskView, Fault> {
    let today = civil_date(desk.host.clock.now());
    let objects: BTreeSet<String> =
        visit::objects_of(desk.host.db(), id).await?.into_iter().collect();
    let mut staff = Vec::with_capacity(task.staff.len());
    for (body, one) in &task.staff {
        let standing =
            one.inspectors.iter().map(|drawn| unfit(desk, task, body, &objects, drawn, today));
        let standing = try_join_all(standing).await?;
        let inspectors = one.inspectors.iter().zip(standing).map(|(drawn, unfit)| TaskInspector {
            inspector: drawn.clone(),
            unfit: unfit.map(|unfit| unfit.reason_zh()),
        });
        staff.push(TaskStaff {
            body: body.clone(),
            draw: TaskDraw { draw: one.called.draw.clone(), drawn: one.called.drawn },
            inspectors: inspectors.collect(),
        });
    }
    let object_draw = task.objects.as_ref();
    Ok(TaskView {
        id: id.to_owned(),
        stage: task.stage,
        stage_name: task.stage.name_zh().to_owned(),
        task: task.task.clone(),
        object_draw: object_draw
            .map(|called| TaskDraw { draw: called.draw.clone(), drawn: called.drawn }),
        number: task.number,
        staff,
        visits: task.visits.map(|(own, _)| own),
        joined: task.visits.map(|(_, joined)| joined),
        replaced: task.replaced.clone(),
        cancelled: task.cancelled.clone(),
    })
}

/// Whether an inspector may inspect what was drawn through the rest of the task's days.
async fn unfit(
    desk: &Desk,
    task: &Task,
    body: &str,
    objects: &BTreeSet<String>,
    drawn: &DrawnInspector,
    today: NaiveDate,
) -> Result<Option<Unfit>, Fault> {
    let entry = task.entry();
    let Some(record) = desk.host.ledger.load::<Record>(&drawn.id).await? else {
        return Ok(Some(Unfit::Left));
    };
    let (first, last) = (entry.from.max(today), entry.until.max(today));
    let on = |day| record.state.unfit(task.qualifications(body), day);
    let related = || record.state.related(|object| objects.contains(object));
    Ok(on(first).or_else(|| on(last)).or_else(related))
}

/// A task in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskListed {
    /// Identifier.
    #[schema(format = Uuid, example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48")]
    pub id: String,
    /// The plan.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub plan: String,
    /// Name.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub name: String,
    /// Leading body.
    #[schema(example = "11320706MB0000004L")]
    pub lead: String,
    /// Region.
    #[schema(example = "320706")]
    pub region: String,
    /// Where it stands.
    #[schema(example = "objects_drawn")]
    pub stage: String,
    /// First day.
    #[schema(example = "2026-04-01")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-06-30")]
    pub until: NaiveDate,
    /// Objects drawn.
    #[schema(example = 410)]
    pub number: i64,
}

impl From<Model> for TaskListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            plan: row.plan,
            name: row.name,
            lead: row.lead,
            region: row.region,
            stage: row.stage,
            from: row.from_day,
            until: row.until_day,
            number: row.number,
        }
    }
}

impl TaskListed {
    /// A task as lists show it.
    pub fn of(id: &str, task: &Task) -> Self {
        let entry = task.entry();
        Self {
            id: id.to_owned(),
            plan: task.task.plan.clone(),
            name: entry.name.clone(),
            lead: task.lead().map(|body| body.body.clone()).unwrap_or_default(),
            region: entry.region.to_string(),
            stage: task.stage.code().to_owned(),
            from: entry.from,
            until: entry.until,
            number: i64::try_from(task.number).unwrap_or(i64::MAX),
        }
    }
}

/// Who inspects an object for one body (检查分组).
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitTeam {
    /// Body.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Two inspectors, or three.
    pub inspectors: Vec<DrawnInspector>,
}

/// An object drawn, and who inspects it (检查安排).
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitListed {
    /// Place in the order of drawing, from 1.
    #[schema(example = 1)]
    pub place: i64,
    /// The object.
    #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    pub object: String,
    /// Its code; of natural persons shortened.
    #[schema(example = "91320706MA0000000X")]
    pub code: String,
    /// Its name.
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub name: String,
    /// The visit in which it is inspected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(example = "9a7e2b64-1c0d-5f3e-8b2a-4d6f8091a2b3")]
    pub visit: String,
    /// Whether that is a visit for another task as well (合并检查).
    #[schema(example = false)]
    pub joined: bool,
    /// Teams, by body; none until inspectors are drawn.
    pub teams: Vec<VisitTeam>,
}

/// The objects of a task, and the teams that the fixed rule gives them to.
pub async fn visits(
    desk: &Desk,
    id: &str,
    task: &Task,
    page: &PageQuery,
) -> Result<Page<VisitListed>, Fault> {
    let db = desk.host.db();
    let found = visit::of_task(db, id, page).await?;
    let ids: Vec<&str> = found.items.iter().map(|row| row.object.as_str()).collect();
    let objects = object::of_ids(db.read(), &ids).await?;
    let listed = |row: visit::Model| {
        let known = objects.iter().find(|one| one.id == row.object);
        let place = usize::try_from(row.place).unwrap_or(0);
        let teams = task.staff.iter().map(|(body, staff)| VisitTeam {
            body: body.clone(),
            inspectors: team(&staff.inspectors, place).to_vec(),
        });
        VisitListed {
            place: row.place + 1,
            code: known
                .map(|one| shown(&one.code, one.kind == "natural_person"))
                .unwrap_or_default(),
            name: known.map(|one| one.name.clone()).unwrap_or_default(),
            object: row.object,
            visit: row.inspection,
            joined: row.joined,
            teams: teams.collect(),
        }
    };
    let items = found.items.into_iter().map(listed).collect();
    Ok(Page { items, next: found.next })
}
