//! How lists go on: by their keys, compared as one, so that an index leads to a page's first row at once.

use std::str::FromStr;

use sea_orm::sea_query::{Expr, Value};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait as _, Order, QueryFilter as _, QueryOrder as _, Select,
};
use tongban_kernel::page::PageQuery;
use tongban_kernel::{Fault, FaultKind, RegionCode};

/// Where the page before ended: its last key and identifier.
///
/// # Errors
/// `bad_query` for a cursor that no page of ours gave.
pub fn cursor<K: FromStr>(page: &PageQuery) -> Result<Option<(K, &str)>, Fault> {
    let Some(after) = page.after.as_deref() else { return Ok(None) };
    let parts = after.rsplit_once('~').and_then(|(key, id)| Some((key.parse().ok()?, id)));
    parts.map(Some).ok_or_else(bad_cursor)
}

/// A cursor that no page of ours gave.
fn bad_cursor() -> Fault {
    Fault::new(FaultKind::Malformed, "bad_query", "查询参数有误")
        .with_detail("after 应为上一页的 next")
}

/// Rows after those of the page before, the greatest key first.
///
/// # Errors
/// `bad_query` for a cursor that no page of ours gave.
pub fn falling<E: EntityTrait, K: FromStr + Into<Value>>(
    query: Select<E>,
    key: E::Column,
    id: E::Column,
    page: &PageQuery,
) -> Result<Select<E>, Fault> {
    let query = match cursor::<K>(page)? {
        Some((last, last_id)) => {
            query.filter(both(key, id).lt(values([last.into(), last_id.into()])))
        }
        None => query,
    };
    Ok(query.order_by_desc(key).order_by_desc(id))
}

/// Rows after those of the page before, the least key first.
///
/// # Errors
/// `bad_query` for a cursor that no page of ours gave.
pub fn rising<E: EntityTrait, K: FromStr + Into<Value>>(
    query: Select<E>,
    key: E::Column,
    id: E::Column,
    page: &PageQuery,
) -> Result<Select<E>, Fault> {
    let query = match cursor::<K>(page)? {
        Some((last, last_id)) => {
            query.filter(both(key, id).gt(values([last.into(), last_id.into()])))
        }
        None => query,
    };
    Ok(query.order_by_asc(key).order_by_asc(id))
}

/// Rows of a region and everything below: region by region, in each the newest first. No index could give those of
/// many regions by their moments alone. `columns` are region, moment and identifier; a cursor joins their values.
///
/// # Errors
/// `bad_query` for a cursor that no page of ours gave.
pub fn by_region<E: EntityTrait>(
    query: Select<E>,
    columns: [E::Column; 3],
    region: &RegionCode,
    page: &PageQuery,
) -> Result<Select<E>, Fault> {
    let (from, to) = region.range();
    // What ends above a region begins the next; one bound, or SQLite might begin at the other and read all between.
    let mut below = (to.as_str(), i64::MIN, "");
    if let Some(after) = page.after.as_deref() {
        let parts: Vec<&str> = after.splitn(3, '~').collect();
        let [last, at, id] = parts.as_slice() else { return Err(bad_cursor()) };
        let at: i64 = at.parse().map_err(|_| bad_cursor())?;
        below = below.min((last, at, id));
    }
    // The bound names the whole key: with the region alone SQLite may take an index of another first column for it.
    let place = Expr::tuple(columns.map(|column| column.into_expr()));
    let below = values([below.0.into(), below.1.into(), below.2.into()]);
    let query = query.filter(columns[0].gte(from)).filter(place.lt(below));
    Ok(columns.into_iter().fold(query, |query, column| query.order_by(column, Order::Desc)))
}

/// Rows of a region and everything below.
pub fn within<C: ColumnTrait>(column: C, region: &RegionCode) -> Expr {
    let (from, to) = region.range();
    column.gte(from).and(column.lt(to))
}

fn both<C: ColumnTrait>(key: C, id: C) -> Expr {
    Expr::tuple([key.into_expr(), id.into_expr()])
}

fn values<const N: usize>(values: [Value; N]) -> Expr {
    Expr::tuple(values.map(Expr::value))
}
