//! Codes of results (检查结果代码), as data: those of the publicity system, and the older list mapped to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a result means for the visit's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "violation")]
pub enum ResultKind {
    /// Nothing was found that is against the law.
    Clean,
    /// Something was; a finding must say what.
    Violation,
    /// It was, and has been put right by order: only a follow-up visit can say so.
    Corrected,
    /// Nobody could be met: gone, closed, moved, deregistered.
    Absent,
    /// The inspected hindered the visit.
    Refused,
}

/// One code of today's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultCode {
    /// Code (代码).
    #[schema(example = "E")]
    pub code: String,
    /// Its words.
    #[schema(example = "发现问题经责令已改正")]
    pub name: String,
    /// What it means.
    pub kind: ResultKind,
    /// Ground in the rule of credit; absent when it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("inspection.corrected"))]
    pub ground: Option<String>,
}

/// One code of the older list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OlderCode {
    /// Code in the older list.
    #[schema(example = "4")]
    pub code: String,
    /// Its words.
    #[schema(example = "无法联系")]
    pub name: String,
    /// The code of today's list that says the same.
    #[schema(example = "6")]
    pub today: String,
}

/// Both lists.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultCodes {
    /// Where they come from.
    #[schema(example = "抽查检查结果代码")]
    pub about: String,
    /// Today's list.
    pub codes: Vec<ResultCode>,
    /// The older list.
    pub older: Vec<OlderCode>,
}

impl ResultCodes {
    /// The code of today's list.
    pub fn find(&self, code: &str) -> Option<&ResultCode> {
        self.codes.iter().find(|one| one.code == code)
    }

    /// The code that says that a violation was corrected.
    pub fn corrected(&self) -> Option<&ResultCode> {
        self.codes.iter().find(|one| one.kind == ResultKind::Corrected)
    }

    /// What is wrong with the lists: codes that occur twice, or older ones that lead nowhere.
    ///
    /// # Errors
    /// The first fault in words.
    pub fn check(self) -> Result<Self, String> {
        for (index, one) in self.codes.iter().enumerate() {
            if self.codes[..index].iter().any(|other| other.code == one.code) {
                return Err(format!("result code {} occurs twice", one.code));
            }
        }
        if self.corrected().is_none() {
            return Err("no result code says that a violation was corrected".into());
        }
        match self.older.iter().find(|one| self.find(&one.today).is_none()) {
            Some(older) => Err(format!("older code {} leads to no code of today", older.code)),
            None => Ok(self),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn codes() -> ResultCodes {
        let text = include_str!("../../../../data/supervision/result-codes.json");
        serde_json::from_str::<ResultCodes>(text).unwrap().check().unwrap()
    }

    #[test]
    fn the_list_is_that_of_the_publicity_system() {
        let codes = codes();
        let all: Vec<&str> = codes.codes.iter().map(|one| one.code.as_str()).collect();
        let expected = [
            "1", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "B", "C", "D", "E", "F", "G",
        ];
        assert_eq!(all, expected);
        assert_eq!(codes.find("E").unwrap().name, "发现问题经责令已改正");
        assert!(codes.find("2").is_none());
    }

    #[test]
    fn the_older_list_is_mapped_whole() {
        let codes = codes();
        let older: Vec<(&str, &str)> =
            codes.older.iter().map(|one| (one.code.as_str(), one.today.as_str())).collect();
        let expected = [
            ("1", "1"),
            ("2", "B"),
            ("3", "B"),
            ("4", "6"),
            ("5", "C"),
            ("6", "8"),
            ("7", "9"),
            ("8", "10"),
            ("9", "11"),
        ];
        assert_eq!(older, expected);
    }

    #[test]
    fn lists_that_contradict_themselves_are_refused() {
        let mut twice = codes();
        twice.codes.push(twice.codes[0].clone());
        assert!(twice.check().unwrap_err().contains("twice"));
        let mut nowhere = codes();
        nowhere.older[0].today = "2".into();
        assert!(nowhere.check().unwrap_err().contains("older code 1"));
    }
}
