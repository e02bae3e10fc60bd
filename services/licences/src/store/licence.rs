//! `licence`: query columns of the library.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait as _, QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, FaultKind, Principal, PrincipalKind, RegionCode, Role};
use tongban_ledger::Stored;
use tongban_runtime::Host;

use crate::domain::licence::Record;

/// One licence.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "licence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub identifier: String,
    pub type_name: String,
    pub holder_account: String,
    pub holder_name: String,
    pub issuer: String,
    pub issuer_name: String,
    pub region: String,
    pub valid_from: Date,
    pub valid_until: Option<Date>,
    pub revoked: bool,
    /// Microseconds since 1970.
    pub issued_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Record {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let licence = &self.licence;
        ActiveModel {
            id: Set(id.to_owned()),
            identifier: Set(licence.identifier.clone()),
            type_name: Set(licence.licence_type.name.clone()),
            holder_account: Set(licence.holder_account.clone()),
            holder_name: Set(licence.holder_name.clone()),
            issuer: Set(licence.issuer.clone()),
            issuer_name: Set(licence.issuer_name.clone()),
            region: Set(licence.region.to_string()),
            valid_from: Set(licence.valid_from),
            valid_until: Set(licence.valid_until),
            revoked: Set(self.revocation.is_some()),
            issued_at: Set(self.issued_at.timestamp_micros()),
        }
    }
}

/// Whose licences a caller sees; no list is read without one.
#[derive(Debug)]
pub enum Scope<'a> {
    /// A holder's own.
    Holder(&'a str),
    /// Those an officer's body issued in its region.
    Issuer(&'a str, &'a RegionCode),
    /// All of a supervisor's region.
    Region(&'a RegionCode),
}

impl<'a> Scope<'a> {
    /// The scope of `actor`.
    ///
    /// # Errors
    /// A refusal for officers without the role, body or region it takes.
    pub fn of(actor: &'a Principal) -> Result<Self, Fault> {
        if matches!(actor.kind, PrincipalKind::Citizen | PrincipalKind::Organisation) {
            return Ok(Self::Holder(&actor.account));
        }
        match (&actor.body, &actor.region) {
            (_, Some(region)) if actor.roles.contains(&Role::Supervisor) => {
                Ok(Self::Region(region))
            }
            (Some(body), Some(region)) if actor.roles.contains(&Role::LicenceOfficer) => {
                Ok(Self::Issuer(body, region))
            }
            _ => Err(Fault::forbidden("wrong_role", "您的岗位无权查看证照列表")),
        }
    }
}

/// The licences in `scope`, newest first.
pub async fn list(db: &Db, scope: &Scope<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let below = |region: &RegionCode| Column::Region.starts_with(region.prefix());
    let mut query = match scope {
        Scope::Holder(account) => Entity::find().filter(Column::HolderAccount.eq(*account)),
        Scope::Issuer(body, region) => {
            Entity::find().filter(Column::Issuer.eq(*body)).filter(below(region))
        }
        Scope::Region(region) => Entity::find().filter(below(region)),
    };
    if let Some(after) = &page.after {
        let (at, id) = cursor(after)?;
        query = query
            .filter(Column::IssuedAt.lt(at).or(Column::IssuedAt.eq(at).and(Column::Id.gt(id))));
    }
    let rows = query
        .order_by_desc(Column::IssuedAt)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.issued_at, row.id)))
}

fn cursor(after: &str) -> Result<(i64, &str), Fault> {
    let parts = after.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id)));
    parts.ok_or_else(|| {
        Fault::new(FaultKind::Malformed, "bad_cursor", "翻页游标有误，请从第一页重新查询")
    })
}

/// Which of these cases have a licence.
pub async fn existing(
    connection: &impl ConnectionTrait,
    ids: impl Iterator<Item = &str>,
) -> Result<HashSet<String>, Fault> {
    let found = tongban_db::keyed::<Entity>(connection, Column::Id, ids).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// The ledger's identifier of the licence `identifier`.
pub async fn id_of(db: &Db, identifier: &str) -> Result<Option<String>, Fault> {
    let found = Entity::find().filter(Column::Identifier.eq(identifier)).one(db.read()).await;
    Ok(found.map_err(tongban_db::to_fault)?.map(|row| row.id))
}

/// The licence `identifier` as it stands, with the ledger's identifier.
pub async fn by_identifier(
    host: &Host,
    identifier: &str,
) -> Result<Option<(String, Record)>, Fault> {
    let Some(id) = id_of(host.db(), identifier).await? else { return Ok(None) };
    let loaded = host.ledger.load::<Record>(&id).await?;
    Ok(loaded.map(|loaded| (id, loaded.state)))
}
