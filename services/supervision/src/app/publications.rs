//! 结果公示: what is to be published, what is, and what was.

use std::sync::Arc;

use chrono::NaiveDate;
use tongban_contracts::publications::{
    PenaltyChange, PublicationDuty, PublicationKind, PublishedText,
};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, Role, civil_date};
use tongban_ledger::{Caller, Committed, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use crate::api::publication_view::PublicationView;
use crate::domain::publication::{Command, Publication};
use crate::store::publication::{self as store, Model, Wanted};

/// A publication as anyone may read it: once published, and within its term.
pub async fn read(desk: &Desk, id: &str) -> Result<(Publication, NaiveDate), Fault> {
    let today = civil_date(desk.host.clock.now());
    let found = desk.host.ledger.load::<Publication>(id).await?;
    let shown = found.map(|loaded| loaded.state).filter(|one| one.shown_on(today));
    shown.map(|one| (one, today)).ok_or_else(|| Fault::not_found("该公示"))
}

/// What is shown today.
pub async fn shown(desk: &Desk, wanted: &Wanted, page: &PageQuery) -> Result<Page<Model>, Fault> {
    store::shown(desk.host.db(), wanted, civil_date(desk.host.clock.now()), page).await
}

/// What has still to be published, the soonest due first.
pub async fn waiting(
    desk: &Desk,
    actor: &Principal,
    overdue: Option<bool>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    store::waiting(desk.host.db(), actor, overdue, page).await
}

async fn act(
    desk: &Desk,
    id: &str,
    status: u16,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let today = civil_date(desk.host.clock.now());
    let answer = |committed: &Committed<Publication>| {
        Reply::json(status, &PublicationView::for_officers(id, &committed.state, today))
    };
    desk.host.ledger.execute_once(id, command, caller, request, answer).await
}

/// 公示
pub async fn publish(
    desk: &Desk,
    id: &str,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let rules = Arc::clone(&desk.onsite.rules);
    act(desk, id, 200, Command::Publish { rules }, caller, request).await
}

/// 更正
pub async fn correct(
    desk: &Desk,
    id: &str,
    text: PublishedText,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    act(desk, id, 200, Command::Correct { text, reason }, caller, request).await
}

/// 撤回
pub async fn withdraw(
    desk: &Desk,
    id: &str,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    act(desk, id, 200, Command::Withdraw { reason }, caller, request).await
}

/// 登记处罚决定变动
pub async fn overrule(
    desk: &Desk,
    id: &str,
    change: PenaltyChange,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let rules = Arc::clone(&desk.onsite.rules);
    act(desk, id, 200, Command::Overrule { change, rules }, caller, request).await
}

/// A penalty as entered (行政处罚信息).
#[derive(Debug, Clone)]
pub struct Penalty {
    /// Whether it is a small one.
    pub small: bool,
    /// Number of the decision.
    pub number: String,
    /// Cause.
    pub title: String,
    /// Credit code or citizen's number.
    pub subject_code: String,
    /// Name.
    pub subject_name: String,
    /// Whether it is a natural person.
    pub natural_person: bool,
    /// What was decided, in words.
    pub summary: String,
    /// The penalty.
    pub handling: String,
    /// Day of the decision.
    pub decided_on: NaiveDate,
    /// Name of the deciding body.
    pub body_name: String,
    /// The visit it comes from.
    pub task_id: Option<String>,
}

/// 登记行政处罚信息: the same number of the same body again is refused.
pub async fn register(
    desk: &Desk,
    penalty: Penalty,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let (Some(body), Some(region)) = (&caller.principal.body, &caller.principal.region) else {
        return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
    };
    if !caller.principal.roles.contains(&Role::CaseHandler) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    let name = format!("tongban:supervision:penalty:{body}/{}", penalty.number);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string();
    let text = PublishedText { code: None, summary: penalty.summary, handling: penalty.handling };
    let duty = PublicationDuty {
        kind: if penalty.small { PublicationKind::SmallPenalty } else { PublicationKind::Penalty },
        number: penalty.number,
        task_id: penalty.task_id,
        title: penalty.title,
        matters: Vec::new(),
        body: body.clone(),
        body_name: penalty.body_name,
        region: region.clone(),
        subject_code: penalty.subject_code,
        subject_name: penalty.subject_name,
        natural_person: penalty.natural_person,
        inspectors: Vec::new(),
        ended_on: penalty.decided_on,
        due: None,
        text,
    };
    let rules = Arc::clone(&desk.onsite.rules);
    let command = Command::Register { duty: Box::new(duty), rules };
    act(desk, &id, 201, command, caller, request).await
}
