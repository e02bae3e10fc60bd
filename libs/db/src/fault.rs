//! What a database error means to those above.

use std::borrow::Cow;

use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};
use tongban_kernel::Fault;

/// Whether the database itself is away, overloaded or without room, or gave the transaction up for another's
/// sake, so that the same request may succeed later.
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
                    || no_room(&code)
            })
        }
        _ => false,
    }
}

/// Whether a code of the database says that the disk takes no more.
fn no_room(code: &str) -> bool {
    // SQLSTATE 53100 disk full. SQLite: 13 full; 778 a write that a quota refuses is an I/O error to it;
    // 4874 no room for the file that readers and writers share.
    matches!(code, "53100" | "13" | "778" | "4874")
}

/// Whether the disk takes no more: nothing can be written until somebody has made room, reads go on.
pub fn is_full(error: &DbErr) -> bool {
    code(error).is_some_and(|code| no_room(&code))
}

/// Whether the database gave the transaction up for a concurrent one's sake: tried again at once, it may
/// well succeed.
pub fn is_collision(error: &DbErr) -> bool {
    // SQLSTATE: serialization failure, deadlock.
    code(error).is_some_and(|code| matches!(code.as_ref(), "40001" | "40P01"))
}

/// The database's own code of an error.
pub(crate) fn code(error: &DbErr) -> Option<Cow<'_, str>> {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    let SqlxError::Database(error) = &**error else { return None };
    error.code()
}

/// Whether others kept a lock for longer than was waited.
pub fn is_locked(error: &DbErr) -> bool {
    // SQLSTATE: lock not available, deadlock. SQLite: busy, locked.
    let codes = ["55P03", "40P01", "5", "6", "261", "517"];
    code(error).is_some_and(|code| codes.contains(&code.as_ref()))
}

/// Whether a row with the same unique key is already there.
pub fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// The fault to answer with: no room on the disk, away for now, or our own mistake.
pub fn to_fault(error: DbErr) -> Fault {
    if is_full(&error) {
        metrics::counter!("storage_full_total").increment(1);
        Fault::storage_full(error)
    } else if is_away(&error) {
        Fault::unavailable(error)
    } else {
        Fault::internal(error)
    }
}
