//! `known_holder`: who can apply, as identity's events tell.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, DbErr, Iterable};
use tongban_contracts::identity::{Account, IdentityDocument};
use tongban_contracts::intake::Applicant;
use tongban_db::{Combiner, Db, among, answer_each};
use tongban_kernel::Fault;

use super::READING;

/// One account with an identity document.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_holder")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// Kind of principal, as in JSON.
    pub kind: String,
    pub name: String,
    /// Identity document, as JSON.
    pub document: String,
    pub disabled: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes an account.
pub async fn note(
    transaction: &DatabaseTransaction,
    id: &str,
    account: &Account,
    document: &IdentityDocument,
) -> Result<(), Fault> {
    let row = ActiveModel {
        account: Set(id.to_owned()),
        kind: Set(serde_json::to_string(&account.kind).map_err(Fault::internal)?),
        name: Set(account.name.clone()),
        document: Set(serde_json::to_string(document).map_err(Fault::internal)?),
        disabled: Set(false),
    };
    let columns = Column::iter().filter(|column| !matches!(column, Column::Account));
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Account).update_columns(columns).to_owned())
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Marks an account as disabled.
pub async fn disable(transaction: &DatabaseTransaction, id: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Disabled, true.into())
        .filter(Column::Account.eq(id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Finds applicants, those of concurrent requests together.
pub struct Holders(Combiner<String, Option<Model>>);

impl Holders {
    /// Applicants known in `db`.
    pub fn new(db: Db) -> Self {
        let find_all = move |accounts: Vec<String>| {
            let db = db.clone();
            async move { find_all(&db, accounts).await }
        };
        Self(Combiner::new(READING, find_all))
    }

    /// The applicant behind an account.
    ///
    /// # Errors
    /// Unavailable while identity's event is still on its way; forbidden for a disabled account.
    pub async fn applicant(&self, account: &str) -> Result<Applicant, Fault> {
        let found = self
            .0
            .call(account.to_owned())
            .await?
            .ok_or_else(|| Fault::unavailable(format!("account {account} is not known yet")))?;
        if found.disabled {
            return Err(Fault::forbidden("account_disabled", "该账号已停用，不能提交申请"));
        }
        Ok(Applicant {
            account: found.account,
            kind: serde_json::from_str(&found.kind).map_err(Fault::internal)?,
            name: found.name,
            document: serde_json::from_str(&found.document).map_err(Fault::internal)?,
        })
    }
}

async fn find_all(db: &Db, accounts: Vec<String>) -> Vec<Result<Option<Model>, Fault>> {
    let found = Entity::find().filter(among(Column::Account, &accounts)).all(db.read()).await;
    answer_each(found, accounts.len(), |rows| {
        let rows: HashMap<String, Model> =
            rows.into_iter().map(|row| (row.account.clone(), row)).collect();
        accounts.iter().map(|account| rows.get(account).cloned()).collect()
    })
}
