//! The compliance check (合规核验): by machine, when a request is made; it names every fault at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tongban_contracts::exchange::{DataUse, RequestFiled, SharingKind};
use tongban_contracts::supermarket::Named;
use tongban_kernel::{Context, Fault, Faults, Role, civil_date};
use uuid::Uuid;

use super::super::resource::Resource;
use super::super::rights::{filled, named};
use super::super::rules::Ground;

/// The bodies of the matters in force among those a request names, by matter.
pub type BodiesOfMatters = BTreeMap<Uuid, String>;

/// What a body asks for, and what it is judged by.
#[derive(Debug, Clone)]
pub struct Application {
    /// The resource.
    pub resource_id: Uuid,
    /// As it stands.
    pub resource: Resource,
    /// What is asked for.
    pub data_use: DataUse,
    /// Body that asks, by the name that identity registered; none for one that is unknown.
    pub body: Option<Named>,
    /// Bodies of the matters that are in force.
    pub matters: BodiesOfMatters,
    /// Limits.
    pub ground: Arc<Ground>,
}

impl Application {
    /// The request as it is filed, and the resource it asks for.
    pub(super) fn checked(self, context: &Context) -> Result<(RequestFiled, Resource), Fault> {
        let actor = &context.actor;
        let steward = actor.roles.contains(&Role::DataSteward);
        let (Some(region), Some(body), true) = (&actor.region, &self.body, steward) else {
            return Err(Fault::forbidden("not_your_body", "只有登记单位的数据管理员可以申请"));
        };
        let Some(resource) = self.resource.in_force() else {
            return Err(Fault::conflict("withdrawn", "该数据资源已注销"));
        };
        let today = civil_date(context.now);
        let mut faults = Faults::new();
        if resource.source_body.id == body.id {
            faults.add("/resource_id", "own_resource", "本单位的数据无须申请");
        }
        if resource.sharing == SharingKind::NotShared {
            let basis: Vec<&str> =
                resource.not_shared_basis.iter().map(|one| one.title.as_str()).collect();
            let text = format!("该资源不予共享，依据：{}", basis.join("、"));
            faults.add("/resource_id", "not_shared", text);
        }
        self.check_use(&mut faults, &body.id);
        let ground = &self.ground;
        let wanted = &self.data_use;
        if wanted.through < today {
            faults.add("/data_use/through", "term_over", "使用期限已过");
        } else if wanted.through > ground.latest(today) {
            let months = ground.rules.longest_term.value;
            let text = format!("使用期限最长 {months} 个月，最迟至 {}", ground.latest(today));
            faults.add("/data_use/through", "term_too_long", text);
        }
        let most = ground.rules.most_daily_calls.value;
        if !(1..=most).contains(&wanted.daily_calls) {
            let text = format!("每日调用量应为 1 至 {most} 次");
            faults.add("/data_use/daily_calls", "too_many_calls", text);
        }
        faults.into_result("not_compliant", "共享申请未通过合规核验")?;
        let at_once = resource.sharing == SharingKind::Unconditional;
        let due = if at_once { None } else { Some(ground.due(today, &ground.rules.answer)?) };
        let filed = RequestFiled {
            body: body.clone(),
            region: region.clone(),
            by: named(actor),
            resource_id: self.resource_id,
            resource_code: resource.code.clone(),
            resource_name: resource.name.clone(),
            resource_revision: self.resource.revision,
            source_body: resource.source_body.clone(),
            resource_region: resource.region.clone(),
            sharing: resource.sharing,
            data_use: self.data_use,
            due,
        };
        Ok((filed, self.resource))
    }

    fn check_use(&self, faults: &mut Faults, body: &str) {
        let wanted = &self.data_use;
        filled(faults, "/data_use/explanation", &wanted.explanation);
        if wanted.basis.is_empty() {
            faults.add("/data_use/basis", "no_basis", "须写明申请依据");
        }
        if wanted.items.is_empty() {
            faults.add("/data_use/items", "no_items", "须写明申请的信息项");
        }
        let mut seen = BTreeSet::new();
        for (index, key) in wanted.items.iter().enumerate() {
            let place = format!("/data_use/items/{index}");
            if !self.resource.resource.items.iter().any(|item| item.key == *key) {
                faults.add(place, "unknown_item", format!("该资源没有信息项 {key}"));
            } else if !seen.insert(key) {
                faults.add(place, "duplicate", "信息项重复");
            }
        }
        if wanted.purpose.needs_case() && wanted.matters.is_empty() {
            let text = "用于行政审批、公共服务的，须写明在办理哪些事项时使用";
            faults.add("/data_use/matters", "no_matters", text);
        }
        for (index, matter) in wanted.matters.iter().enumerate() {
            let place = format!("/data_use/matters/{index}");
            match self.matters.get(matter) {
                None => faults.add(place, "unknown_matter", "事项库中没有该在用事项"),
                Some(of) if of != body => {
                    faults.add(place, "foreign_matter", "该事项不由本单位办理")
                }
                Some(_) => {}
            }
        }
    }
}
