//! A grant (共享授权): which items a body may read, for what, in whose cases, and until when.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::exchange::{GrantEnd, GrantEvent, GrantTerms, GrantedItem, SharingKind};
use tongban_contracts::supermarket::Named;
use tongban_kernel::{Context, Fault, Principal, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;
use uuid::Uuid;

use super::resource::Resource;
use super::rights::{body_of, given, is_authority, is_steward, named, oversees};

/// Where a grant stands (授权状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GrantStanding, example = "active")]
pub enum Standing {
    /// 有效
    Active,
    /// 已暂停
    Suspended,
    /// 已终止
    Ended,
}

impl Standing {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
        }
    }
}

/// A suspension that holds (暂停).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GrantSuspension)]
pub struct Suspension {
    /// Who.
    pub by: Named,
    /// Of which body.
    #[schema(example = "11320706MB0000003H")]
    pub body: String,
    /// Why.
    #[schema(example = "发现非工作时间大量查询，暂停核查")]
    pub reason: String,
    /// Since when.
    #[schema(example = "2026-03-20T02:00:00Z")]
    pub at: DateTime<Utc>,
}

/// How a grant ended (终止).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GrantEnding)]
pub struct Ending {
    /// Why.
    pub cause: GrantEnd,
    /// Who; absent when a rule did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Named>,
    /// In words.
    #[schema(example = "用途已不存在")]
    pub reason: String,
    /// When.
    #[schema(example = "2026-04-01T02:00:00Z")]
    pub at: DateTime<Utc>,
}

/// A correction that readers were told of (校核结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CorrectionNotice)]
pub struct Notice {
    /// The correction.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4d")]
    pub correction_id: Uuid,
    /// Items it is about.
    #[schema(example = json!(["registered_on"]))]
    pub items: Vec<String>,
    /// The record, as the source body calls it.
    #[schema(example = "婚登 2019-000123")]
    pub record: String,
    /// The source body's words.
    #[schema(example = "登记日期录入错误，已更正")]
    pub reason: String,
    /// Day it was put right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-16"))]
    pub corrected_on: Option<chrono::NaiveDate>,
    /// When it was told.
    #[schema(example = "2026-03-16T02:00:00Z")]
    pub at: DateTime<Utc>,
}

/// Most notices that are kept at hand; all of them stay in the history.
const MOST_NOTICES: usize = 50;

/// A grant as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What is granted now.
    pub terms: GrantTerms,
    /// Since when.
    pub given_at: DateTime<Utc>,
    /// The suspension that holds.
    pub suspension: Option<Suspension>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// The last corrections that were told, the last first.
    pub notices: Vec<Notice>,
}

/// What can be asked of a grant.
#[derive(Debug, Clone)]
pub enum Command {
    /// 授权, or more of it: follows on an answer.
    Give(Box<GrantTerms>),
    /// 随资源变更: the resource has changed, or is gone.
    Follow(Arc<Resource>),
    /// 暂停
    Suspend(String),
    /// 恢复
    Resume(String),
    /// 撤销, or 放弃 by the holder.
    End(String),
    /// 告知校核结果
    Tell(Box<Notice>),
    /// 到期: looks whether the term is over.
    Tick,
}

impl Aggregate for Grant {
    type Event = GrantEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<GrantEvent>, Fault> {
        match (command, current) {
            (Command::Give(terms), None) => Ok(vec![GrantEvent::Given(terms)]),
            (_, None) => Err(Fault::not_found("该授权")),
            (Command::Give(terms), Some(grant)) => Ok(grant.wider(*terms)),
            (Command::Follow(resource), Some(grant)) => Ok(grant.follow(&resource)),
            (Command::Suspend(reason), Some(grant)) => {
                grant.overseer(&context.actor)?;
                given(&reason)?;
                grant.must_be(Standing::Active)?;
                let (by, body) = (named(&context.actor), body_of(&context.actor));
                Ok(vec![GrantEvent::Suspended { by, body, reason }])
            }
            (Command::Resume(reason), Some(grant)) => {
                grant.overseer(&context.actor)?;
                given(&reason)?;
                grant.must_be(Standing::Suspended)?;
                grant.may_resume(&context.actor)?;
                let (by, body) = (named(&context.actor), body_of(&context.actor));
                Ok(vec![GrantEvent::Resumed { by, body, reason }])
            }
            (Command::End(reason), Some(grant)) => grant.end(reason, context),
            (Command::Tell(notice), Some(grant)) => Ok(grant.tell(*notice)),
            (Command::Tick, Some(grant)) => {
                let over = civil_date(context.now) > grant.terms.through;
                let reason = format!("使用期限于 {} 届满", grant.terms.through);
                Ok(grant.by_rule(over.then_some((GrantEnd::TermOver, reason))))
            }
        }
    }

    fn evolve(current: Option<Self>, event: &GrantEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (GrantEvent::Given(terms), None) => Some(Self {
                terms: terms.as_ref().clone(),
                given_at: meta.at,
                suspension: None,
                ending: None,
                notices: Vec::new(),
            }),
            (GrantEvent::Given(_), Some(_)) | (_, None) => None,
            (event, Some(grant)) => Some(grant.after(event, meta)),
        }
    }
}

impl Grant {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        match (&self.ending, &self.suspension) {
            (Some(_), _) => Standing::Ended,
            (None, Some(_)) => Standing::Suspended,
            (None, None) => Standing::Active,
        }
    }

    /// Whether `actor` may read it: the two bodies, the authority, supervisors of the region.
    pub fn may_read(&self, actor: &Principal) -> bool {
        self.is_holder(actor)
            || is_steward(actor, &self.terms.source_body, &self.terms.region)
            || oversees(actor, &self.terms.region)
    }

    /// Whether `actor` is of the body that may read.
    pub fn is_holder(&self, actor: &Principal) -> bool {
        let steward = actor.roles.contains(&tongban_kernel::Role::DataSteward);
        steward && actor.body.as_ref() == Some(&self.terms.holder.id)
    }

    /// Only the source body and the authority.
    fn overseer(&self, actor: &Principal) -> Result<(), Fault> {
        let terms = &self.terms;
        if is_steward(actor, &terms.source_body, &terms.region)
            || is_authority(actor, &terms.region)
        {
            return Ok(());
        }
        let title = "只有数源部门和本区域的数据共享主管部门可以办理";
        Err(Fault::forbidden("not_your_grant", title))
    }

    fn must_be(&self, standing: Standing) -> Result<(), Fault> {
        if self.standing() == standing {
            return Ok(());
        }
        Err(match self.standing() {
            Standing::Active => Fault::conflict("not_suspended", "该授权未暂停"),
            Standing::Suspended => Fault::conflict("already_suspended", "该授权已暂停"),
            Standing::Ended => Fault::conflict("grant_ended", "该授权已终止"),
        })
    }

    /// What the authority suspended, the source body does not take up again; and no authority takes up what its own
    /// body reads by.
    fn may_resume(&self, actor: &Principal) -> Result<(), Fault> {
        let of = |body: &str| actor.body.as_deref() == Some(body);
        let same = self.suspension.as_ref().is_some_and(|one| of(&one.body));
        let above = is_authority(actor, &self.terms.region) && !of(&self.terms.holder.id);
        if same || above {
            return Ok(());
        }
        let title = "只能由作出暂停的单位或者数据共享主管部门恢复，使用单位自身不得恢复";
        Err(Fault::forbidden("not_your_suspension", title))
    }

    fn end(&self, reason: String, context: &Context) -> Result<Vec<GrantEvent>, Fault> {
        let overseer = self.overseer(&context.actor);
        if !self.is_holder(&context.actor) {
            overseer.clone()?;
        }
        given(&reason)?;
        if self.ending.is_some() {
            return Err(Fault::conflict("grant_ended", "该授权已终止"));
        }
        let cause = if overseer.is_ok() { GrantEnd::Revoked } else { GrantEnd::GivenUp };
        Ok(vec![GrantEvent::Ended { cause, by: Some(named(&context.actor)), reason }])
    }

    fn by_rule(&self, end: Option<(GrantEnd, String)>) -> Vec<GrantEvent> {
        let end = end.filter(|_| self.ending.is_none());
        end.into_iter()
            .map(|(cause, reason)| GrantEvent::Ended { cause, by: None, reason })
            .collect()
    }

    /// What a further answer adds; a grant that ended stays ended.
    fn wider(&self, terms: GrantTerms) -> Vec<GrantEvent> {
        let there = |item: &GrantedItem| self.terms.items.iter().any(|one| one.key == item.key);
        let items: Vec<_> = terms.items.into_iter().filter(|item| !there(item)).collect();
        if items.is_empty() || self.ending.is_some() {
            return Vec::new();
        }
        vec![GrantEvent::Widened { items }]
    }

    fn follow(&self, resource: &Resource) -> Vec<GrantEvent> {
        if let Some(withdrawn) = &resource.withdrawn {
            let reason = format!("数据资源已注销：{}", withdrawn.reason);
            return self.by_rule(Some((GrantEnd::ResourceWithdrawn, reason)));
        }
        if resource.resource.sharing == SharingKind::NotShared {
            let reason = "数据资源改为不予共享".to_owned();
            return self.by_rule(Some((GrantEnd::NoLongerShared, reason)));
        }
        let gone = |item: &&GrantedItem| resource.shared_item(&item.key).is_none();
        let items: Vec<String> =
            self.terms.items.iter().filter(gone).map(|item| item.key.clone()).collect();
        if items.is_empty() || self.ending.is_some() {
            return Vec::new();
        }
        let reason = format!("资源第 {} 版不再有该信息项", resource.revision);
        if items.len() == self.terms.items.len() {
            return self.by_rule(Some((GrantEnd::ItemsGone, reason)));
        }
        vec![GrantEvent::Narrowed { items, reason }]
    }

    fn tell(&self, notice: Notice) -> Vec<GrantEvent> {
        let Notice { correction_id, items, record, reason, corrected_on, .. } = notice;
        let told = self.notices.iter().any(|one| one.correction_id == correction_id);
        if told || self.ending.is_some() {
            return Vec::new();
        }
        vec![GrantEvent::CorrectionTold { correction_id, items, record, reason, corrected_on }]
    }

    fn after(mut self, event: &GrantEvent, meta: &Meta) -> Self {
        match event {
            GrantEvent::Given(_) => {}
            GrantEvent::Widened { items } => self.terms.items.extend(items.iter().cloned()),
            GrantEvent::Narrowed { items, .. } => {
                self.terms.items.retain(|item| !items.contains(&item.key));
            }
            GrantEvent::Suspended { by, body, reason } => {
                let (by, body, reason) = (by.clone(), body.clone(), reason.clone());
                self.suspension = Some(Suspension { by, body, reason, at: meta.at });
            }
            GrantEvent::Resumed { .. } => self.suspension = None,
            GrantEvent::CorrectionTold { correction_id, items, record, reason, corrected_on } => {
                let notice = Notice {
                    correction_id: *correction_id,
                    items: items.clone(),
                    record: record.clone(),
                    reason: reason.clone(),
                    corrected_on: *corrected_on,
                    at: meta.at,
                };
                self.notices.insert(0, notice);
                self.notices.truncate(MOST_NOTICES);
            }
            GrantEvent::Ended { cause, by, reason } => {
                let (cause, by, reason) = (*cause, by.clone(), reason.clone());
                self.ending = Some(Ending { cause, by, reason, at: meta.at });
            }
        }
        self
    }
}
