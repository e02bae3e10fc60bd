//! `inspector`: query columns of the library of inspectors.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode};
use tongban_ledger::Stored;

use super::words;
use crate::domain::inspector::Record;

/// Most inspectors of a body that one draw is held among.
const MOST: u64 = 5_000;

/// One inspector.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspector")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub certificate: String,
    pub name: String,
    /// Empty when there is none.
    pub account: String,
    pub body: String,
    pub region: String,
    /// Codes of qualifications, each with a blank on either side.
    pub qualifications: String,
    pub active: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Record {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let about = &self.inspector;
        let codes = about.qualifications.iter().map(|one| one.code.as_str());
        ActiveModel {
            id: Set(id.to_owned()),
            certificate: Set(about.certificate.clone()),
            name: Set(about.name.clone()),
            account: Set(about.account.clone().unwrap_or_default()),
            body: Set(about.body.clone()),
            region: Set(about.region.to_string()),
            qualifications: Set(words(codes)),
            active: Set(self.left.is_none()),
        }
    }
}

/// A body's inspectors in the caller's region, by certificate.
///
/// # Errors
/// When the caller has no body or region.
pub async fn search(
    db: &Db,
    caller: &Principal,
    qualification: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let (Some(body), Some(region)) = (&caller.body, &caller.region) else {
        return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
    };
    let (from, to) = region.range();
    let mut query = Entity::find()
        .filter(Column::Body.eq(body))
        .filter(Column::Region.gte(from))
        .filter(Column::Region.lt(to));
    if let Some(code) = qualification {
        query = query.filter(Column::Qualifications.contains(format!(" {code} ")));
    }
    if let Some(after) = &page.after {
        query = query.filter(Column::Certificate.gt(after));
    }
    let rows = query
        .order_by_asc(Column::Certificate)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| row.certificate.clone()))
}

/// Identifiers of a body's active inspectors whose region holds `region`, in the order of their certificates.
pub async fn of_body(db: &Db, body: &str, region: &RegionCode) -> Result<Vec<String>, Fault> {
    let reaching: Vec<String> = region.lineage().map(|one| one.to_string()).collect();
    let rows = Entity::find()
        .filter(Column::Body.eq(body))
        .filter(Column::Active.eq(true))
        .filter(Column::Region.is_in(reaching))
        .order_by_asc(Column::Certificate)
        .limit(MOST)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
