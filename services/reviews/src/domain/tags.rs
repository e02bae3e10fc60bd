//! The national tags (评价标签) people say by what was good or bad.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tongban_kernel::Faults;
use utoipa::ToSchema;

use super::level::Level;

/// How widely a tag is used (指标类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TagGroup {
    /// 基本: shown everywhere.
    Basic,
    /// 扩展: shown where it fits.
    Extended,
}

/// A national tag (评价标签).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewTag {
    /// Code (标签编码).
    #[schema(example = "510")]
    pub code: String,
    /// The level it goes with, by stars.
    #[schema(value_type = u8, minimum = 1, maximum = 5, example = 5)]
    pub stars: Level,
    /// How widely it is used (指标类别).
    pub group: TagGroup,
    /// Its words (标签内容).
    #[schema(example = "一窗受理一次办结")]
    pub name: String,
}

/// Codes that are no longer in use (停用标签): known, so that a system that still sends one learns why it is refused.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetiredTags {
    /// Where the list comes from.
    #[expect(dead_code, reason = "for those who read the file")]
    source: String,
    /// The codes.
    codes: BTreeSet<String>,
}

/// All tags, by code, and the codes of those that were retired.
#[derive(Debug, Clone, Default)]
pub struct Catalogue(BTreeMap<String, ReviewTag>, BTreeSet<String>);

impl Catalogue {
    /// A catalogue of `tags`.
    ///
    /// # Errors
    /// A code that occurs twice.
    pub fn new(tags: Vec<ReviewTag>) -> Result<Self, String> {
        let mut all = BTreeMap::new();
        for tag in tags {
            let code = tag.code.clone();
            if all.insert(code.clone(), tag).is_some() {
                return Err(format!("tag {code} occurs twice"));
            }
        }
        Ok(Self(all, BTreeSet::new()))
    }

    /// The same, knowing which codes were retired.
    ///
    /// # Errors
    /// A code that is in use and retired at once.
    pub fn retiring(self, retired: RetiredTags) -> Result<Self, String> {
        match retired.codes.iter().find(|code| self.0.contains_key(*code)) {
            Some(both) => Err(format!("tag {both} is in use and retired")),
            None => Ok(Self(self.0, retired.codes)),
        }
    }

    /// All tags, the best level first.
    pub fn all(&self) -> Vec<ReviewTag> {
        let mut all: Vec<ReviewTag> = self.0.values().cloned().collect();
        all.sort_by(|one, other| other.stars.cmp(&one.stars).then(one.code.cmp(&other.code)));
        all
    }

    /// The words of a tag.
    pub fn name(&self, code: &str) -> Option<&str> {
        self.0.get(code).map(|tag| tag.name.as_str())
    }

    /// Notes every tag of `codes` that does not exist, comes twice or goes with another level.
    pub fn check(&self, level: Level, codes: &[String], faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        for (index, code) in codes.iter().enumerate() {
            let pointer = format!("/tags/{index}");
            if !seen.insert(code) {
                faults.add(pointer, "duplicate", "评价标签重复");
                continue;
            }
            match self.0.get(code) {
                None if self.1.contains(code) => {
                    let message = format!("评价标签 {code} 已停用，请改用现行标签");
                    faults.add(pointer, "retired_tag", message);
                }
                None => faults.add(pointer, "unknown_tag", "没有这个评价标签"),
                Some(tag) if tag.stars != level => {
                    let message = format!(
                        "评价标签「{}」属于“{}”，不能用于“{}”",
                        tag.name,
                        tag.stars.name_zh(),
                        level.name_zh()
                    );
                    faults.add(pointer, "other_level", message);
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(code: &str, stars: Level) -> ReviewTag {
        ReviewTag {
            code: code.into(), stars, group: TagGroup::Basic, name: format!("标签{code}")
        }
    }

    #[test]
    fn every_faulty_tag_is_named() {
        let tags = vec![tag("510", Level::VerySatisfied), tag("110", Level::VeryDissatisfied)];
        let catalogue = Catalogue::new(tags).unwrap();
        let codes = ["510", "110", "999", "510"].map(String::from);
        let mut faults = Faults::new();
        catalogue.check(Level::VerySatisfied, &codes, &mut faults);
        let fault = faults.into_result("x", "x").unwrap_err();
        let found: Vec<(&str, &str)> =
            fault.errors().iter().map(|error| (&*error.pointer, &*error.code)).collect();
        let expected =
            [("/tags/1", "other_level"), ("/tags/2", "unknown_tag"), ("/tags/3", "duplicate")];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_retired_tag_is_refused_by_its_name() {
        let retired = |codes: &[&str]| RetiredTags {
            source: String::new(),
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        };
        let catalogue = Catalogue::new(vec![tag("510", Level::VerySatisfied)]).unwrap();
        assert!(catalogue.clone().retiring(retired(&["510"])).is_err());
        let catalogue = catalogue.retiring(retired(&["501"])).unwrap();
        let mut faults = Faults::new();
        catalogue.check(Level::VerySatisfied, &["501".into()], &mut faults);
        let fault = faults.into_result("x", "x").unwrap_err();
        let error = fault.errors().first().unwrap();
        assert_eq!((&*error.pointer, &*error.code), ("/tags/0", "retired_tag"));
        assert!(error.message.contains("停用"));
    }

    #[test]
    fn a_code_occurs_once() {
        let twice = vec![tag("510", Level::VerySatisfied), tag("510", Level::Satisfied)];
        assert!(Catalogue::new(twice).is_err());
    }
}
