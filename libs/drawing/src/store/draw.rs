//! `draw`: query columns of the draws for each purpose, as the last of them stands.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::draws::DrawEvent;
use tongban_contracts::of::{Of, Owner};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Context, Fault, FaultKind};
use tongban_ledger::{Aggregate, Stored};

use crate::domain::{Command, History, Stage};

/// The draws for a purpose in the ledger of the service `S`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub(crate) struct Held<S> {
    pub(crate) history: History,
    #[serde(skip)]
    owner: PhantomData<fn() -> S>,
}

impl<S: Owner> Aggregate for Held<S> {
    type Event = Of<S, DrawEvent>;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<Self::Event>, Fault> {
        let events = History::decide(current.map(|held| &held.history), command, context)?;
        Ok(events.into_iter().map(Of::from).collect())
    }

    fn evolve(current: Option<Self>, event: &Self::Event, meta: &Meta) -> Option<Self> {
        let history = current.map(|held| held.history);
        let history = History::evolve(history, &event.event, &meta.aggregate_id, meta.at)?;
        Some(Self { history, owner: PhantomData })
    }
}

/// One purpose.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The last draw.
    pub draw: String,
    pub title: String,
    /// [`Stage::code`].
    pub state: String,
    pub attempt: i32,
    pub candidates: i32,
    pub number: i32,
    /// Microseconds since 1970.
    pub proposed_at: i64,
    /// From when on there is something to do; microseconds since 1970.
    pub due_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl<S: Owner> Stored for Held<S> {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let mut row = ActiveModel {
            id: Set(id.to_owned()),
            draw: Set(String::new()),
            title: Set(String::new()),
            state: Set(Stage::Proposed.code().to_owned()),
            attempt: Set(0),
            candidates: Set(0),
            number: Set(0),
            proposed_at: Set(0),
            due_at: Set(None),
        };
        if let Some(one) = self.history.latest() {
            let terms = &one.terms;
            let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
            row.draw = Set(terms.draw.clone());
            row.title = Set(terms.title.clone());
            row.state = Set(one.stage().code().to_owned());
            row.attempt = Set(number(terms.attempt));
            row.candidates = Set(number(terms.candidates));
            row.number = Set(number(terms.number));
            row.proposed_at = Set(one.proposed_at.timestamp_micros());
            row.due_at = Set(one.due().map(|at| at.timestamp_micros()));
        }
        row
    }
}

/// Up to `limit` purposes with something to do at `now`, after the one given.
pub(crate) async fn due(
    db: &Db,
    now: DateTime<Utc>,
    after: &str,
    limit: u64,
) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DueAt.lte(now.timestamp_micros()))
        .filter(Column::Id.gt(after))
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// Draws, the newest first.
pub(crate) async fn list(
    db: &Db,
    purpose: Option<&str>,
    state: Option<Stage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find();
    if let Some(purpose) = purpose {
        query = query.filter(Column::Id.eq(purpose));
    }
    if let Some(state) = state {
        query = query.filter(Column::State.eq(state.code()));
    }
    if let Some(after) = &page.after {
        let (at, id) = cursor(after)?;
        let same = Condition::all().add(Column::ProposedAt.eq(at)).add(Column::Id.gt(id));
        query = query.filter(Condition::any().add(Column::ProposedAt.lt(at)).add(same));
    }
    let rows = query
        .order_by_desc(Column::ProposedAt)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.proposed_at, row.id)))
}

fn cursor(after: &str) -> Result<(i64, &str), Fault> {
    let parts = after.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id)));
    parts.ok_or_else(|| {
        Fault::new(FaultKind::Malformed, "bad_cursor", "翻页游标有误，请从第一页重新查询")
    })
}
