//! `held_review`: pushed reviews whose case was not known.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{Condition, ExprTrait as _, QueryOrder, QuerySelect, Select};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, PrincipalKind};
use tongban_ledger::Stored;

use super::{cursor, review};
use crate::domain::held::{Held, HeldStage};

/// One held review.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "held_review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub system: String,
    pub region: String,
    /// Its identifier in the other system.
    pub foreign_id: String,
    pub case_number: String,
    pub service_number: String,
    pub stage: String,
    /// Microseconds since 1970.
    pub said_at: i64,
    /// Microseconds since 1970.
    pub received_at: i64,
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Held {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let pushed = &self.pushed;
        ActiveModel {
            id: Set(id.to_owned()),
            system: Set(pushed.system.clone()),
            region: Set(pushed.region.to_string()),
            foreign_id: Set(pushed.id.clone()),
            case_number: Set(pushed.case_number.clone()),
            service_number: Set(pushed.service_number.clone().unwrap_or_default()),
            stage: Set(self.stage.code().to_owned()),
            said_at: Set(pushed.said_at.timestamp_micros()),
            received_at: Set(self.received_at.timestamp_micros()),
            reason: Set(self.reason.clone()),
        }
    }
}

/// Which held reviews a caller may list; there is no way to build one that reaches further.
pub struct Scope(Select<Entity>);

impl Scope {
    /// A system's own; of a supervisor, those of the region.
    pub fn of(reader: &Principal) -> Self {
        let query = match (&reader.kind, &reader.region) {
            (PrincipalKind::Officer, Some(region)) => {
                Entity::find().filter(Column::Region.starts_with(region.prefix()))
            }
            _ => Entity::find().filter(Column::System.eq(&reader.account)),
        };
        Self(query)
    }
}

/// The newest first, at one stage.
pub async fn newest(
    db: &Db,
    scope: Scope,
    stage: HeldStage,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let Scope(mut query) = scope;
    query = query.filter(Column::Stage.eq(stage.code()));
    if let Some((at, id)) = cursor::<i64>(page)? {
        let same = Column::ReceivedAt.eq(at).and(Column::Id.lt(id));
        query = query.filter(Column::ReceivedAt.lt(at).or(same));
    }
    let rows = query
        .order_by_desc(Column::ReceivedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.received_at, row.id)))
}

/// Those that wait though their case or service is there by now, each with its right.
pub async fn ready(db: &Db, most: u64) -> Result<Vec<(String, String)>, Fault> {
    let same = Condition::all()
        .add(
            Expr::col((review::Entity, review::Column::CaseNumber))
                .equals((Entity, Column::CaseNumber)),
        )
        .add(
            Expr::col((review::Entity, review::Column::ServiceNumber))
                .equals((Entity, Column::ServiceNumber)),
        );
    let right = Query::select()
        .expr(Expr::col((review::Entity, review::Column::Id)).min())
        .from(review::Entity)
        .cond_where(same.clone())
        .to_owned();
    let there =
        Query::select().expr(Expr::value(1)).from(review::Entity).cond_where(same).to_owned();
    Entity::find()
        .select_only()
        .column(Column::Id)
        .column_as(Expr::SubQuery(None, Box::new(right.into())), "review")
        .filter(Column::Stage.eq(HeldStage::Waiting.code()))
        .filter(Expr::exists(there))
        .limit(most)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
