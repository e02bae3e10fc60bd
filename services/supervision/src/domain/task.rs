//! A task (抽查任务): from the plan through both draws to the visits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supervision::{
    DrawnInspector, InspectionTask, InspectionTaskEvent, InspectorReplacement, PlanEntry, TaskBody,
};
use tongban_kernel::{Context, Fault, Role};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;

use super::rights;
use super::team::FEWEST;

/// Where a task stands (任务状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "inspectors_drawn")]
pub enum TaskStage {
    /// 待抽取对象
    Open,
    /// 对象已抽取
    ObjectsDrawn,
    /// 人员已抽取
    InspectorsDrawn,
    /// 已派发
    Dispatched,
    /// 已取消
    Cancelled,
}

impl TaskStage {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ObjectsDrawn => "objects_drawn",
            Self::InspectorsDrawn => "inspectors_drawn",
            Self::Dispatched => "dispatched",
            Self::Cancelled => "cancelled",
        }
    }

    /// Its name.
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Open => "待抽取检查对象",
            Self::ObjectsDrawn => "已抽取检查对象",
            Self::InspectorsDrawn => "已抽取检查人员",
            Self::Dispatched => "已派发",
            Self::Cancelled => "已取消",
        }
    }
}

/// A draw of this task, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// The draw.
    pub draw: String,
    /// Whether it came out.
    pub drawn: bool,
}

/// The inspectors of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Their draw.
    pub called: Called,
    /// In the order of drawing, replacements in the places of those they replaced.
    pub inspectors: Vec<DrawnInspector>,
}

/// A task as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// What is to be done.
    pub task: InspectionTask,
    /// Where it stands.
    pub stage: TaskStage,
    /// The draw of objects.
    pub objects: Option<Called>,
    /// How many objects were drawn.
    pub number: u64,
    /// Inspectors, by body.
    pub staff: BTreeMap<String, Staff>,
    /// Visits of this task, and objects that another task's visit takes in.
    pub visits: Option<(u64, u64)>,
    /// Replacements, in their order.
    pub replaced: Vec<InspectorReplacement>,
    /// Why it was cancelled.
    pub cancelled: Option<String>,
}

/// What can be asked of a task.
#[derive(Debug, Clone)]
pub enum Command {
    /// 下达
    Open(Box<InspectionTask>),
    /// 发起对象抽取
    CallObjectDraw {
        /// The draw.
        draw: String,
        /// Candidates.
        candidates: u64,
        /// Left out.
        excluded: u64,
    },
    /// 对象已抽取
    RecordObjects {
        /// The draw.
        draw: String,
        /// How many.
        number: u64,
    },
    /// 发起检查人员抽取
    CallInspectorDraw {
        /// Of this body.
        body: String,
        /// The draw.
        draw: String,
    },
    /// 检查人员已抽取
    RecordInspectors {
        /// Of this body.
        body: String,
        /// The draw.
        draw: String,
        /// In the order of drawing.
        inspectors: Vec<DrawnInspector>,
    },
    /// 派发
    Dispatch {
        /// Visits of this task.
        visits: u64,
        /// Objects that another task's visit takes in.
        joined: u64,
    },
    /// 更换检查人员: as the draw's stream gave.
    Replace(Box<InspectorReplacement>),
    /// 取消
    Cancel {
        /// Why.
        reason: String,
    },
}

impl Task {
    /// What is to be done.
    pub fn entry(&self) -> &PlanEntry {
        &self.task.entry
    }

    /// The leading body.
    pub fn lead(&self) -> Option<&TaskBody> {
        self.entry().bodies.iter().find(|body| body.lead)
    }

    /// A body of the task.
    pub fn body(&self, code: &str) -> Option<&TaskBody> {
        self.entry().bodies.iter().find(|body| body.body == code)
    }

    /// Qualifications that inspectors of a body need (所需执法资格).
    pub fn qualifications<'a>(&'a self, body: &'a str) -> impl Iterator<Item = &'a str> + Clone {
        let own = self.entry().matters.iter().filter(move |matter| matter.body == body);
        own.map(|matter| matter.qualification.as_str())
    }

    /// Whether the caller plans for the leading body.
    ///
    /// # Errors
    /// `wrong_role`, `not_your_body`.
    pub fn check_lead(&self, context: &Context) -> Result<(), Fault> {
        if rights::is_service(&context.actor) {
            return Ok(());
        }
        let lead = self.lead().map(|body| body.body.as_str()).unwrap_or_default();
        rights::holds(&context.actor, Role::InspectionPlanner, lead, &self.entry().region)
    }

    /// Whether the caller plans for a body of the task.
    ///
    /// # Errors
    /// `no_such_body`, `wrong_role`, `not_your_body`.
    pub fn check_body(&self, body: &str, context: &Context) -> Result<(), Fault> {
        if self.body(body).is_none() {
            return Err(Fault::conflict("no_such_body", "该部门不参加此任务"));
        }
        rights::holds(&context.actor, Role::InspectionPlanner, body, &self.entry().region)
    }

    /// Whether the task stands where this can be done; what follows may be costly.
    ///
    /// # Errors
    /// `wrong_stage`.
    pub fn check_stage(&self, wanted: TaskStage) -> Result<(), Fault> {
        if self.stage == wanted { Ok(()) } else { Err(self.wrong_stage()) }
    }

    fn all_staffed(&self) -> bool {
        self.entry()
            .bodies
            .iter()
            .all(|body| self.staff.get(&body.body).is_some_and(|staff| staff.called.drawn))
    }

    fn wrong_stage(&self) -> Fault {
        let stage = self.stage.name_zh();
        Fault::conflict("wrong_stage", format!("任务{stage}，不能办理此操作"))
    }
}

impl Aggregate for Task {
    type Event = InspectionTaskEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<InspectionTaskEvent>, Fault> {
        match (current, command) {
            (None, Command::Open(task)) => Ok(vec![InspectionTaskEvent::Opened(task)]),
            (Some(_), Command::Open(_)) => Ok(Vec::new()),
            (None, _) => Err(Fault::not_found("该抽查任务")),
            (Some(task), command) => task.act(command, context),
        }
    }

    fn evolve(current: Option<Self>, event: &InspectionTaskEvent, _meta: &Meta) -> Option<Self> {
        use InspectionTaskEvent as E;
        if let E::Opened(task) = event {
            return current.is_none().then(|| Self {
                task: (**task).clone(),
                stage: TaskStage::Open,
                objects: None,
                number: 0,
                staff: BTreeMap::new(),
                visits: None,
                replaced: Vec::new(),
                cancelled: None,
            });
        }
        let mut task = current?;
        match event {
            E::Opened(_) => {}
            E::ObjectDrawCalled { draw, .. } => {
                task.objects = Some(Called { draw: draw.clone(), drawn: false });
            }
            E::ObjectsDrawn { draw, number } => {
                task.objects = Some(Called { draw: draw.clone(), drawn: true });
                task.number = *number;
                task.stage = TaskStage::ObjectsDrawn;
            }
            E::InspectorDrawCalled { body, draw } => {
                let called = Called { draw: draw.clone(), drawn: false };
                task.staff.insert(body.clone(), Staff { called, inspectors: Vec::new() });
            }
            E::InspectorsDrawn { body, draw, inspectors } => {
                let called = Called { draw: draw.clone(), drawn: true };
                let staff = Staff { called, inspectors: inspectors.clone() };
                task.staff.insert(body.clone(), staff);
                if task.all_staffed() {
                    task.stage = TaskStage::InspectorsDrawn;
                }
            }
            E::Dispatched { visits, joined } => {
                task.visits = Some((*visits, *joined));
                task.stage = TaskStage::Dispatched;
            }
            E::InspectorReplaced(replacement) => {
                let staff = task.staff.get_mut(&replacement.body)?;
                let place =
                    staff.inspectors.iter_mut().find(|one| one.id == replacement.removed)?;
                *place = replacement.added.clone();
                task.replaced.push((**replacement).clone());
            }
            E::Cancelled { reason } => {
                task.cancelled = Some(reason.clone());
                task.stage = TaskStage::Cancelled;
            }
        }
        Some(task)
    }
}

impl Task {
    fn act(&self, command: Command, context: &Context) -> Result<Vec<InspectionTaskEvent>, Fault> {
        use InspectionTaskEvent as E;
        if self.stage == TaskStage::Cancelled {
            return Err(self.wrong_stage());
        }
        match command {
            Command::CallObjectDraw { draw, candidates, excluded } => {
                self.check_lead(context)?;
                if self.stage != TaskStage::Open {
                    return Err(self.wrong_stage());
                }
                if self.objects.as_ref().is_some_and(|called| called.draw == draw) {
                    return Ok(Vec::new());
                }
                Ok(vec![E::ObjectDrawCalled { draw, candidates, excluded }])
            }
            Command::RecordObjects { draw, number } => {
                if self.stage != TaskStage::Open {
                    return Ok(Vec::new());
                }
                Ok(vec![E::ObjectsDrawn { draw, number }])
            }
            Command::CallInspectorDraw { body, draw } => {
                self.check_body(&body, context)?;
                let known = self.staff.get(&body).map(|staff| &staff.called);
                if self.stage != TaskStage::ObjectsDrawn || known.is_some_and(|one| one.drawn) {
                    return Err(self.wrong_stage());
                }
                if known.is_some_and(|called| called.draw == draw) {
                    return Ok(Vec::new());
                }
                Ok(vec![E::InspectorDrawCalled { body, draw }])
            }
            Command::RecordInspectors { body, draw, inspectors } => {
                let drawn = self.staff.get(&body).is_some_and(|staff| staff.called.drawn);
                if self.stage != TaskStage::ObjectsDrawn || drawn {
                    return Ok(Vec::new());
                }
                if inspectors.len() < FEWEST {
                    return Err(Fault::internal("a draw of inspectors came out too small"));
                }
                Ok(vec![E::InspectorsDrawn { body, draw, inspectors }])
            }
            Command::Dispatch { visits, joined } => match self.stage {
                TaskStage::InspectorsDrawn => Ok(vec![E::Dispatched { visits, joined }]),
                TaskStage::Dispatched => Ok(Vec::new()),
                _ => Err(self.wrong_stage()),
            },
            Command::Replace(replacement) => self.replace(replacement),
            Command::Cancel { reason } => {
                self.check_lead(context)?;
                if self.stage == TaskStage::Dispatched {
                    return Err(self.wrong_stage());
                }
                Ok(vec![E::Cancelled { reason }])
            }
            Command::Open(_) => Err(Fault::internal("an opening is decided before")),
        }
    }

    fn replace(
        &self,
        replacement: Box<InspectorReplacement>,
    ) -> Result<Vec<InspectionTaskEvent>, Fault> {
        let same = |one: &InspectorReplacement| {
            one.removed == replacement.removed && one.added.id == replacement.added.id
        };
        if self.replaced.iter().any(same) {
            return Ok(Vec::new());
        }
        let staff = self.staff.get(&replacement.body);
        let there =
            |id: &str| staff.is_some_and(|staff| staff.inspectors.iter().any(|one| one.id == id));
        if !there(&replacement.removed) {
            return Err(Fault::conflict("not_drawn", "该检查人员不在抽取结果中"));
        }
        if there(&replacement.added.id) {
            return Err(Fault::conflict("already_drawn", "补抽的检查人员已在抽取结果中"));
        }
        Ok(vec![InspectionTaskEvent::InspectorReplaced(replacement)])
    }
}
