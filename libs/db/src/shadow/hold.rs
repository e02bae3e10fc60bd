//! What keeps a second shadow of the same service away.

use std::fs::File;
use std::path::Path;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement, TransactionOptions,
};
use tongban_kernel::Fault;

use crate::{begin_surely, to_fault};

/// Falls free by itself when its process ends.
pub(super) enum Hold {
    /// A locked file.
    File(#[expect(dead_code, reason = "it is locked as long as it is open")] File),
    /// A lock of a transaction that stays open.
    Session(DatabaseTransaction),
}

impl Hold {
    pub(super) fn of_file(path: &Path) -> Result<Self, Fault> {
        let wrong = |error| Fault::internal(format!("{}: {error}", path.display()));
        let file = File::create(path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => Ok(Self::File(file)),
            Err(_) => Err(under_way()),
        }
    }

    pub(super) async fn of_session(
        connection: DatabaseConnection,
        schema: &str,
    ) -> Result<Self, Fault> {
        let transaction =
            begin_surely(connection, TransactionOptions::default()).await.map_err(to_fault)?;
        let statement = Statement::from_sql_and_values(
            transaction.get_database_backend(),
            "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held",
            [format!("tongban-rebuild-{schema}").into()],
        );
        let row = transaction.query_one_raw(statement).await.map_err(to_fault)?;
        let held = row.map_or(Ok(false), |row| row.try_get("", "held")).map_err(to_fault)?;
        if held { Ok(Self::Session(transaction)) } else { Err(under_way()) }
    }

    /// Fails when the lock may be another's by now.
    pub(super) async fn check(&self) -> Result<(), Fault> {
        match self {
            Self::File(_) => Ok(()),
            Self::Session(session) => {
                session.execute_unprepared("SELECT 1").await.map(|_| ()).map_err(to_fault)
            }
        }
    }

    pub(super) async fn end(self) {
        if let Self::Session(session) = self
            && let Err(error) = session.rollback().await
        {
            tracing::warn!(%error, "the server will notice that the rebuild has ended");
        }
    }
}

fn under_way() -> Fault {
    Fault::conflict("rebuild_under_way", "该服务的读模型正在重建，请待其结束")
}
