//! A resource of the directory (政务数据资源): one code, one resource; every version stays readable.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::exchange::{
    DataItem, DataResource, Delivery, GrantedItem, ResourceEvent, SharingKind,
};
use tongban_kernel::{Context, Fault, Faults, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rights::{filled, given, named, steward};
use super::{code, delivery};

/// Namespace of the identifiers of resources: one for every code.
const RESOURCES: Uuid = Uuid::from_u128(0x5f1e_9a04_6c3d_5b72_8e10_27d4_b96a_03c8);

/// The identifier of the resource with this code; there is no second one.
pub fn resource_id(code: &str) -> Uuid {
    Uuid::new_v5(&RESOURCES, code.as_bytes())
}

/// The end of a resource (注销).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ResourceEnd)]
pub struct Withdrawn {
    /// Day, set by the system (注销日期).
    #[schema(example = "2026-05-06")]
    pub on: NaiveDate,
    /// Why (注销原因).
    #[schema(example = "职责划转，由其他部门重新编目")]
    pub reason: String,
}

/// A resource as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Version, from 1.
    pub revision: u32,
    /// Day of that version.
    pub published_on: NaiveDate,
    /// What it says.
    pub resource: DataResource,
    /// How the source body's system is reached.
    pub delivery: Delivery,
    /// When and why it was withdrawn.
    pub withdrawn: Option<Withdrawn>,
}

/// A version that is to be published.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it says.
    pub resource: DataResource,
    /// How the source body's system is reached.
    pub delivery: Delivery,
    /// Name of the source body, as identity registered it; absent for a body that is unknown.
    pub body_name: Option<String>,
}

/// What can be asked of a resource.
#[derive(Debug, Clone)]
pub enum Command {
    /// 发布
    Publish(Box<Draft>),
    /// 变更
    Change(Box<Draft>),
    /// 注销
    Withdraw(String),
}

impl Aggregate for Resource {
    type Event = ResourceEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<ResourceEvent>, Fault> {
        let (by, today) = (named(&context.actor), civil_date(context.now));
        match (command, current) {
            (Command::Publish(draft), None) => {
                steward(&context.actor, &draft.resource.source_body, &draft.resource.region)?;
                let Draft { resource, delivery, .. } = checked(*draft, None, today)?;
                Ok(vec![ResourceEvent::Published {
                    revision: 1,
                    published_on: today,
                    by,
                    resource: Box::new(resource),
                    delivery: Box::new(delivery),
                }])
            }
            (Command::Publish(draft), Some(_)) => {
                steward(&context.actor, &draft.resource.source_body, &draft.resource.region)?;
                Err(Fault::conflict("code_taken", "该信息资源代码已编目，代码不得重复使用"))
            }
            (_, None) => Err(Fault::not_found("该数据资源")),
            (Command::Change(draft), Some(before)) => {
                before.kept_by(context)?;
                steward(&context.actor, &draft.resource.source_body, &draft.resource.region)?;
                let Draft { resource, delivery, .. } = checked(*draft, Some(before), today)?;
                if resource == before.resource && delivery == before.delivery {
                    return Ok(Vec::new());
                }
                Ok(vec![ResourceEvent::Changed {
                    revision: before.revision.saturating_add(1),
                    published_on: today,
                    by,
                    resource: Box::new(resource),
                    delivery: Box::new(delivery),
                }])
            }
            (Command::Withdraw(reason), Some(before)) => {
                before.kept_by(context)?;
                given(&reason)?;
                Ok(vec![ResourceEvent::Withdrawn { withdrawn_on: today, by, reason }])
            }
        }
    }

    fn evolve(current: Option<Self>, event: &ResourceEvent, _meta: &Meta) -> Option<Self> {
        match (event, current) {
            (ResourceEvent::Published { revision, published_on, resource, delivery, .. }, None)
            | (
                ResourceEvent::Changed { revision, published_on, resource, delivery, .. },
                Some(_),
            ) => Some(Self {
                revision: *revision,
                published_on: *published_on,
                resource: resource.as_ref().clone(),
                delivery: delivery.as_ref().clone(),
                withdrawn: None,
            }),
            (ResourceEvent::Withdrawn { withdrawn_on, reason, .. }, Some(mut resource)) => {
                resource.withdrawn = Some(Withdrawn { on: *withdrawn_on, reason: reason.clone() });
                Some(resource)
            }
            _ => None,
        }
    }
}

impl Resource {
    /// What it says while it is in force.
    pub fn in_force(&self) -> Option<&DataResource> {
        self.withdrawn.is_none().then_some(&self.resource)
    }

    /// The item with this key, while the resource is in force and shared.
    pub fn shared_item(&self, key: &str) -> Option<&DataItem> {
        let resource = self.in_force().filter(|one| one.sharing != SharingKind::NotShared)?;
        resource.items.iter().find(|item| item.key == key)
    }

    /// Items as the system grants them: masked wherever there is a rule for it.
    pub fn masked(&self, keys: &[String]) -> Vec<GrantedItem> {
        let items = keys.iter().filter_map(|key| self.shared_item(key));
        items.map(|item| GrantedItem { key: item.key.clone(), masking: item.masking }).collect()
    }

    fn kept_by(&self, context: &Context) -> Result<(), Fault> {
        steward(&context.actor, &self.resource.source_body, &self.resource.region)?;
        if self.withdrawn.is_some() {
            return Err(Fault::conflict("withdrawn", "该数据资源已注销，不能再变更"));
        }
        Ok(())
    }

    /// A version keeps the code, and an item that stays keeps its type: readers rely on both.
    fn follows(&self, faults: &mut Faults, next: &DataResource) {
        if next.code != self.resource.code {
            faults.add("/resource/code", "code_changed", "信息资源代码不得变更");
        }
        for (index, item) in next.items.iter().enumerate() {
            let before = self.resource.items.iter().find(|one| one.key == item.key);
            if before.is_some_and(|before| before.kind != item.kind) {
                let place = format!("/resource/items/{index}/kind");
                faults.add(place, "kind_changed", "已发布信息项的类型不得变更，请另设信息项");
            }
        }
    }
}

/// Checks a version. Every fault at once.
fn checked(mut draft: Draft, before: Option<&Resource>, today: NaiveDate) -> Result<Draft, Fault> {
    let mut faults = Faults::new();
    if let Some(before) = before {
        before.follows(&mut faults, &draft.resource);
    }
    let resource = &mut draft.resource;
    code::check(&mut faults, "/resource/code", &resource.code);
    for (index, related) in resource.related.iter().enumerate() {
        code::check(&mut faults, &format!("/resource/related/{index}"), related);
    }
    filled(&mut faults, "/resource/name", &resource.name);
    // A body is called as it is registered, whatever was typed.
    match draft.body_name.take() {
        Some(name) => resource.source_body.name = name,
        None => faults.add("/resource/source_body/id", "unknown_body", "没有登记该单位"),
    }
    check_items(&mut faults, &resource.items);
    check_sharing(&mut faults, resource);
    if resource.quality.as_ref().is_some_and(|quality| quality.measured_on > today) {
        faults.add("/resource/quality/measured_on", "in_future", "质量统计日期不得晚于今天");
    }
    delivery::check(&mut faults, resource.delivery_kind, &draft.delivery);
    faults.into_result("invalid_resource", "数据资源要素有误")?;
    Ok(draft)
}

fn check_items(faults: &mut Faults, items: &[DataItem]) {
    let mut seen = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        if !seen.insert(&item.key) {
            faults.add(format!("/resource/items/{index}/key"), "duplicate", "信息项字段名重复");
        }
        if item.personal && item.masking.is_none() {
            let place = format!("/resource/items/{index}/masking");
            faults.add(place, "required", "个人信息项须有脱敏规则");
        }
    }
}

fn check_sharing(faults: &mut Faults, resource: &DataResource) {
    let conditions = resource.conditions.as_deref().unwrap_or_default();
    match resource.sharing {
        SharingKind::Conditional if conditions.trim().is_empty() => {
            faults.add("/resource/conditions", "required", "有条件共享的，须写明共享条件");
        }
        SharingKind::NotShared if resource.not_shared_basis.is_empty() => {
            let text = "不予共享的，须有法律、行政法规或者国务院政策依据（国发〔2016〕51号）";
            faults.add("/resource/not_shared_basis", "no_legal_basis", text);
        }
        SharingKind::NotShared if resource.open => {
            faults.add("/resource/open", "not_shared", "不予共享的资源不得向社会开放");
        }
        _ => {}
    }
}
