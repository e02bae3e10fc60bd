//! How the libraries, plans, tasks, visits, publications and registers of credit are found.

pub mod breach;
pub mod credit;
pub mod holder;
pub mod inspection;
pub mod inspector;
pub mod licence;
pub mod matter;
pub mod object;
pub mod plan;
pub mod pool;
pub mod publication;
pub mod task;
pub mod visit;

use std::str::FromStr;

use sea_orm::sea_query::{Expr, Value};
use sea_orm::{ColumnTrait, ExprTrait as _};
use tongban_kernel::page::PageQuery;
use tongban_kernel::{Fault, FaultKind};

/// Where the page before ended: its last key and identifier.
///
/// # Errors
/// `bad_cursor` for a cursor that no page of ours gave.
pub fn cursor<K: FromStr>(page: &PageQuery) -> Result<Option<(K, &str)>, Fault> {
    let Some(after) = page.after.as_deref() else { return Ok(None) };
    let parts = after.split_once('~').and_then(|(key, id)| Some((key.parse().ok()?, id)));
    parts.map(Some).ok_or_else(|| {
        Fault::new(FaultKind::Malformed, "bad_cursor", "翻页游标有误，请从第一页重新查询")
    })
}

/// What comes after a key and identifier in their order: compared as one, so that an index leads there at once.
pub fn beyond<C: ColumnTrait>(key: C, id: C, after: (impl Into<Value>, &str)) -> Expr {
    let columns = Expr::tuple([key.into_expr(), id.into_expr()]);
    columns.gt(Expr::tuple([Expr::value(after.0), Expr::value(after.1)]))
}

/// What comes before a key and identifier in their order.
pub fn before<C: ColumnTrait>(key: C, id: C, after: (impl Into<Value>, &str)) -> Expr {
    let columns = Expr::tuple([key.into_expr(), id.into_expr()]);
    columns.lt(Expr::tuple([Expr::value(after.0), Expr::value(after.1)]))
}

/// Codes in one text, a blank on either side of each.
pub fn words<'a>(codes: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for code in codes {
        if text.is_empty() {
            text.push(' ');
        }
        text.push_str(code);
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_between_blanks() {
        assert_eq!(words([]), "");
        assert_eq!(words(["a", "b"]), " a b ");
    }
}
