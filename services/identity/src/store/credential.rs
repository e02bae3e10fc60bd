//! `credential`: what people and systems sign in with. Never in an event.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use tongban_db::Db;
use tongban_kernel::Fault;

/// One login and the hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    /// Login name or client identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub login: String,
    /// [`Kind`] as text.
    pub kind: String,
    pub account: String,
    /// Argon2id, as a PHC string.
    pub hash: String,
    /// In microseconds since 1970.
    pub changed_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person's password.
    Password,
    /// A system's client secret.
    ClientSecret,
}

impl Kind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::ClientSecret => "client_secret",
        }
    }
}

/// The credential of a login of any kind: names of people and systems never meet.
pub async fn find(db: &Db, login: &str) -> Result<Option<Model>, Fault> {
    Entity::find_by_id(login.to_owned()).one(db.read()).await.map_err(tongban_db::to_fault)
}

/// The credential of an account.
pub async fn of_account(db: &Db, account: &str) -> Result<Option<Model>, Fault> {
    let query = Entity::find().filter(Column::Account.eq(account));
    query.one(db.read()).await.map_err(tongban_db::to_fault)
}

/// Logins by account.
pub async fn logins(
    db: &Db,
    accounts: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, String>, Fault> {
    let query = Entity::find().filter(Column::Account.is_in(accounts));
    let found = query.all(db.read()).await.map_err(tongban_db::to_fault)?;
    Ok(found.into_iter().map(|row| (row.account, row.login)).collect())
}

/// Puts another hash in the place of `old`; says whether it was still there.
pub async fn replace(
    connection: &impl ConnectionTrait,
    old: &Model,
    hash: String,
    at: i64,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::Hash, hash.into())
        .col_expr(Column::ChangedAt, at.into())
        .filter(Column::Login.eq(&old.login))
        .filter(Column::Hash.eq(&old.hash))
        .exec(connection)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Sets the hash of a sample account anew, if the login is still that account's.
pub async fn reset(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Hash, row.hash.into())
        .col_expr(Column::ChangedAt, row.changed_at.into())
        .filter(Column::Login.eq(row.login))
        .filter(Column::Account.eq(row.account))
        .exec(connection)
        .await
        .map(drop)
}
