//! Rows of any table, many in one statement.

use sea_orm::sea_query::{Alias, OnConflict, Query, SimpleExpr, Value};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DbErr, EntityTrait, ExecResult, IdenStatic,
    Iterable, PrimaryKeyToColumn, QueryResult,
};

/// Most rows in one statement.
const MOST: usize = 32;

/// A row to write, of whichever table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(super) table: &'static str,
    pub(super) columns: Vec<&'static str>,
    pub(super) keys: Vec<&'static str>,
    pub(super) values: Vec<Value>,
}

impl Row {
    /// The row of `model`; columns it leaves unset are the database's to fill.
    pub(crate) fn of<M: ActiveModelTrait>(model: M) -> Self {
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for column in <M::Entity as EntityTrait>::Column::iter() {
            if let ActiveValue::Set(value) | ActiveValue::Unchanged(value) = model.get(column) {
                columns.push(column.as_str());
                values.push(value);
            }
        }
        let keys = <M::Entity as EntityTrait>::PrimaryKey::iter();
        let keys = keys.map(|key| key.into_column().as_str()).collect();
        Self { table: M::Entity::default().as_str(), columns, keys, values }
    }

    /// On the same key: the new values in place of the old ones.
    pub(super) fn replacing(&self) -> OnConflict {
        let others = self.columns.iter().filter(|column| !self.keys.contains(column));
        self.conflict().update_columns(others.copied().map(Alias::new)).to_owned()
    }

    /// On the same key.
    pub(super) fn conflict(&self) -> OnConflict {
        OnConflict::columns(self.keys.iter().copied().map(Alias::new))
    }
}

/// Writes `rows`, all of one table.
pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    rows: &[&Row],
    conflict: Option<&OnConflict>,
) -> Result<(), DbErr> {
    for chunk in chunks(rows) {
        let _: ExecResult = connection.execute(&statement(chunk, conflict)).await?;
    }
    Ok(())
}

/// Writes `rows`, all of one table, in place of those with the same keys.
pub(crate) async fn replace(connection: &impl ConnectionTrait, rows: &[Row]) -> Result<(), DbErr> {
    let rows: Vec<&Row> = rows.iter().collect();
    let replacing = rows.first().map(|row| row.replacing());
    insert(connection, &rows, replacing.as_ref()).await
}

/// Writes `rows`, all of one table, and reads the keys of those that were written.
pub(super) async fn insert_returning(
    connection: &impl ConnectionTrait,
    rows: &[&Row],
    conflict: &OnConflict,
) -> Result<Vec<QueryResult>, DbErr> {
    let mut written = Vec::with_capacity(rows.len());
    for chunk in chunks(rows) {
        let mut statement = statement(chunk, Some(conflict));
        let keys = chunk.first().map(|row| row.keys.clone()).unwrap_or_default();
        statement.returning(Query::returning().columns(keys.into_iter().map(Alias::new)));
        written.extend(connection.query_all(&statement).await?);
    }
    Ok(written)
}

fn statement(rows: &[&Row], conflict: Option<&OnConflict>) -> sea_orm::sea_query::InsertStatement {
    let mut statement = Query::insert();
    if let Some(first) = rows.first() {
        statement
            .into_table(Alias::new(first.table))
            .columns(first.columns.iter().copied().map(Alias::new));
    }
    for row in rows {
        statement.values_panic(row.values.iter().cloned().map(SimpleExpr::from));
    }
    if let Some(conflict) = conflict {
        statement.on_conflict(conflict.clone());
    }
    statement
}

/// Cuts rows into pieces whose sizes are powers of two: the texts of the statements are then few, and the
/// database has them prepared.
fn chunks<'a, 'r>(mut rows: &'a [&'r Row]) -> impl Iterator<Item = &'a [&'r Row]> {
    std::iter::from_fn(move || {
        let size = rows.len().checked_ilog2().map(|power| (1usize << power).min(MOST))?;
        let (piece, rest) = rows.split_at(size);
        rows = rest;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_powers_of_two_and_lose_nothing() {
        let row = Row { table: "t", columns: vec!["a"], keys: vec!["a"], values: vec![1.into()] };
        for count in 0..100 {
            let rows = vec![&row; count];
            let sizes: Vec<usize> = chunks(&rows).map(<[_]>::len).collect();
            assert_eq!(sizes.iter().sum::<usize>(), count);
            assert!(sizes.iter().all(|size| size.is_power_of_two() && *size <= MOST), "{sizes:?}");
        }
    }
}
