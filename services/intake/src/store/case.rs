//! `case_row`: query columns of cases.

use std::str::FromStr;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait as _, QueryOrder, QuerySelect, Select};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, FaultKind, Principal, Role};
use tongban_ledger::Stored;

use crate::domain::case::CaseFile;
use crate::domain::stage::Stage;

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_row")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub number: String,
    pub matter_id: String,
    pub matter_name: String,
    pub body: String,
    pub body_name: String,
    pub region: String,
    pub applicant_account: String,
    pub applicant_name: String,
    pub state: String,
    pub state_name: String,
    /// Microseconds since 1970.
    pub submitted_at: i64,
    /// The day the case waits for now.
    pub due: NaiveDate,
    pub accepted_by: Option<String>,
    pub decided_by: Option<String>,
    pub licence: Option<String>,
    /// Identifiers of all files ever handed in, with a space between them.
    pub files: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for CaseFile {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let accepted_by = self.acceptance.as_ref().map(|one| one.by.account.clone());
        let decided_by = self.ruling.as_ref().map(|one| one.by.account.clone());
        let files: Vec<String> = self.files.iter().map(ToString::to_string).collect();
        ActiveModel {
            id: Set(id.to_owned()),
            number: Set(self.number.clone()),
            matter_id: Set(self.matter.matter_id.to_string()),
            matter_name: Set(self.matter.name.clone()),
            body: Set(self.matter.body.clone()),
            body_name: Set(self.matter.body_name.clone()),
            region: Set(self.matter.region.to_string()),
            applicant_account: Set(self.applicant.account.clone()),
            applicant_name: Set(self.applicant.name.clone()),
            state: Set(self.stage.code().to_owned()),
            state_name: Set(self.stage_name_zh().to_owned()),
            submitted_at: Set(self.submitted_at.timestamp_micros()),
            due: Set(self.next_due()),
            accepted_by: Set(accepted_by),
            decided_by: Set(decided_by),
            licence: Set(self.licence.clone()),
            files: Set(files.join(" ")),
        }
    }
}

/// Which cases a caller may list; there is no way to build one that reaches further.
pub struct Scope(Select<Entity>);

impl Scope {
    /// The applicant's own cases.
    pub fn of_applicant(account: &str) -> Self {
        Self(Entity::find().filter(Column::ApplicantAccount.eq(account)))
    }

    /// What waits for an officer in `role` of one body and region.
    ///
    /// # Errors
    /// When the officer does not hold the role or has no body or region.
    pub fn of_officer(officer: &Principal, role: Role, stages: &[Stage]) -> Result<Self, Fault> {
        if !officer.roles.contains(&role) {
            return Err(Fault::forbidden("wrong_role", "您的岗位没有该待办列表"));
        }
        let (Some(body), Some(region)) = (&officer.body, &officer.region) else {
            return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
        };
        let query = Entity::find()
            .filter(Column::Body.eq(body))
            .filter(Column::Region.starts_with(region.prefix()))
            .filter(Column::State.is_in(stages.iter().map(|stage| stage.code())));
        Ok(Self(query))
    }
}

/// The newest first.
pub async fn newest(db: &Db, scope: Scope, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let Scope(mut query) = scope;
    if let Some((at, id)) = cursor::<i64>(page)? {
        let same = Column::SubmittedAt.eq(at).and(Column::Id.lt(id));
        query = query.filter(Column::SubmittedAt.lt(at).or(same));
    }
    let rows = query
        .order_by_desc(Column::SubmittedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.submitted_at, row.id)))
}

/// What is due soonest (or overdue longest) first.
pub async fn most_urgent(db: &Db, scope: Scope, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let Scope(mut query) = scope;
    if let Some((due, id)) = cursor::<NaiveDate>(page)? {
        let same = Column::Due.eq(due).and(Column::Id.gt(id));
        query = query.filter(Column::Due.gt(due).or(same));
    }
    let rows = query
        .order_by_asc(Column::Due)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.due, row.id)))
}

/// Identifiers of the cases of `owner` that carry the file.
pub async fn carrying(db: &Db, owner: &str, file: Uuid) -> Result<Vec<String>, Fault> {
    let rows = Entity::find()
        .filter(Column::ApplicantAccount.eq(owner))
        .filter(Column::Files.contains(file.to_string()))
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Where the page before ended: its last key and identifier.
fn cursor<K: FromStr>(page: &PageQuery) -> Result<Option<(K, &str)>, Fault> {
    let Some(after) = page.after.as_deref() else { return Ok(None) };
    let parts = after.split_once('~').and_then(|(key, id)| Some((key.parse().ok()?, id)));
    parts.map(Some).ok_or_else(|| {
        Fault::new(FaultKind::Malformed, "bad_query", "查询参数有误")
            .with_detail("after 应为上一页的 next")
    })
}
