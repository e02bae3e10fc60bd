//! The library of objects counted once, and the candidates of one task.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, Select};
use tongban_contracts::credit::CreditClass;
use tongban_contracts::supervision::ObjectScope;
use tongban_db::Db;
use tongban_kernel::{Fault, RegionCode};

use super::object;
use super::object::{Column, Entity};
use super::visit::drawn;
use crate::domain::pool::{Cell, Drawn, Extent, Traits, code_of};

/// Traits as they are stored.
type Row = (String, String, String, String, String);
/// An object, a matter and a day, with the object's traits.
type DrawnRow = (String, String, NaiveDate, String, String, String, String, String);

fn traits((region, kind, industry, licence_types, grade): Row, default: CreditClass) -> Traits {
    let grade = CreditClass::of(&grade).unwrap_or(default);
    Traits { region, kind, industry, licence_types, grade }
}

/// All objects of a region that can be drawn, counted by what tells them apart.
pub async fn cells(db: &Db, region: &RegionCode, default: CreditClass) -> Result<Vec<Cell>, Fault> {
    let by = [Column::Region, Column::Kind, Column::Industry, Column::LicenceTypes, Column::Grade];
    let mut query = drawable(region).select_only();
    for column in by {
        query = query.column(column).group_by(column);
    }
    let rows: Vec<(String, String, String, String, String, i64)> = query
        .column_as(Column::Id.count(), "count")
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let cell = |(region, kind, industry, types, grade, count)| Cell {
        traits: traits((region, kind, industry, types, grade), default),
        count: u64::try_from(count).unwrap_or(0),
    };
    Ok(rows.into_iter().map(cell).collect())
}

/// Objects drawn for these matters since a day.
pub async fn drawn_since(
    db: &Db,
    matters: &[String],
    since: NaiveDate,
    default: CreditClass,
) -> Result<Vec<Drawn>, Fault> {
    let rows: Vec<DrawnRow> = drawn::Entity::find()
        .select_only()
        .column(drawn::Column::Object)
        .column(drawn::Column::Matter)
        .column(drawn::Column::DrawnOn)
        .column(Column::Region)
        .column(Column::Kind)
        .column(Column::Industry)
        .column(Column::LicenceTypes)
        .column(Column::Grade)
        .join(
            sea_orm::JoinType::InnerJoin,
            drawn::Entity::belongs_to(Entity).from(drawn::Column::Object).to(Column::Id).into(),
        )
        .filter(drawn::Column::Matter.is_in(matters))
        .filter(drawn::Column::DrawnOn.gt(since))
        .filter(Column::Drawable.eq(true))
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let one = |(object, matter, on, region, kind, industry, types, grade)| Drawn {
        object,
        matter,
        on,
        traits: traits((region, kind, industry, types, grade), default),
    };
    Ok(rows.into_iter().map(one).collect())
}

/// An object that a task may draw.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Identifier.
    pub id: String,
    /// Region.
    pub region: String,
    /// Class.
    pub grade: CreditClass,
}

/// All objects that a task asks for, by identifier.
pub async fn candidates(
    connection: &impl ConnectionTrait,
    extent: Extent<'_>,
    default: CreditClass,
) -> Result<Vec<Candidate>, Fault> {
    let rows: Vec<(String, String, String)> = asked(extent)
        .select_only()
        .column(Column::Id)
        .column(Column::Region)
        .column(Column::Grade)
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    let candidate = |(id, region, grade): (String, String, String)| Candidate {
        id,
        region,
        grade: CreditClass::of(&grade).unwrap_or(default),
    };
    Ok(rows.into_iter().map(candidate).collect())
}

fn drawable(region: &RegionCode) -> Select<Entity> {
    let (from, to) = region.range();
    object::Entity::find()
        .filter(Column::Drawable.eq(true))
        .filter(Column::Region.gte(from))
        .filter(Column::Region.lt(to))
}

/// As [`Extent::covers`], in the database.
fn asked(extent: Extent<'_>) -> Select<Entity> {
    let ObjectScope { kinds, industries, licence_types } = extent.scope;
    let mut query = drawable(extent.region);
    if !kinds.is_empty() {
        query = query.filter(Column::Kind.is_in(kinds.iter().map(code_of)));
    }
    if !industries.is_empty() {
        let any = industries.iter().map(|one| Column::Industry.starts_with(one));
        query = query.filter(any.fold(Condition::any(), Condition::add));
    }
    if !licence_types.is_empty() {
        let any = licence_types.iter().map(|one| Column::LicenceTypes.contains(format!(" {one} ")));
        query = query.filter(any.fold(Condition::any(), Condition::add));
    }
    query
}
