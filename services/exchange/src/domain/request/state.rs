//! A request as it stands, and who may do what with it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::exchange::{
    DataRequestEvent, GrantTerms, GrantedItem, ItemAnswer, RequestFiled, RequestStep, Verdict,
};
use tongban_contracts::supermarket::Named;
use tongban_kernel::{Fault, FaultKind, Principal, civil_date};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::rights::{is_authority, is_steward, oversees, steward};

/// Namespace of the identifiers of grants: one for every request.
const GRANTS: Uuid = Uuid::from_u128(0x8d27_4b13_e0c9_5a64_b7f2_51a8_0c3e_96d4);

/// The identifier of the grant that a request leads to; there is no second one.
pub fn grant_id(request: Uuid) -> Uuid {
    Uuid::new_v5(&GRANTS, request.as_bytes())
}

/// Where a request stands (申请状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataRequestStage, example = "pending")]
pub enum Stage {
    /// 待答复
    Pending,
    /// 已授权: everything that was asked for.
    Granted,
    /// 部分授权
    PartlyGranted,
    /// 不予共享
    Refused,
    /// 协商中
    Negotiating,
    /// 待裁定
    Referred,
    /// 已撤回
    Withdrawn,
}

impl Stage {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Granted => "granted",
            Self::PartlyGranted => "partly_granted",
            Self::Refused => "refused",
            Self::Negotiating => "negotiating",
            Self::Referred => "referred",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// The last answer or ruling (答复或者裁定).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DataAnswerGiven)]
pub struct AnswerGiven {
    /// Who; absent when the system did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Named>,
    /// Of which body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("11320706MB0000003H"))]
    pub body: Option<String>,
    /// Why.
    #[schema(example = "用途与共享条件相符")]
    pub reason: String,
    /// When.
    #[schema(example = "2026-03-13T02:00:00Z")]
    pub at: DateTime<Utc>,
}

/// A request as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What was asked.
    pub filed: RequestFiled,
    /// When.
    pub filed_at: DateTime<Utc>,
    /// Where it stands.
    pub stage: Stage,
    /// What was last said about each item; nothing before the first answer.
    pub items: Vec<ItemAnswer>,
    /// The last answer or ruling.
    pub answer: Option<AnswerGiven>,
    /// Why the body that asked objected.
    pub objection: Option<String>,
    /// Last day for the step it waits for.
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told to supervisors.
    pub overdue: bool,
    /// Whether the two bodies have negotiated.
    pub negotiated: bool,
    /// Whether the authority has ruled.
    pub ruled: bool,
    /// Whether anything was ever granted.
    pub granted: bool,
    /// When something last happened.
    pub changed_at: DateTime<Utc>,
}

impl Request {
    pub(super) fn filed(filed: &RequestFiled, meta: &Meta) -> Self {
        Self {
            filed: filed.clone(),
            filed_at: meta.at,
            stage: Stage::Pending,
            items: Vec::new(),
            answer: None,
            objection: None,
            due: filed.due,
            overdue: false,
            negotiated: false,
            ruled: false,
            granted: false,
            changed_at: meta.at,
        }
    }

    /// What the grant says when `items` are granted at the moment of `meta`.
    pub fn terms(&self, id: Uuid, items: Vec<GrantedItem>, at: DateTime<Utc>) -> GrantTerms {
        let filed = &self.filed;
        GrantTerms {
            request_id: id,
            resource_id: filed.resource_id,
            resource_code: filed.resource_code.clone(),
            resource_name: filed.resource_name.clone(),
            source_body: filed.source_body.clone(),
            region: filed.resource_region.clone(),
            holder: filed.body.clone(),
            purpose: filed.data_use.purpose,
            basis: filed.data_use.basis.clone(),
            matters: filed.data_use.matters.clone(),
            items,
            daily_calls: filed.data_use.daily_calls,
            from: civil_date(at),
            through: filed.data_use.through,
        }
    }

    /// Keys of the items that nobody has granted.
    pub fn open_items(&self) -> Vec<&str> {
        let granted = |key: &str| {
            self.items.iter().any(|one| one.item == key && one.verdict != Verdict::Refused)
        };
        let asked = self.filed.data_use.items.iter().map(String::as_str);
        asked.filter(|key| !granted(key)).collect()
    }

    /// The step it waits for.
    pub fn waits_for(&self) -> Option<RequestStep> {
        match self.stage {
            Stage::Pending => Some(RequestStep::Answer),
            Stage::Negotiating => Some(RequestStep::Negotiation),
            Stage::Referred => Some(RequestStep::Ruling),
            _ => None,
        }
    }

    /// Whether the step it waits for is beyond its limit.
    pub fn late(&self, today: NaiveDate) -> bool {
        self.due.is_some_and(|due| today > due)
    }

    /// Whether `actor` may read it: the two bodies, the authority, supervisors of the region.
    pub fn may_read(&self, actor: &Principal) -> bool {
        let filed = &self.filed;
        is_steward(actor, &filed.body, &filed.region)
            || is_steward(actor, &filed.source_body, &filed.resource_region)
            || oversees(actor, &filed.resource_region)
    }

    /// Only stewards of the body that asks.
    pub(super) fn applicant(&self, actor: &Principal) -> Result<(), Fault> {
        steward(actor, &self.filed.body, &self.filed.region)
    }

    /// Only stewards of the source body.
    pub(super) fn provider(&self, actor: &Principal) -> Result<(), Fault> {
        steward(actor, &self.filed.source_body, &self.filed.resource_region)
    }

    /// Only the authority of the region, and nobody in a matter of the own body.
    pub(super) fn judge(&self, actor: &Principal) -> Result<(), Fault> {
        if !is_authority(actor, &self.filed.resource_region) {
            let title = "只有本区域的数据共享主管部门可以裁定";
            return Err(Fault::forbidden("not_your_region", title));
        }
        let parties = [&self.filed.body, &self.filed.source_body];
        if parties.iter().any(|party| actor.body.as_ref() == Some(&party.id)) {
            let title = "本单位是争议一方，应由上级数据共享主管部门裁定";
            return Err(Fault::forbidden("own_dispute", title));
        }
        Ok(())
    }

    pub(super) fn not_now(&self) -> Fault {
        let code = format!("not_when_{}", self.stage.code());
        Fault::new(FaultKind::Conflict, code, "共享申请所处状态不能办理此操作")
    }

    pub(super) fn after(mut self, event: &DataRequestEvent, meta: &Meta) -> Self {
        self.changed_at = meta.at;
        match event {
            DataRequestEvent::Filed(_) => {}
            DataRequestEvent::GrantedAtOnce { items } => {
                let answers = items.iter().map(|one| ItemAnswer {
                    item: one.key.clone(),
                    verdict: match one.masking {
                        Some(_) => Verdict::GrantedMasked,
                        None => Verdict::Granted,
                    },
                    reason: None,
                });
                self.items = answers.collect();
                self.granted = true;
                self.answered(None, None, "无条件共享，系统核验后直接授权", meta);
            }
            DataRequestEvent::Answered { by, body, reason, items, granted } => {
                self.negotiated |= self.stage == Stage::Negotiating;
                self.note(items, granted);
                self.answered(Some(by), Some(body), reason, meta);
            }
            DataRequestEvent::Ruled { by, body, reason, items, granted } => {
                self.ruled = true;
                self.note(items, granted);
                self.answered(Some(by), Some(body), reason, meta);
            }
            DataRequestEvent::Disputed { reason, due, .. } => {
                self.objection = Some(reason.clone());
                self.waiting(Stage::Negotiating, *due);
            }
            DataRequestEvent::Referred { from, reason, due } => {
                self.negotiated |= *from == RequestStep::Negotiation;
                self.objection.get_or_insert_with(|| reason.clone());
                self.waiting(Stage::Referred, *due);
            }
            DataRequestEvent::Overdue { .. } => self.overdue = true,
            DataRequestEvent::Withdrawn { .. } => {
                // With an answer at hand, what is taken back is the objection to it.
                self.stage = if self.items.is_empty() { Stage::Withdrawn } else { self.settled() };
                (self.due, self.overdue) = (None, false);
            }
        }
        self
    }

    /// Where it stands by what was said last.
    fn settled(&self) -> Stage {
        match self.open_items().len() {
            0 => Stage::Granted,
            some if some < self.filed.data_use.items.len() => Stage::PartlyGranted,
            _ => Stage::Refused,
        }
    }

    fn waiting(&mut self, stage: Stage, due: NaiveDate) {
        self.stage = stage;
        (self.due, self.overdue) = (Some(due), false);
    }

    fn note(&mut self, items: &[ItemAnswer], granted: &[GrantedItem]) {
        self.items.retain(|before| !items.iter().any(|one| one.item == before.item));
        self.items.extend(items.iter().cloned());
        self.granted |= !granted.is_empty();
    }

    fn answered(&mut self, by: Option<&Named>, body: Option<&String>, reason: &str, meta: &Meta) {
        self.stage = self.settled();
        (self.due, self.overdue) = (None, false);
        let (by, body) = (by.cloned(), body.cloned());
        self.answer = Some(AnswerGiven { by, body, reason: reason.to_owned(), at: meta.at });
    }
}
