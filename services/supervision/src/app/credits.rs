//! 信用: what counts for somebody, which class follows, and what the subject has to say to it.

use std::sync::Arc;

use chrono::NaiveDate;
use tongban_contracts::credit::{
    ClassChange, CreditEntry, CreditRequestKind, CreditSource, CreditSubject, EvidenceReference,
};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, PrincipalKind, Role, civil_date};
use tongban_ledger::{Caller, Committed, Reply, RequestKey};

use super::Desk;
use crate::api::credit_view::CreditView;
use crate::domain::credit::{Command, Credit, credit_id};
use crate::store::credit::{self as store, Model};

/// Roles that may read anybody's credit in their region: whoever plans, judges or supervises.
const READERS: [Role; 4] =
    [Role::CreditOfficer, Role::Supervisor, Role::InspectionPlanner, Role::InspectionApprover];

/// Somebody's credit with the class of today and why.
pub async fn read(
    desk: &Desk,
    code: &str,
    reader: &Principal,
) -> Result<(Credit, ClassChange, NaiveDate), Fault> {
    let loaded = desk.host.ledger.load::<Credit>(&credit_id(code).to_string()).await?;
    let credit = loaded.map(|loaded| loaded.state).ok_or_else(|| Fault::not_found("该信用档案"))?;
    let own = credit.is_of(reader);
    if !own && !may_read(&credit, reader) {
        return Err(Fault::forbidden("not_your_credit", "只能查看本人（本单位）的信用档案"));
    }
    let today = civil_date(desk.host.clock.now());
    let judged = credit.judge(&desk.onsite.credit, today);
    Ok((credit, judged, today))
}

/// Officers in one of the reading roles whose region any event of the register lies in.
fn may_read(credit: &Credit, reader: &Principal) -> bool {
    matches!(reader.kind, PrincipalKind::Officer | PrincipalKind::System)
        && READERS.iter().any(|role| reader.roles.contains(role))
        && credit.entries.values().any(|one| reader.reaches(&one.entry.region))
}

/// The caller's own credit; one without any event has the initial class.
pub async fn own(desk: &Desk, reader: &Principal) -> Result<Option<String>, Fault> {
    let Some(id) = store::of_account(desk.host.db(), &reader.account).await? else {
        return Ok(None);
    };
    let loaded = desk.host.ledger.load::<Credit>(&id).await?;
    Ok(loaded.map(|loaded| loaded.state.subject.code))
}

/// Open objections and applications for repair in an officer's region.
pub async fn with_requests(
    desk: &Desk,
    officer: &Principal,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let region = officer.region.as_ref();
    let region = region.ok_or_else(|| Fault::forbidden("wrong_role", "您的账号没有管辖区域"))?;
    store::with_requests(desk.host.db(), region, page).await
}

async fn act(
    desk: &Desk,
    code: &str,
    status: u16,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let (today, rules) = (civil_date(desk.host.clock.now()), Arc::clone(&desk.onsite.credit));
    let answer = |committed: &Committed<Credit>| {
        let judged = committed.state.judge(&rules, today);
        Reply::json(status, &CreditView::of(&committed.state, &judged, today))
    };
    let id = credit_id(code).to_string();
    desk.host.ledger.execute_once(&id, command, caller, request, answer).await
}

/// 提出异议、申请修复
pub async fn ask(
    desk: &Desk,
    code: &str,
    entry: String,
    kind: CreditRequestKind,
    statement: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let command = Command::Request {
        id: desk.host.ledger.new_id(),
        entry,
        kind,
        statement,
        rules: Arc::clone(&desk.onsite.rules),
        credit: Arc::clone(&desk.onsite.credit),
    };
    act(desk, code, 201, command, caller, request).await
}

/// 答复
pub async fn answer(
    desk: &Desk,
    code: &str,
    asked: String,
    granted: bool,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let credit = Arc::clone(&desk.onsite.credit);
    let command = Command::Answer { request: asked, granted, reason, credit };
    act(desk, code, 200, command, caller, request).await
}

/// A credit event as another system reports it (报送的信用事件).
#[derive(Debug, Clone)]
pub struct Reported {
    /// Whose.
    pub subject: CreditSubject,
    /// Identifier at the system.
    pub reference: String,
    /// Where it comes from.
    pub source: CreditSource,
    /// Ground in the rule.
    pub ground: String,
    /// What happened.
    pub summary: String,
    /// Day it happened.
    pub occurred_on: NaiveDate,
    /// Name of the body that holds it true.
    pub body_name: String,
}

/// 报送信用事件: by a system of the body that holds it true; the same reference again changes nothing.
pub async fn report(
    desk: &Desk,
    reported: Reported,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let (Some(body), Some(region)) = (&caller.principal.body, &caller.principal.region) else {
        return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
    };
    let account = caller.principal.account.clone();
    let entry = CreditEntry {
        id: format!("imported:{account}:{}", reported.reference),
        source: reported.source,
        ground: reported.ground,
        // The rule gives these.
        points: 0,
        at_best: None,
        counts_until: reported.occurred_on,
        rule: String::new(),
        summary: reported.summary,
        occurred_on: reported.occurred_on,
        evidence: EvidenceReference {
            service: caller.principal.name.clone(),
            kind: "report".into(),
            id: reported.reference,
        },
        body: body.clone(),
        body_name: reported.body_name,
        region: region.clone(),
        recorded_by: account,
    };
    let code = reported.subject.code.clone();
    let (subject, credit) = (reported.subject, Arc::clone(&desk.onsite.credit));
    let command = Command::Record { subject, entry: Box::new(entry), credit };
    act(desk, &code, 201, command, caller, request).await
}
