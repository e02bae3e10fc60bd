//! `review`: query columns of rights and reviews.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, ExprTrait as _, FromQueryResult, QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Stored;

use crate::domain::review::Review;

/// One right and, once it was used, its stars.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub case_number: String,
    pub matter_id: String,
    pub matter_name: String,
    pub body: String,
    pub body_name: String,
    pub region: String,
    pub applicant_account: String,
    /// Microseconds since 1970.
    pub opened_at: i64,
    pub stars: Option<i32>,
    /// `case` or `window`.
    pub kind: String,
    /// Empty for a case as a whole.
    pub service_number: String,
    /// Microseconds since 1970.
    pub expires_at: Option<i64>,
    /// What another system put down for silence; never counted as given.
    pub default_stars: Option<i32>,
    /// Two officers judged that it does not count.
    pub excluded: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Review {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let right = &self.right;
        ActiveModel {
            id: Set(id.to_owned()),
            case_number: Set(right.case_number.clone()),
            matter_id: Set(right.matter_id.to_string()),
            matter_name: Set(right.matter_name.clone()),
            body: Set(right.body.clone()),
            body_name: Set(right.body_name.clone()),
            region: Set(right.region.to_string()),
            applicant_account: Set(right.applicant_account.clone()),
            opened_at: Set(self.opened_at.timestamp_micros()),
            stars: Set(self.given.as_ref().map(|given| i32::from(given.level.stars()))),
            kind: Set(right.kind.code().to_owned()),
            service_number: Set(right.service_number.clone().unwrap_or_default()),
            expires_at: Set(right.expires_at.map(|end| end.timestamp_micros())),
            default_stars: Set(self.defaulted.map(|level| i32::from(level.stars()))),
            excluded: Set(self.excluded),
        }
    }
}

/// An applicant's rights that may be used at `now`, newest first.
pub async fn open_rights(
    db: &Db,
    applicant: &str,
    now: DateTime<Utc>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let unended = Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(now.timestamp_micros()));
    let mut query = Entity::find()
        .filter(Column::ApplicantAccount.eq(applicant))
        .filter(Column::Stars.is_null())
        .filter(unended);
    if let Some(after) = &page.after {
        let (at, id) = cursor(after)?;
        query = query
            .filter(Column::OpenedAt.lt(at).or(Column::OpenedAt.eq(at).and(Column::Id.gt(id))));
    }
    let rows = query
        .order_by_desc(Column::OpenedAt)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.opened_at, row.id)))
}

/// A right as a pushed review finds it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Found {
    /// Its identifier.
    pub id: String,
    /// Number of the case.
    pub case_number: String,
    /// Number of the service; empty for the case as a whole.
    pub service_number: String,
    /// Region.
    pub region: String,
    /// Stars, once it was used.
    pub stars: Option<i32>,
    /// When it ends, in microseconds since 1970.
    pub expires_at: Option<i64>,
}

/// The rights for cases of these numbers.
pub async fn of_cases(
    connection: &impl ConnectionTrait,
    numbers: &[String],
) -> Result<Vec<Found>, Fault> {
    Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::CaseNumber,
            Column::ServiceNumber,
            Column::Region,
            Column::Stars,
            Column::ExpiresAt,
        ])
        .filter(tongban_db::among(Column::CaseNumber, numbers))
        .into_model::<Found>()
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// Numbers of case and service of the rights with these identifiers; the latter empty for the case as a whole.
pub async fn numbers(
    connection: &impl ConnectionTrait,
    ids: &[String],
) -> Result<BTreeMap<String, (String, String)>, Fault> {
    let rows: Vec<(String, String, String)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::CaseNumber, Column::ServiceNumber])
        .filter(tongban_db::among(Column::Id, ids))
        .into_tuple()
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|(id, case, service)| (id, (case, service))).collect())
}

/// The name of a body, as rights have it.
pub async fn body_name(db: &Db, body: &str) -> Result<Option<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::BodyName)
        .filter(Column::Body.eq(body))
        .limit(1)
        .into_tuple()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// How many photographs were uploaded for `owner`.
pub async fn photos_of(db: &Db, owner: &str) -> Result<u64, Fault> {
    use tongban_files::store::{Column, Entity};
    let found = Entity::find().filter(Column::Owner.eq(owner)).count(db.read()).await;
    found.map_err(tongban_db::to_fault)
}

/// How many services at a window are known of a case.
pub async fn visits(db: &Db, case_number: &str) -> Result<u64, Fault> {
    Entity::find()
        .filter(Column::CaseNumber.eq(case_number))
        .filter(Column::Kind.eq("window"))
        .count(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

fn cursor(after: &str) -> Result<(i64, &str), Fault> {
    let parts = after.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id)));
    parts.ok_or_else(bad_cursor)
}

/// A cursor that no page of ours gave.
pub fn bad_cursor() -> Fault {
    Fault::new(FaultKind::Malformed, "bad_cursor", "翻页游标有误，请从第一页重新查询")
}
