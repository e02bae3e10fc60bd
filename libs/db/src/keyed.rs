//! Rows looked up by a key.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, EntityTrait, IdenStatic as _, Statement};
use tongban_kernel::Fault;

use crate::{Dialect, dialect, json_rows, to_fault};

/// The rows of `E` in which the text column `key`, which has an index of its own, is one of `values`; each once, in no
/// order.
///
/// PostgreSQL is told to look for one after the other. Of a list it keeps the plan it made while the table was small,
/// which is to read all of it, until it next analyses the table: for a table that grows by thousands a minute that is
/// too late.
///
/// # Errors
/// When the database is away.
pub async fn keyed<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    key: E::Column,
    values: impl IntoIterator<Item = &str>,
) -> Result<Vec<E::Model>, Fault> {
    // Of two equal ones the row would come twice.
    let values: BTreeSet<&str> = values.into_iter().collect();
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let (entity, key) = (E::default(), key.as_str());
    let table = entity.table_name();
    let sql = match dialect(connection) {
        Dialect::Sqlite => format!(
            r#"SELECT "{table}".* FROM json_each($1) AS wanted CROSS JOIN "{table}" WHERE "{table}"."{key}" = wanted.value"#
        ),
        Dialect::Postgres => format!(
            r#"SELECT found.* FROM jsonb_array_elements_text($1::jsonb) AS wanted (value) CROSS JOIN LATERAL
               (SELECT * FROM "{table}" WHERE "{key}" = wanted.value) AS found"#
        ),
    };
    let values = [json_rows(values)?.into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    E::find().from_raw_sql(statement).all(connection).await.map_err(to_fault)
}
