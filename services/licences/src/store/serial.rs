//! `licence_serial`: how many licences of a type an issuer has issued in a year.

use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseTransaction, Statement};
use tongban_kernel::Fault;

/// One count and, until the transaction ends, a lock on it: so numbers have no gaps and no doubles.
const NEXT: &str = "INSERT INTO licence_serial (issuer, type_code, year, last) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (issuer, type_code, year) DO UPDATE SET last = licence_serial.last + excluded.last \
     RETURNING last";

/// Draws `count` numbers of `issuer` and `type_code` in `year`, from 1, and gives the last of them; all are given back
/// when `transaction` fails.
pub async fn next(
    transaction: &DatabaseTransaction,
    issuer: &str,
    type_code: &str,
    year: i32,
    count: i64,
) -> Result<i64, Fault> {
    let statement = Statement::from_sql_and_values(
        transaction.get_database_backend(),
        NEXT,
        [issuer.into(), type_code.into(), year.into(), count.into()],
    );
    let row = transaction.query_one_raw(statement).await.map_err(tongban_db::to_fault)?;
    let row = row.ok_or_else(|| Fault::internal("a serial was counted but not given"))?;
    row.try_get("", "last").map_err(tongban_db::to_fault)
}
