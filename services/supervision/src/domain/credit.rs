//! Somebody's credit (信用档案): the register of events, requests about them, and the class that follows.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::credit::{
    ClassChange, CreditClass, CreditEntry, CreditEvent, CreditRequest, CreditRequestKind,
    CreditSubject,
};
use tongban_kernel::{Context, Fault, Principal, PrincipalKind, Role, civil_date};
use tongban_ledger::Aggregate;
use uuid::Uuid;

pub use super::credit_command::Command;
use super::credit_rule::CreditRules;
use super::terms::Rules;

/// The account under which the service acts by the clock and on events.
const SERVICE: &str = "service:supervision";

/// Identifier of the credit of whoever has this code.
pub fn credit_id(code: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("tongban:supervision:credit:{code}").as_bytes())
}

/// Why an event no longer counts (失效原因).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum Ended {
    /// 已注销: its source says that it does not hold.
    Cancelled(String),
    /// 异议成立
    Disproved(String),
    /// 已修复
    Repaired(String),
}

/// An event in the register, and whether it still counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The event.
    pub entry: CreditEntry,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Why it no longer counts.
    pub ended: Option<Ended>,
}

/// A request about an event, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The request.
    pub request: CreditRequest,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Whether it was granted, the reason and when.
    pub answer: Option<(bool, String, DateTime<Utc>)>,
}

/// Somebody's credit as it stands; its identifier in the ledger follows from the subject's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Whose.
    pub subject: CreditSubject,
    /// Events by identifier.
    pub entries: BTreeMap<String, Registered>,
    /// Requests, oldest first.
    pub requests: Vec<Asked>,
    /// The last change of the class; none while it is the initial one.
    pub change: Option<ClassChange>,
    /// When it was last judged by the clock or changed, and by which version of the rule.
    pub judged: Option<(NaiveDate, String)>,
}

impl Aggregate for Credit {
    type Event = CreditEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<CreditEvent>, Fault> {
        let today = civil_date(context.now);
        let by_clock = matches!(command, Command::Judge { .. });
        let (mut events, credit) = match command {
            Command::Record { subject, entry, credit } => {
                may_import(&entry, context)?;
                (record(current, subject, *entry, &credit, today)?, credit)
            }
            Command::Settle { subject, prefix, entry, reason, credit } => {
                ours(context)?;
                let now = entry.as_ref().map(|one| one.id.clone());
                let before = current.iter().flat_map(|one| one.entries.values()).filter(|one| {
                    let id = &one.entry.id;
                    one.ended.is_none() && id.starts_with(&prefix) && now.as_ref() != Some(id)
                });
                let mut events: Vec<CreditEvent> = before
                    .map(|one| {
                        let (entry, reason) = (one.entry.id.clone(), reason.clone());
                        CreditEvent::Cancelled { entry, reason }
                    })
                    .collect();
                if let Some(entry) = entry {
                    events.extend(record(current, subject, *entry, &credit, today)?);
                } else if current.is_none() {
                    return Err(Fault::not_found("该信用档案"));
                }
                (events, credit)
            }
            Command::Restate { entry, summary, reason, credit } => {
                ours(context)?;
                let said = known(current)?.entries.get(&entry).map(|one| &one.entry.summary);
                let restated = said.is_some_and(|said| *said != summary);
                let event = CreditEvent::Restated { entry, summary, reason };
                (restated.then_some(event).into_iter().collect(), credit)
            }
            Command::Request { id, entry, kind, statement, rules, credit } => {
                let known = known(current)?;
                let request = Request { id, entry, kind, statement };
                (vec![known.ask(request, &rules, &credit, context)?], credit)
            }
            Command::Answer { request, granted, reason, credit } => {
                let known = known(current)?;
                known.may_answer(&request, &context.actor)?;
                (vec![CreditEvent::Answered { request, granted, reason }], credit)
            }
            Command::Judge { rules, credit } => {
                ours(context)?;
                (known(current)?.due_set(&rules), credit)
            }
        };
        // The class follows at once from whatever happened.
        let mut state = current.cloned();
        for event in &events {
            state = Self::apply(state, event, context.now);
        }
        let state = state.ok_or_else(|| Fault::internal("credit events that do not follow"))?;
        let change = state.judge(&credit, today);
        if change.class != change.former {
            events.push(CreditEvent::ClassChanged(Box::new(change)));
        } else if by_clock && state.is_to_be_judged(&change.rule, today) {
            events.push(CreditEvent::Judged { on: today, rule: change.rule });
        }
        Ok(events)
    }

    fn evolve(current: Option<Self>, event: &CreditEvent, meta: &Meta) -> Option<Self> {
        Self::apply(current, event, meta.at)
    }
}

struct Request {
    id: String,
    entry: String,
    kind: CreditRequestKind,
    statement: String,
}

fn ours(context: &Context) -> Result<(), Fault> {
    if context.actor.account == SERVICE {
        return Ok(());
    }
    Err(Fault::forbidden("only_by_source", "信用事件只能由其来源记录"))
}

/// Other systems report what their own body holds true, in their own region.
fn may_import(entry: &CreditEntry, context: &Context) -> Result<(), Fault> {
    let actor = &context.actor;
    let system = actor.kind == PrincipalKind::System
        && actor.holds(Role::CreditOfficer, &entry.body, &entry.region);
    if system { Ok(()) } else { ours(context) }
}

fn known(current: Option<&Credit>) -> Result<&Credit, Fault> {
    current.ok_or_else(|| Fault::not_found("该信用档案"))
}

fn record(
    current: Option<&Credit>,
    subject: CreditSubject,
    mut entry: CreditEntry,
    credit: &CreditRules,
    today: NaiveDate,
) -> Result<Vec<CreditEvent>, Fault> {
    if current.is_some_and(|one| one.entries.contains_key(&entry.id)) {
        return Ok(Vec::new());
    }
    if entry.occurred_on > today {
        return Err(Fault::conflict("not_happened_yet", "信用事件的发生日期不能晚于今日"));
    }
    credit.on(entry.occurred_on).weigh(&mut entry)?;
    Ok(vec![CreditEvent::Recorded { subject, entry: Box::new(entry) }])
}

impl Credit {
    fn apply(current: Option<Self>, event: &CreditEvent, at: DateTime<Utc>) -> Option<Self> {
        let mut credit = match (event, current) {
            (CreditEvent::Recorded { subject, .. }, None) => Self {
                subject: subject.clone(),
                entries: BTreeMap::new(),
                requests: Vec::new(),
                change: None,
                judged: None,
            },
            (_, credit) => credit?,
        };
        match event {
            CreditEvent::Recorded { subject, entry } => {
                credit.subject.name.clone_from(&subject.name);
                if subject.account.is_some() {
                    credit.subject.account.clone_from(&subject.account);
                }
                let entry = entry.as_ref().clone();
                credit.entries.insert(entry.id.clone(), Registered { entry, at, ended: None });
            }
            CreditEvent::Cancelled { entry, reason } => {
                credit.entries.get_mut(entry)?.ended = Some(Ended::Cancelled(reason.clone()));
            }
            CreditEvent::Restated { entry, summary, .. } => {
                credit.entries.get_mut(entry)?.entry.summary.clone_from(summary);
            }
            CreditEvent::Requested(request) => {
                credit.requests.push(Asked { request: request.clone(), at, answer: None });
            }
            CreditEvent::DueSet { request, due } => {
                credit.asked_mut(request)?.request.due = Some(*due);
            }
            CreditEvent::Answered { request, granted, reason } => {
                let asked = credit.asked_mut(request)?;
                asked.answer = Some((*granted, reason.clone(), at));
                let (entry, kind) = (asked.request.entry.clone(), asked.request.kind);
                if *granted {
                    let entry = credit.entries.get_mut(&entry)?;
                    entry.ended = Some(match kind {
                        CreditRequestKind::Objection => Ended::Disproved(reason.clone()),
                        CreditRequestKind::Repair => Ended::Repaired(reason.clone()),
                    });
                }
            }
            CreditEvent::Judged { on, rule } => credit.judged = Some((*on, rule.clone())),
            CreditEvent::ClassChanged(change) => {
                credit.judged = Some((change.on, change.rule.clone()));
                credit.change = Some(change.as_ref().clone());
            }
        }
        Some(credit)
    }

    fn asked_mut(&mut self, id: &str) -> Option<&mut Asked> {
        self.requests.iter_mut().find(|one| one.request.id == id)
    }

    /// The class as last judged; the rule's initial one before that.
    pub fn class(&self, credit: &CreditRules, today: NaiveDate) -> CreditClass {
        self.change.as_ref().map_or(credit.on(today).initial, |change| change.class)
    }

    /// The class on `today` and why.
    pub fn judge(&self, credit: &CreditRules, today: NaiveDate) -> ClassChange {
        let standing = self.entries.values().filter(|one| one.ended.is_none());
        let former = self.class(credit, today);
        credit.on(today).judge(&self.subject, former, standing.map(|one| &one.entry), today)
    }

    /// The next day on which the class may change by the clock alone.
    pub fn judge_next(&self) -> Option<NaiveDate> {
        let standing = self.entries.values().filter(|one| one.ended.is_none());
        let last = self.judged.as_ref().map(|(on, _)| *on);
        // The last day still counts.
        let over = standing.filter_map(|one| one.entry.counts_until.succ_opt());
        over.filter(|day| last.is_none_or(|last| *day > last)).min()
    }

    /// Version of the rule that the class rests on.
    pub fn rule(&self) -> Option<&str> {
        let newest = self.entries.values().max_by_key(|one| one.at);
        let judged = self.judged.as_ref().map(|(_, rule)| rule.as_str());
        judged.or(newest.map(|one| one.entry.rule.as_str()))
    }

    fn is_to_be_judged(&self, rule: &str, today: NaiveDate) -> bool {
        self.judge_next().is_some_and(|day| day <= today) || self.rule() != Some(rule)
    }

    /// Requests without an answer.
    pub fn open_requests(&self) -> impl Iterator<Item = &Asked> {
        self.requests.iter().filter(|one| one.answer.is_none())
    }

    fn due_set(&self, rules: &Rules) -> Vec<CreditEvent> {
        let open = self.requests.iter();
        let open = open.filter(|one| one.answer.is_none() && one.request.due.is_none());
        let due = open.filter_map(|one| {
            let due = rules.due_if_known(civil_date(one.at), one.request.kind.limit(rules))?;
            Some(CreditEvent::DueSet { request: one.request.id.clone(), due })
        });
        due.collect()
    }

    /// Whether it is `actor`'s own.
    pub fn is_of(&self, actor: &Principal) -> bool {
        self.subject.account.as_deref() == Some(actor.account.as_str())
    }

    fn ask(
        &self,
        request: Request,
        rules: &Rules,
        credit: &CreditRules,
        context: &Context,
    ) -> Result<CreditEvent, Fault> {
        let Request { id, entry, kind, statement } = request;
        if !self.is_of(&context.actor) {
            return Err(Fault::forbidden(
                "not_your_credit",
                "只能就本人（本单位）的信用事件提出申请",
            ));
        }
        let registered = self.entries.get(&entry).ok_or_else(|| Fault::not_found("该信用事件"))?;
        if registered.ended.is_some() {
            return Err(Fault::conflict("entry_ended", "该信用事件已不再计入"));
        }
        let open = |one: &Asked| one.answer.is_none() && one.request.entry == entry;
        if self.requests.iter().any(|one| open(one) && one.request.kind == kind) {
            return Err(Fault::conflict("already_requested", "同一信用事件已有待答复的同类申请"));
        }
        let today = civil_date(context.now);
        let rule = credit.on(registered.entry.occurred_on);
        let ground = rule.ground(&registered.entry.ground);
        if kind == CreditRequestKind::Repair && !ground.is_some_and(|one| one.repairable) {
            return Err(Fault::conflict("not_repairable", "按信用规则，该事由不能修复"));
        }
        let due = rules.due_if_known(today, kind.limit(rules));
        Ok(CreditEvent::Requested(CreditRequest { id, entry, kind, statement, due }))
    }

    fn may_answer(&self, request: &str, actor: &Principal) -> Result<(), Fault> {
        let asked = self.requests.iter().find(|one| one.request.id == request);
        let asked = asked.ok_or_else(|| Fault::not_found("该申请"))?;
        let entry = self.entries.get(&asked.request.entry);
        let entry = entry.ok_or_else(|| Fault::internal("a request about nothing"))?;
        let reaches = actor.reaches(&entry.entry.region);
        if !actor.roles.contains(&Role::CreditOfficer) || !reaches {
            return Err(Fault::forbidden("not_your_region", "只能答复本区域的信用异议和修复申请"));
        }
        // Of another position, too: who inspects or handles cases does not judge what came of it.
        let positions = [Role::Inspector, Role::CaseHandler];
        if entry.entry.recorded_by == actor.account
            || positions.iter().any(|role| actor.roles.contains(role))
        {
            let title = "信用异议和修复应由认定该事件以外的岗位答复";
            return Err(Fault::forbidden("same_position", title));
        }
        if asked.answer.is_some() {
            return Err(Fault::conflict("already_answered", "该申请已答复"));
        }
        Ok(())
    }
}

/// How long an answer may take.
trait Limited {
    fn limit<'a>(&self, rules: &'a Rules) -> &'a super::terms::SourcedLimit;
}

impl Limited for CreditRequestKind {
    fn limit<'a>(&self, rules: &'a Rules) -> &'a super::terms::SourcedLimit {
        match self {
            Self::Objection => &rules.terms.objection,
            Self::Repair => &rules.terms.repair,
        }
    }
}
