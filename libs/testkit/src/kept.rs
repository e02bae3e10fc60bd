//! Ledgers that earlier versions wrote, as `scripts/keep-ledger` keeps them.

use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait;
use tongban_db::{Db, Storage};

use crate::backend::root;

/// All of them, oldest first: each a directory with an SQL file for each service.
pub fn ledgers() -> Vec<PathBuf> {
    let folder = root().join("libs/ledger/tests/fixtures");
    let entries = std::fs::read_dir(&folder).expect("ledgers are kept");
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.sort();
    assert!(all.len() > 1, "{} lacks what earlier versions wrote", folder.display());
    all
}

/// The services whose ledgers are in `kept`.
pub fn services(kept: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(kept).expect("a kept ledger");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let ledgers = files.filter(|file| file.extension().is_some_and(|kind| kind == "sql"));
    let name = |file: PathBuf| file.file_stem().map(|name| name.to_string_lossy().into_owned());
    ledgers.filter_map(name).collect()
}

/// Makes a data directory of what was kept, as the version that wrote it left it.
pub async fn restore(kept: &Path, data_dir: &Path) {
    for service in services(kept) {
        let storage = Storage::Sqlite { dir: data_dir.to_owned() };
        let db = Db::open(&storage, &service).await.expect("a database");
        let text = std::fs::read_to_string(kept.join(format!("{service}.sql"))).expect("SQL");
        db.write().execute_unprepared(&text).await.expect("the kept ledger is whole");
        db.close().await.expect("the database closes");
    }
    let key = data_dir.join("master.key");
    std::fs::copy(kept.join("master.key"), &key).expect("a master key");
    set_private(&key);
}

#[cfg(unix)]
fn set_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(file, private).expect("the key can be made private");
}

#[cfg(not(unix))]
fn set_private(_: &Path) {}
