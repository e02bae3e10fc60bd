//! `review`: query columns of rights and reviews.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait as _, QueryOrder, QuerySelect};
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
        }
    }
}

/// An applicant's unused rights, newest first.
pub async fn open_rights(db: &Db, applicant: &str, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find()
        .filter(Column::ApplicantAccount.eq(applicant))
        .filter(Column::Stars.is_null());
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

fn cursor(after: &str) -> Result<(i64, &str), Fault> {
    let parts = after.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id)));
    parts.ok_or_else(bad_cursor)
}

/// A cursor that no page of ours gave.
pub fn bad_cursor() -> Fault {
    Fault::new(FaultKind::Malformed, "bad_cursor", "翻页游标有误，请从第一页重新查询")
}
