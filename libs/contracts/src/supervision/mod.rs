//! What supervision tells the others: matters, objects, inspectors, plans and tasks of dual-random inspection
//! (双随机、一公开).

mod inspectors;
mod matters;
mod objects;
mod plans;
mod tasks;

use uuid::Uuid;

pub use inspectors::{Inspector, InspectorEvent, Qualification, RecusalRelation, inspector_id};
pub use matters::{
    Frequency, InspectionKind, InspectionMatter, InspectionMatterEvent, InspectionMethod,
    MatterBody, ObjectScope,
};
pub use objects::{
    DuplicateGround, HeldLicence, InspectedObject, InspectedObjectEvent, ObjectKind,
    ObjectParticulars, ObjectSource, Premises, object_id,
};
pub use plans::{
    EntryFigures, EntryMatter, GradeFigures, InspectionPlan, PlanEntry, PlanEvent, PlanKind,
    RatioRow, RatioTable, TaskBody,
};
pub use tasks::{
    DrawnInspector, InspectionTask, InspectionTaskEvent, InspectorReplacement, ReplacementCause,
    task_id,
};

/// A name-based identifier, so that whoever tells of a thing first, it has one identifier.
fn named(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("tongban:supervision:{kind}:{name}").as_bytes())
}
