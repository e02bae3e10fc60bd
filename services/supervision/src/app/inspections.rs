//! 现场检查: from the task order to the hand-over, as inspectors go through it.

use std::collections::HashMap;
use std::sync::Arc;

use tongban_contracts::inspections::{Evidence, InspectionFinding, ShownPaper, Verdict};
use tongban_files::Described;
use tongban_kernel::{Fault, FaultKind, Faults, Principal, PrincipalKind, Role, civil_date};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::Desk;
use super::standing::standing;
use crate::api::inspection_view::InspectionView;
use crate::domain::inspection::{Attending, Command, Inspection};
use crate::store;

/// A finding as an inspector enters it.
#[derive(Debug, Clone)]
pub struct Entered {
    /// The item of the checklist.
    pub item: String,
    /// What was found.
    pub verdict: Verdict,
    /// In words.
    pub note: Option<String>,
    /// Files that show it.
    pub files: Vec<Uuid>,
}

/// A visit that exists.
pub async fn visit(desk: &Desk, id: &str) -> Result<Inspection, Fault> {
    let found = desk.host.ledger.load::<Inspection>(id).await?;
    found.map(|loaded| loaded.state).ok_or_else(|| Fault::not_found("该检查任务"))
}

/// Whether `reader` may see the visit: the inspected its own, officers of its bodies, the body that is to handle a
/// case, supervisors of the region.
pub fn may_see(visit: &Inspection, reader: &Principal) -> bool {
    let object = &visit.order.object;
    if matches!(reader.kind, PrincipalKind::Citizen | PrincipalKind::Organisation) {
        return object.account.as_deref() == Some(reader.account.as_str());
    }
    if reader.roles.contains(&Role::Supervisor) && reader.reaches(&object.region) {
        return true;
    }
    let roles =
        [Role::Inspector, Role::InspectionPlanner, Role::InspectionApprover, Role::CaseHandler];
    let within = |body: &str| roles.iter().any(|role| reader.holds(*role, body, &object.region));
    visit.parts.iter().any(|part| {
        within(&part.body)
            || part.handover.as_ref().is_some_and(|handover| within(&handover.to_body))
    })
}

/// The visit, for those who may see it.
pub async fn read(desk: &Desk, id: &str, reader: &Principal) -> Result<Inspection, Fault> {
    let visit = visit(desk, id).await?;
    if may_see(&visit, reader) {
        return Ok(visit);
    }
    Err(Fault::forbidden("not_your_visit", "只能查看本单位（本人）的检查任务"))
}

/// The order that number and check code belong to.
pub async fn verify(
    desk: &Desk,
    number: Option<&str>,
    check_code: Option<&str>,
) -> Result<Inspection, Fault> {
    let (number, check_code) = (number.unwrap_or_default(), check_code.unwrap_or_default());
    let mut faults = Faults::new();
    if number.is_empty() {
        faults.add("/number", "empty", "任务书编号不能为空");
    }
    if check_code.is_empty() {
        faults.add("/check_code", "empty", "查验码不能为空");
    }
    faults.into_result("invalid_verification", "查验信息有误")?;
    // One answer for both, so that nobody learns which numbers exist.
    let unknown = || Fault::new(FaultKind::NotFound, "not_verified", "任务书不存在，或查验码不符");
    let id = store::inspection::by_number(desk.host.db(), number).await?.ok_or_else(unknown)?;
    let visit = visit(desk, &id).await?;
    if visit.order.check_code.eq_ignore_ascii_case(check_code) { Ok(visit) } else { Err(unknown()) }
}

/// Carries out a command to a visit once per request; answers with the visit as it then stands.
pub async fn act(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let (today, reader) = (civil_date(desk.host.clock.now()), caller.principal.clone());
    let answer = |committed: &tongban_ledger::Committed<Inspection>| {
        Reply::json(200, &InspectionView::of(id, &committed.state, &reader, today))
    };
    desk.host.ledger.execute_once(id, command, caller, request, answer).await
}

/// 到场
pub async fn begin(
    desk: &Desk,
    id: &str,
    body: &str,
    present: Vec<String>,
    shown: ShownPaper,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let present = attending(desk, id, body, present).await?;
    let rules = Arc::clone(&desk.onsite.rules);
    let command = Command::Begin { body: body.to_owned(), present, shown, rules };
    act(desk, id, command, caller, request).await
}

/// Those who came, each as the library of inspectors judges that day.
pub async fn attending(
    desk: &Desk,
    id: &str,
    body: &str,
    present: Vec<String>,
) -> Result<Vec<Attending>, Fault> {
    let visit = visit(desk, id).await?;
    let part = visit.ordered(body);
    let matters =
        part.map(|part| part.matters.iter().map(|one| one.id.clone()).collect::<Vec<_>>());
    let matters = matters.unwrap_or_default();
    let object = visit.order.object.id.as_str();
    let today = civil_date(desk.host.clock.now());
    let mut found = Vec::with_capacity(present.len());
    for id in present {
        let unfit = standing(&desk.host, &id, &matters, object, today).await?;
        found.push(Attending { id, unfit: unfit.map(|unfit| unfit.reason_zh()) });
    }
    Ok(found)
}

/// 记录检查情况
pub async fn record(
    desk: &Desk,
    id: &str,
    body: &str,
    entered: Vec<Entered>,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let named = entered.iter().flat_map(|one| one.files.iter().copied());
    let papers = Papers::of(desk, id, named).await?;
    let mut faults = Faults::new();
    let mut findings = Vec::with_capacity(entered.len());
    for (index, one) in entered.into_iter().enumerate() {
        let place = format!("/findings/{index}/evidence");
        let evidence = papers.all(&one.files, &place, &mut faults);
        let Entered { item, verdict, note, .. } = one;
        findings.push(InspectionFinding { item, verdict, note, evidence });
    }
    faults.into_result("invalid_findings", "检查记录有误")?;
    act(desk, id, Command::Record { body: body.to_owned(), findings }, caller, request).await
}

/// Uploaded files that a request names.
pub struct Papers(HashMap<Uuid, Described>);

impl Papers {
    /// Those of `named` that exist and were uploaded by an inspector sent on the visit.
    pub async fn of(
        desk: &Desk,
        visit_id: &str,
        named: impl Iterator<Item = Uuid>,
    ) -> Result<Self, Fault> {
        let visit = visit(desk, visit_id).await?;
        let mut found = desk.onsite.files.described(named).await?;
        let inspectors = || visit.order.parts.iter().flat_map(|part| &part.inspectors);
        found.retain(|_, file| inspectors().any(|one| one.account == file.owner));
        Ok(Self(found))
    }

    /// One file as it goes into the record; an unknown one is a fault.
    pub fn one(&self, id: Uuid, pointer: &str, faults: &mut Faults) -> Evidence {
        let found = self.0.get(&id);
        if found.is_none() {
            faults.add(pointer, "unknown_file", "文件不存在，或不是本次检查的人员上传");
        }
        let text = |of: fn(&Described) -> &String| found.map(of).cloned().unwrap_or_default();
        Evidence {
            file_id: id.to_string(),
            name: text(|file| &file.name),
            media_type: text(|file| &file.media_type),
            sm3: text(|file| &file.sm3),
        }
    }

    /// Several files.
    pub fn all(&self, ids: &[Uuid], pointer: &str, faults: &mut Faults) -> Vec<Evidence> {
        let each = ids.iter().enumerate();
        each.map(|(index, id)| self.one(*id, &format!("{pointer}/{index}"), faults)).collect()
    }
}
