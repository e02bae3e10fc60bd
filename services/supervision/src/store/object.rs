//! `inspected_object`: query columns of the library of objects.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Select};
use tongban_contracts::credit::CreditClass;
use tongban_contracts::supervision::ObjectKind;
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode};
use tongban_ledger::Stored;

use super::{beyond, cursor, words};
use crate::domain::duplicate::likeness;
use crate::domain::object::Object;
use crate::domain::pool::code_of;

/// One object.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspected_object")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub code: String,
    pub name: String,
    /// The name as duplicates are looked for by.
    pub name_key: String,
    /// The address likewise; empty when unknown.
    pub address_key: String,
    /// Empty when unknown.
    pub account: String,
    pub kind: String,
    pub region: String,
    /// Empty when unknown.
    pub industry: String,
    /// Letter of the class; empty for the default.
    pub grade: String,
    /// Codes of licence types held, each with a blank on either side.
    pub licence_types: String,
    /// Whether it may be the same as another.
    pub suspected: bool,
    pub drawable: bool,
    /// The first day that is the last of a licence it holds.
    pub licence_ends: Option<NaiveDate>,
    /// Empty unless it was merged.
    pub merged_into: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Object {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let about = &self.particulars;
        let mut types: Vec<&str> =
            self.licences.values().map(|licence| licence.type_code.as_str()).collect();
        types.sort_unstable();
        types.dedup();
        ActiveModel {
            id: Set(id.to_owned()),
            code: Set(self.code.clone()),
            name: Set(about.name.clone()),
            name_key: Set(likeness(&about.name)),
            address_key: Set(about.address.as_deref().map(likeness).unwrap_or_default()),
            account: Set(self.account.clone().unwrap_or_default()),
            kind: Set(code_of(&about.kind)),
            region: Set(about.region.to_string()),
            industry: Set(about.industry.clone().unwrap_or_default()),
            grade: Set(self.grade.map(CreditClass::letter).unwrap_or_default().to_owned()),
            licence_types: Set(words(types)),
            suspected: Set(!self.suspected.is_empty()),
            drawable: Set(self.drawable()),
            licence_ends: Set(self.next_expiry()),
            merged_into: Set(self.merged_into.clone().unwrap_or_default()),
        }
    }
}

/// Which objects a caller may list; there is no way to build one that reaches further.
pub struct Scope {
    from: String,
    to: String,
}

impl Scope {
    /// Objects within an officer's or system's region, or a part of it.
    ///
    /// # Errors
    /// When the caller has no region, or the part lies outside it.
    pub fn of(caller: &Principal, part: Option<&RegionCode>) -> Result<Self, Fault> {
        let own = caller.region.as_ref();
        let own = own.ok_or_else(|| Fault::forbidden("not_your_region", "您的账号没有管辖区域"))?;
        let region = part.unwrap_or(own);
        if !own.contains(region) {
            return Err(Fault::forbidden("not_your_region", "只能查看本区域的检查对象"));
        }
        let (from, to) = region.range();
        Ok(Self { from: from.to_owned(), to })
    }
}

impl Scope {
    /// The scope from a cursor on. One lower bound, or SQLite might begin at the other and read all between.
    fn after(self, cursor: Option<(String, &str)>) -> Select<Entity> {
        let query = Entity::find().filter(Column::Region.lt(self.to));
        match cursor {
            // A cursor does not lead out of the scope.
            Some((region, id)) if region >= self.from => {
                query.filter(beyond(Column::Region, Column::Id, (region, id)))
            }
            _ => query.filter(Column::Region.gte(self.from)),
        }
    }
}

/// What objects are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// Name, however it is set.
    pub name: Option<&'a str>,
    /// Code.
    pub code: Option<&'a str>,
    /// Kind.
    pub kind: Option<ObjectKind>,
    /// Industry, exactly.
    pub industry: Option<&'a str>,
    /// Class.
    pub grade: Option<CreditClass>,
    /// Only those that may be the same as another.
    pub suspected: bool,
    /// Only those that cannot be drawn any more, instead of all others.
    pub gone: bool,
}

/// Objects by region and identifier.
pub async fn search(
    db: &Db,
    scope: Scope,
    search: &Search<'_>,
    default_grade: CreditClass,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = scope.after(cursor::<String>(page)?);
    query = query.filter(Column::Drawable.eq(!search.gone));
    if let Some(name) = search.name {
        query = query.filter(Column::NameKey.eq(likeness(name)));
    }
    if let Some(code) = search.code {
        query = query.filter(Column::Code.eq(code));
    }
    if let Some(kind) = &search.kind {
        query = query.filter(Column::Kind.eq(code_of(kind)));
    }
    if let Some(industry) = search.industry {
        query = query.filter(Column::Industry.eq(industry));
    }
    query = match search.grade {
        None => query,
        // Most are of the default class: said by what it is not, no index is used that would lose the order.
        Some(grade) if grade == default_grade => {
            let others = CreditClass::ALL.into_iter().filter(|other| *other != grade);
            query.filter(Column::Grade.is_not_in(others.map(CreditClass::letter)))
        }
        Some(grade) => query.filter(Column::Grade.eq(grade.letter())),
    };
    if search.suspected {
        query = query.filter(Column::Suspected.eq(true));
    }
    let rows = query
        .order_by_asc(Column::Region)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.region, row.id)))
}

/// Those of these codes that are known.
pub async fn of_codes(
    connection: &impl ConnectionTrait,
    codes: &[&str],
) -> Result<Vec<Model>, Fault> {
    tongban_db::keyed::<Entity>(connection, Column::Code, codes.iter().copied()).await
}

/// Those of these identifiers that are known.
pub async fn of_ids(connection: &impl ConnectionTrait, ids: &[&str]) -> Result<Vec<Model>, Fault> {
    tongban_db::keyed::<Entity>(connection, Column::Id, ids.iter().copied()).await
}

/// Some of those that hold a licence whose last day was before `today`, the longest over first.
pub async fn expired(db: &Db, today: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::LicenceEnds.lt(today))
        .order_by_asc(Column::LicenceEnds)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// Objects of these names or accounts, which may be the same as others; at most so many that no name of
/// many can hold anybody up.
pub async fn alike(
    connection: &impl ConnectionTrait,
    names: &[&str],
    accounts: &[&str],
) -> Result<Vec<Model>, Fault> {
    let drawable = Entity::find().filter(Column::Drawable.eq(true));
    let most = 20 * u64::try_from(names.len() + accounts.len()).unwrap_or(1);
    let mut found = drawable
        .clone()
        .filter(Column::NameKey.is_in(names.iter().copied()))
        .limit(most)
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    if !accounts.is_empty() {
        let further = drawable
            .filter(Column::Account.is_in(accounts.iter().copied()))
            .limit(most)
            .all(connection)
            .await
            .map_err(tongban_db::to_fault)?;
        found.extend(further);
    }
    Ok(found)
}
