//! `honour`: query columns of the red and black list.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use tongban_contracts::market::HonourColour;
use tongban_db::{Db, paging};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_ledger::Stored;

use crate::domain::honour::{Honour, HonourState};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "honour")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub colour: String,
    pub agency: String,
    pub state: String,
    /// Microseconds since 1970.
    pub listed_at: i64,
    pub until: NaiveDate,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Honour {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        ActiveModel {
            id: Set(id.to_owned()),
            colour: Set(colour_code(self.entry.colour).to_owned()),
            agency: Set(self.entry.agency.clone()),
            state: Set(state_code(self.state).to_owned()),
            listed_at: Set(self.listed_at.timestamp_micros()),
            until: Set(self.entry.until),
        }
    }
}

/// The stable code of a list.
pub const fn colour_code(colour: HonourColour) -> &'static str {
    match colour {
        HonourColour::Red => "red",
        HonourColour::Black => "black",
    }
}

const fn state_code(state: HonourState) -> &'static str {
    match state {
        HonourState::Listed => "listed",
        HonourState::Contested => "contested",
        HonourState::Removed => "removed",
        HonourState::Expired => "expired",
    }
}

/// In force: listed, or contested and not yet decided.
const IN_FORCE: [&str; 2] = [state_code(HonourState::Listed), state_code(HonourState::Contested)];

/// Whether an agency stands in a list.
pub async fn stands(
    connection: &impl ConnectionTrait,
    agency: &str,
    colour: HonourColour,
) -> Result<bool, DbErr> {
    let found = Entity::find()
        .filter(Column::Colour.eq(colour_code(colour)))
        .filter(Column::State.is_in(IN_FORCE))
        .filter(Column::Agency.eq(agency))
        .one(connection)
        .await?;
    Ok(found.is_some())
}

/// Those in force, the newest first.
pub async fn newest(
    db: &Db,
    colour: Option<HonourColour>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::State.is_in(IN_FORCE));
    if let Some(colour) = colour {
        query = query.filter(Column::Colour.eq(colour_code(colour)));
    }
    let rows = paging::falling::<_, i64>(query, Column::ListedAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.listed_at, row.id)))
}

/// Those whose last day is over.
pub async fn late(db: &Db, today: NaiveDate) -> Result<Vec<String>, Fault> {
    Entity::find()
        .filter(Column::Until.lt(today))
        .filter(Column::State.eq(state_code(HonourState::Listed)))
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::Until)
        .limit(500)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
