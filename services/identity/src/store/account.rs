//! `account`: query columns of accounts.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_contracts::identity::{DocumentKind, IdentityDocument};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode};
use tongban_ledger::Stored;

use crate::domain::account::{AccountState, is_person};

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub name: String,
    pub body: Option<String>,
    pub region: Option<String>,
    /// JSON array.
    pub roles: String,
    /// Kind and number of a citizen's or organisation's document.
    pub document: Option<String>,
    pub disabled: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for AccountState {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let account = &self.account;
        let kind = serde_json::to_value(account.kind).ok();
        let document = account.document.as_ref().filter(|_| is_person(account.kind));
        ActiveModel {
            id: Set(id.to_owned()),
            kind: Set(kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default().to_owned()),
            name: Set(account.name.clone()),
            body: Set(account.body.clone()),
            region: Set(account.region.as_ref().map(RegionCode::to_string)),
            roles: Set(serde_json::to_string(&account.roles).unwrap_or_default()),
            document: Set(document.map(key)),
            disabled: Set(self.disabled.is_some()),
        }
    }
}

/// What makes two documents the same.
fn key(document: &IdentityDocument) -> String {
    let kind = match document.kind {
        DocumentKind::CitizenId => "citizen_id",
        DocumentKind::Uscc => "uscc",
    };
    format!("{kind}:{}", document.number)
}

/// Whether somebody has an account under this document.
pub async fn has_account(db: &Db, document: &IdentityDocument) -> Result<bool, Fault> {
    let found = Entity::find()
        .filter(Column::Document.eq(key(document)))
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(found.is_some())
}

/// The staff within somebody's reach: lists of accounts start here and nowhere else.
#[derive(Debug)]
pub struct StaffWithin(Select<Entity>);

impl StaffWithin {
    /// Staff of the principal's own region and below.
    ///
    /// # Errors
    /// Forbidden for a principal without a region.
    pub fn reach_of(principal: &Principal) -> Result<Self, Fault> {
        let region = principal.region.as_ref();
        let region = region.ok_or_else(|| Fault::forbidden("no_region", "您的账号没有管辖区域"))?;
        Ok(Self(Entity::find().filter(Column::Region.starts_with(region.prefix()))))
    }

    /// Only those of one body.
    #[must_use]
    pub fn of_body(self, body: Option<&str>) -> Self {
        match body {
            Some(body) => Self(self.0.filter(Column::Body.eq(body))),
            None => self,
        }
    }

    /// One page, by identifier.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn page(self, db: &Db, page: &PageQuery) -> Result<Page<Model>, Fault> {
        let mut query = self.0;
        if let Some(after) = page.after.as_deref() {
            query = query.filter(Column::Id.gt(after));
        }
        let rows = query
            .order_by_asc(Column::Id)
            .limit(page.limit() + 1)
            .all(db.read())
            .await
            .map_err(tongban_db::to_fault)?;
        Ok(Page::cut(rows, page.limit(), |row| row.id.clone()))
    }
}
