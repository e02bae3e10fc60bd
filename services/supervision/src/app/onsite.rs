//! What visits, publication and credit are judged by: settings, each with its source, read once at the start.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tongban_contracts::inspections::{ChecklistItem, OrderedMatter};
use tongban_exports::Exports;
use tongban_files::Files;
use tongban_kernel::Fault;
use tongban_kernel::entropy::readable_code;
use tongban_runtime::{Host, StartError};

use crate::domain::codes::ResultCodes;
use crate::domain::credit_rule::{CreditRule, CreditRules};
use crate::domain::terms::{Rules, SupervisionTerms};

/// Length of the check code of a task order (查验码).
const CHECK_CODE: usize = 8;

/// A checklist (检查要点), as `data/supervision/checklists.json` gives it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checklist {
    id: String,
    #[expect(dead_code, reason = "for those who read the file")]
    name: String,
    items: Vec<ChecklistItem>,
}

/// Grounds that events other than results lead to.
const GROUNDS: [&str; 5] = [
    "licence.annulled",
    "licence.taken_away",
    "supermarket.breach",
    "penalty.small",
    "penalty.general",
];

/// Rules, checklists, files and receivers.
pub struct Onsite {
    /// What commands are judged by.
    pub rules: Arc<Rules>,
    /// The rule of credit, all versions.
    pub credit: Arc<CreditRules>,
    /// Evidence.
    pub files: Files,
    /// Who gets what is published.
    pub exports: Exports,
    checklists: HashMap<String, Vec<ChecklistItem>>,
}

impl Onsite {
    /// Reads the settings.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn read(host: &Host) -> Result<Self, StartError> {
        let folder = host.settings.data.join("supervision");
        let codes: ResultCodes = file(&folder.join("result-codes.json"), ResultCodes::check)?;
        let terms: SupervisionTerms = file(&folder.join("terms.json"), Ok)?;
        let credit = file(&folder.join("credit-rules.json"), |versions: Vec<CreditRule>| {
            let rules = CreditRules::new(versions)?;
            grounds_are_known(&codes, &rules)?;
            Ok(rules)
        })?;
        let checklists = file(&folder.join("checklists.json"), by_id)?;
        let rules = Rules { codes, terms, calendar: Arc::clone(&host.calendar) };
        Ok(Self {
            rules: Arc::new(rules),
            credit: Arc::new(credit),
            files: Files::new(host.db().clone()),
            exports: Exports::of_supervision(host)?,
            checklists,
        })
    }

    /// A matter with its checklists as they are now, for an order (抽查事项).
    ///
    /// # Errors
    /// `unknown_checklist` for one that the settings do not have.
    pub fn matter(
        &self,
        id: &str,
        name: &str,
        checklists: &[String],
    ) -> Result<OrderedMatter, Fault> {
        let mut items = Vec::new();
        for checklist in checklists {
            let found = self.checklists.get(checklist).ok_or_else(|| {
                let title = format!("抽查事项「{name}」的检查要点 {checklist} 不存在");
                Fault::conflict("unknown_checklist", title)
            })?;
            items.extend_from_slice(found);
        }
        Ok(OrderedMatter { id: id.to_owned(), name: name.to_owned(), items })
    }

    /// A check code for a new order (查验码).
    pub fn check_code(&self, host: &Host) -> String {
        readable_code(CHECK_CODE, host.entropy.as_ref())
    }
}

/// Checklists by identifier; no item may stand in two of them, for findings name items alone.
fn by_id(lists: Vec<Checklist>) -> Result<HashMap<String, Vec<ChecklistItem>>, String> {
    let mut seen = std::collections::HashSet::new();
    let mut found = HashMap::new();
    for list in lists {
        if let Some(item) = list.items.iter().find(|item| !seen.insert(item.code.clone())) {
            return Err(format!("item {} stands there twice", item.code));
        }
        let id = list.id.clone();
        if found.insert(list.id, list.items).is_some() {
            return Err(format!("checklist {id} stands there twice"));
        }
    }
    Ok(found)
}

/// A result that counts for credit must count for something in every version of the rule.
fn grounds_are_known(codes: &ResultCodes, rules: &CreditRules) -> Result<(), String> {
    let of_results = codes.codes.iter().filter_map(|code| code.ground.as_deref());
    for ground in of_results.chain(GROUNDS) {
        if let Some(rule) = rules.all().iter().find(|rule| rule.ground(ground).is_none()) {
            return Err(format!("rule {} has no ground {ground}", rule.version));
        }
    }
    Ok(())
}

fn file<T: DeserializeOwned, R>(
    path: &Path,
    check: impl FnOnce(T) -> Result<R, String>,
) -> Result<R, StartError> {
    let wrong = |error: String| StartError::File(path.display().to_string(), error);
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let read = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    check(read).map_err(wrong)
}
