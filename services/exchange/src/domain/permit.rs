//! Whether a call lies within a grant (授权校验): a pure function that every read of shared data goes through.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tongban_contracts::exchange::{GrantedItem, Purpose};
use tongban_kernel::{Fault, civil_date};
use utoipa::ToSchema;
use uuid::Uuid;

use super::grant::{Grant, Standing};
use super::resource::Resource;

/// A call, as its caller tells of it and as the platform has counted.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// Credit code of the body that calls, as its token says.
    pub body: &'a str,
    /// What for.
    pub purpose: Purpose,
    /// Number of the case and its matter, where there is one.
    pub case: Option<(&'a str, Uuid)>,
    /// Keys of the items it wants.
    pub items: &'a [String],
    /// When.
    pub at: DateTime<Utc>,
    /// How many calls were let through on that day before it.
    pub used_today: u64,
}

/// Why a call is not let through (拒绝原因).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct RefusalGround {
    /// Stable code.
    #[schema(example = "item_not_granted")]
    pub code: &'static str,
    /// Chinese text for people.
    #[schema(example = "信息项 spouse_id_number 不在授权范围内")]
    pub message: String,
}

/// Everything that stands against a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub Vec<RefusalGround>);

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let texts: Vec<String> =
            refusal.0.into_iter().map(|one| format!("{}：{}", one.code, one.message)).collect();
        Self::forbidden("not_permitted", "调用不在授权范围内").with_detail(texts.join("；"))
    }
}

/// The items that a call gets, each with its masking; or everything that stands against it.
///
/// All of what was asked for or nothing: a caller that is given less than it asked for would take what is missing
/// for what is not there.
///
/// # Errors
/// Every ground at once.
pub fn permits(
    grant: &Grant,
    resource: &Resource,
    call: &Call<'_>,
) -> Result<Vec<GrantedItem>, Refusal> {
    let mut grounds = BTreeSet::new();
    let mut against = |code, message: String| {
        grounds.insert(RefusalGround { code, message });
    };
    let (terms, day) = (&grant.terms, civil_date(call.at));
    match grant.standing() {
        Standing::Active => {}
        Standing::Suspended => against("grant_suspended", "授权已暂停".to_owned()),
        Standing::Ended => against("grant_ended", "授权已终止".to_owned()),
    }
    if day < terms.from {
        against("not_yet", format!("授权自 {} 起有效", terms.from));
    }
    if day > terms.through {
        against("term_over", format!("授权已于 {} 到期", terms.through));
    }
    if call.body != terms.holder.id {
        against("other_body", "调用单位不是被授权单位".to_owned());
    }
    if call.purpose != terms.purpose {
        against("other_purpose", format!("授权用途为 {}", terms.purpose.code()));
    }
    match call.case {
        None if terms.purpose.needs_case() => {
            against("no_case", "须写明办件编号和事项".to_owned());
        }
        Some((number, _)) if number.trim().is_empty() => {
            against("no_case", "须写明办件编号和事项".to_owned());
        }
        Some((_, matter)) if !terms.matters.is_empty() && !terms.matters.contains(&matter) => {
            against("other_matter", "办件事项不在授权范围内".to_owned());
        }
        _ => {}
    }
    if call.used_today >= u64::from(terms.daily_calls) {
        against("quota_used_up", format!("已达每日调用上限 {} 次", terms.daily_calls));
    }
    if call.items.is_empty() {
        against("no_items", "须写明所需信息项".to_owned());
    }
    let mut items = Vec::new();
    for key in call.items.iter().collect::<BTreeSet<_>>() {
        match terms.items.iter().find(|item| item.key == *key) {
            None => against("item_not_granted", format!("信息项 {key} 不在授权范围内")),
            Some(_) if resource.shared_item(key).is_none() => {
                against("item_gone", format!("数据资源已不再提供信息项 {key}"));
            }
            Some(item) => items.push(item.clone()),
        }
    }
    if grounds.is_empty() { Ok(items) } else { Err(Refusal(grounds.into_iter().collect())) }
}
