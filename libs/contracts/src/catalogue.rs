//! Every kind of event there is, and the shape of its data.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::breaches::BreachEvent;
use crate::credit::CreditEvent;
use crate::draws::DrawEvent;
use crate::event::DomainEvent;
use crate::exchange::{
    CallEvent, CallingSystemEvent, CorrectionEvent, DataRequestEvent, GrantEvent, ObjectionEvent,
    ResourceEvent,
};
use crate::handlings::HandlingEvent;
use crate::identity::{AccountEvent, BodyEvent, RegionEvent};
use crate::inspections::InspectionEvent;
use crate::intake::CaseEvent;
use crate::licences::LicenceEvent;
use crate::market::{ComplaintEvent, HonourEvent, OutsideEvent, ProjectEvent};
use crate::matters::MatterEvent;
use crate::of::{Licences, Matters, Of, Supermarket, Supervision};
use crate::publications::PublicationEvent;
use crate::pulses::PulseEvent;
use crate::purchases::PurchaseEvent;
use crate::review_desks::{CounterEvent, HeldReviewEvent, PushingSystemEvent};
use crate::reviews::ReviewEvent;
use crate::supermarket::{AgencyEvent, DirectoryEvent, DocumentEvent, LinkEvent};
use crate::supervision::{
    InspectedObjectEvent, InspectionMatterEvent, InspectionTaskEvent, InspectorEvent, PlanEvent,
};
use crate::version::Versioned;

/// What is to be done with each kind of event.
pub trait Visitor {
    /// Does it with the events of one kind of aggregate, called `title` in Chinese and English.
    fn visit<E: DomainEvent + ToSchema>(&mut self, title: &'static str);
}

/// Shows `visitor` the events of every kind of aggregate; a new kind is added here.
pub fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<AccountEvent>("账号 accounts of people, officers and systems");
    visitor.visit::<BodyEvent>("实施主体 public bodies");
    visitor.visit::<RegionEvent>("行政区划 regions");
    visitor.visit::<MatterEvent>("政务服务事项 matters of the catalogue");
    visitor.visit::<CaseEvent>("办件 cases from submission to delivery");
    visitor.visit::<LicenceEvent>("电子证照 e-licences");
    visitor.visit::<ReviewEvent>("好差评 rights to review, and reviews");
    visitor.visit::<InspectionEvent>("现场检查 visits on site");
    visitor.visit::<PublicationEvent>("结果公示 published results");
    visitor.visit::<CreditEvent>("信用 registers of credit and classes");
    visitor.visit::<BreachEvent>("中介超市违约 breaches in the intermediary supermarket");
    visitor.visit::<InspectionMatterEvent>("抽查事项 inspection matters");
    visitor.visit::<InspectedObjectEvent>("检查对象 inspected objects");
    visitor.visit::<InspectorEvent>("执法检查人员 inspectors");
    visitor.visit::<PlanEvent>("抽查计划 inspection plans");
    visitor.visit::<InspectionTaskEvent>("抽查任务 inspection tasks");
    visitor.visit::<PurchaseEvent>("中介超市采购 purchases of intermediary services");
    visitor.visit::<ComplaintEvent>("中介超市投诉 complaints about purchases");
    visitor.visit::<ProjectEvent>("投资项目 investment projects known to the supermarket");
    visitor.visit::<OutsideEvent>("体外采购 reports bought outside the supermarket");
    visitor.visit::<HonourEvent>("红黑榜 the red and black list of agencies");
    visitor.visit::<Of<Supervision, DrawEvent>>("双随机抽取 draws of supervision");
    visitor
        .visit::<Of<Supermarket, DrawEvent>>("中介超市抽取 draws of the intermediary supermarket");
    visitor.visit::<Of<Matters, PulseEvent>>(
        "公开随机数来源 public values from the history of matters",
    );
    visitor.visit::<Of<Licences, PulseEvent>>(
        "公开随机数来源 public values from the history of licences",
    );
    visitor.visit::<AgencyEvent>("中介机构 agencies of the intermediary supermarket");
    visitor.visit::<LinkEvent>("事项挂接 links of agencies to services that approvals require");
    visitor.visit::<DirectoryEvent>("中介服务事项 the directory of intermediary services");
    visitor.visit::<DocumentEvent>("管理办法 rules that bodies publish for agencies");
    visitor.visit::<ResourceEvent>("政务数据资源 the directory of shared data");
    visitor.visit::<DataRequestEvent>("共享申请 requests for shared data");
    visitor.visit::<GrantEvent>("共享授权 grants of shared data");
    visitor.visit::<CorrectionEvent>("数据校核 shared data reported as wrong");
    visitor.visit::<CallEvent>("共享数据调用 calls by which shared data were read");
    visitor.visit::<ObjectionEvent>("查询异议 objections of people to readings of their data");
    visitor.visit::<CallingSystemEvent>("签名调用系统 systems that sign their calls");
    visitor.visit::<HandlingEvent>("差评处理 bad reviews and how they are dealt with");
    visitor.visit::<CounterEvent>("窗口评价设备 devices that show codes at counters");
    visitor.visit::<PushingSystemEvent>("评价来源系统 other systems that push reviews");
    visitor.visit::<HeldReviewEvent>("待匹配评价 pushed reviews whose case is not known");
}

/// JSON Schemas, by name.
pub type Schemas = BTreeMap<String, Value>;

/// The schemas that those of `E` refer to, and its own.
pub fn schemas<E: DomainEvent + ToSchema>() -> Schemas {
    let mut found: Vec<(String, RefOr<Schema>)> = vec![(E::name().into_owned(), E::schema())];
    E::schemas(&mut found);
    let plain = |schema| serde_json::to_value(schema).unwrap_or_default();
    found.into_iter().map(|(name, schema)| (name, plain(schema))).collect()
}

/// The schema of the data of each event of `E` in today's version, by its [stored name](Versioned), with all that
/// it refers to in its place. `null` stands for an event without data.
pub fn shapes<E: DomainEvent + ToSchema>() -> Schemas {
    let schemas = schemas::<E>();
    let whole = schemas.get(E::name().as_ref()).cloned().unwrap_or_default();
    let several = whole.get("oneOf").and_then(Value::as_array).cloned();
    let variants = several.unwrap_or_else(|| vec![whole]);
    let shape = |variant: Value| {
        let properties = variant.get("properties")?;
        let tag = properties.get("type")?;
        let name = tag.get("const").or_else(|| tag.get("enum")?.get(0))?.as_str()?;
        let data = properties.get("data").cloned().unwrap_or_default();
        Some((Versioned::of::<E>(name).to_string(), resolved(data, &schemas, &mut Vec::new())))
    };
    variants.into_iter().filter_map(shape).collect()
}

/// `schema` with what it refers to in its place; `open` are the names that it is part of itself.
fn resolved(schema: Value, schemas: &Schemas, open: &mut Vec<String>) -> Value {
    match schema {
        Value::Object(mut members) => {
            let name = match members.get("$ref") {
                Some(Value::String(path)) => path.rsplit('/').next().map(str::to_owned),
                _ => None,
            };
            if let Some(name) = name
                && let Some(found) = schemas.get(&name)
                && !open.contains(&name)
            {
                members.remove("$ref");
                open.push(name);
                let mut found = resolved(found.clone(), schemas, open);
                open.pop();
                if let Some(found) = found.as_object_mut() {
                    // What is said in the place of use is said of that place.
                    found.extend(members);
                }
                return found;
            }
            let inside = members.into_iter();
            let inside = inside.map(|(name, value)| (name, resolved(value, schemas, open)));
            Value::Object(inside.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| resolved(item, schemas, open)).collect())
        }
        other => other,
    }
}
