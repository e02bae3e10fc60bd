//! What a database error means to those above.

use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};
use tongban_kernel::Fault;

/// Whether the database itself is away or overloaded, or gave the transaction up for another's sake, so
/// that the same request may succeed later.
pub fn is_away(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => is_away_in_sqlx(error),
        DbErr::Conn(_) => true,
        _ => false,
    }
}

fn is_away_in_sqlx(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => true,
        SqlxError::Database(error) => {
            // Classes of SQLSTATE: 08 connection, 53 resources, 57P operator intervention;
            // 25006 a standby that takes no writes; 40001 and 40P01 given up for a concurrent
            // transaction. SQLite: 5 busy, 6 locked.
            error.code().is_some_and(|code| {
                ["08", "53", "57P", "25006", "40001", "40P01"]
                    .iter()
                    .any(|class| code.starts_with(class))
                    || matches!(code.as_ref(), "5" | "6" | "261" | "517")
            })
        }
        _ => false,
    }
}

/// Whether the database gave the transaction up for a concurrent one's sake: tried again at once, it may
/// well succeed.
pub fn is_collision(error: &DbErr) -> bool {
    // SQLSTATE: serialization failure, deadlock.
    sqlstate(error).is_some_and(|code| matches!(code.as_str(), "40001" | "40P01"))
}

/// The code the database gave its error.
pub(crate) fn sqlstate(error: &DbErr) -> Option<String> {
    let error = match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        _ => return None,
    };
    let SqlxError::Database(error) = &**error else { return None };
    error.code().map(std::borrow::Cow::into_owned)
}

/// Whether others kept a lock for longer than was waited.
pub fn is_locked(error: &DbErr) -> bool {
    let error = match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        _ => return false,
    };
    let SqlxError::Database(error) = &**error else { return false };
    // SQLSTATE: lock not available, deadlock. SQLite: busy, locked.
    let codes = ["55P03", "40P01", "5", "6", "261", "517"];
    error.code().is_some_and(|code| codes.contains(&code.as_ref()))
}

/// Whether a row with the same unique key is already there.
pub fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// The fault to answer with: away for now, or our own mistake.
pub fn to_fault(error: DbErr) -> Fault {
    if is_away(&error) { Fault::unavailable(error) } else { Fault::internal(error) }
}
