//! An answer or a ruling (答复、裁定): about everything that is open, whole or item by item.

use std::collections::BTreeMap;

use tongban_contracts::exchange::{GrantedItem, ItemAnswer, Verdict};
use tongban_kernel::{Fault, Faults};

use super::super::resource::Resource;
use super::super::rights::filled;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Why.
    pub reason: String,
    /// About every item that is not named.
    pub verdict: Verdict,
    /// About items by name.
    pub items: Vec<ItemAnswer>,
}

impl Word {
    /// What it says about each of the `open` items of `resource`, and what is granted by it. Every fault at once.
    pub(super) fn resolve(
        &self,
        open: Vec<&str>,
        resource: &Resource,
    ) -> Result<(Vec<ItemAnswer>, Vec<GrantedItem>), Fault> {
        let mut faults = Faults::new();
        filled(&mut faults, "/reason", &self.reason);
        let mut by_name = BTreeMap::new();
        for (index, one) in self.items.iter().enumerate() {
            if !open.contains(&one.item.as_str()) {
                let text = "该信息项未申请，或者已经同意共享";
                faults.add(format!("/items/{index}/item"), "not_open", text);
            } else if by_name.insert(one.item.as_str(), (index, one)).is_some() {
                faults.add(format!("/items/{index}/item"), "duplicate", "信息项重复");
            }
            let reason = one.reason.as_deref().unwrap_or_default();
            if one.verdict == Verdict::Refused && reason.trim().is_empty() {
                let place = format!("/items/{index}/reason");
                faults.add(place, "required", "不予共享的信息项，须说明理由");
            }
        }
        let (mut answers, mut granted) = (Vec::new(), Vec::new());
        for key in open {
            let (place, answer) = match by_name.get(key) {
                Some((index, one)) => (format!("/items/{index}"), (*one).clone()),
                None => {
                    let item = key.to_owned();
                    (
                        "/verdict".to_owned(),
                        ItemAnswer { item, verdict: self.verdict, reason: None },
                    )
                }
            };
            if answer.verdict != Verdict::Refused {
                match granting(key, answer.verdict, resource) {
                    Ok(item) => granted.push(item),
                    Err((code, text)) => faults.add(place, code, format!("{key}：{text}")),
                }
            }
            answers.push(answer);
        }
        faults.into_result("invalid_answer", "答复内容有误")?;
        Ok((answers, granted))
    }
}

/// The item as it is granted, or why it cannot be.
fn granting(
    key: &str,
    verdict: Verdict,
    resource: &Resource,
) -> Result<GrantedItem, (&'static str, &'static str)> {
    let Some(item) = resource.shared_item(key) else {
        return Err(("item_gone", "资源已注销、不再共享或者已没有该信息项，只能答复不予共享"));
    };
    let masking = match (verdict, item.masking) {
        (Verdict::GrantedMasked, None) => return Err(("no_masking_rule", "该信息项没有脱敏规则")),
        (Verdict::GrantedMasked, masking) => masking,
        _ => None,
    };
    Ok(GrantedItem { key: key.to_owned(), masking })
}
