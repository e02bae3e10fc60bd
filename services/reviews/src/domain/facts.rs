//! What is known of a case, and what it says of the tags somebody chose (标签核验).

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use tongban_kernel::civil_date;
use utoipa::ToSchema;

/// What a case's own events tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFacts {
    /// Last day by the promised limit (承诺办结日期).
    pub due: Option<NaiveDate>,
    /// Last day by law (法定办结日期).
    pub legal_due: Option<NaiveDate>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// How often corrections were asked for (补正次数).
    pub corrections: u32,
    /// Codes of materials that corrections asked for though they were not handed in at first.
    pub asked_later: Vec<String>,
    /// Services at a window known to belong to it (现场次数).
    pub visits: u32,
}

/// Whether the case bears a tag out (核验结论).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "supported")]
pub enum TagVerdict {
    /// 与办件记录相符
    Supported,
    /// 与办件记录不符
    Contradicted,
    /// 无法据办件记录核验
    Open,
}

/// A tag beside what the case says of it. A hint for whoever verifies, never a judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TagCheck {
    /// Code of the tag.
    #[schema(example = "209")]
    pub code: String,
    /// What the case says.
    pub verdict: TagVerdict,
    /// What that rests on.
    #[schema(example = "承诺办结日期 2026-03-16，实际办结日期 2026-03-19")]
    pub shown: String,
}

/// The tags among `codes` that a case can say something of, each with what it says.
pub fn check(codes: &[String], facts: Option<&CaseFacts>) -> Vec<TagCheck> {
    let checked = codes.iter().filter_map(|code| {
        let about = match code.as_str() {
            "110" => About::Late(|facts| facts.legal_due.or(facts.due), true),
            "209" => About::Late(|facts| facts.due, true),
            "309" => About::Late(|facts| facts.due, false),
            "108" | "109" => About::Materials(true),
            "307" | "311" => About::Materials(false),
            "113" | "114" => About::Visits,
            _ => return None,
        };
        let (verdict, shown) = match facts {
            Some(facts) => about.judge(facts),
            None => (TagVerdict::Open, "没有该办件的记录".to_owned()),
        };
        Some(TagCheck { code: code.clone(), verdict, shown })
    });
    checked.collect()
}

/// What a tag is about, and whether it complains.
enum About {
    /// Of the limit: whether it was kept (209, 110), or kept as promised (309).
    Late(fn(&CaseFacts) -> Option<NaiveDate>, bool),
    /// Of materials asked for beyond the guide.
    Materials(bool),
    /// Of visits.
    Visits,
}

impl About {
    fn judge(self, facts: &CaseFacts) -> (TagVerdict, String) {
        match self {
            Self::Late(due, complains) => {
                let (Some(due), Some(decided)) = (due(facts), facts.decided_at) else {
                    return (TagVerdict::Open, "没有期限或办结时间的记录".to_owned());
                };
                let ended = civil_date(decided);
                let late = ended > due;
                (verdict(late == complains), format!("期限 {due}，实际办结日期 {ended}"))
            }
            Self::Materials(complains) => {
                let shown = format!(
                    "补正 {} 次；首次提交之外另要求的材料：{}",
                    facts.corrections,
                    if facts.asked_later.is_empty() {
                        "无".to_owned()
                    } else {
                        facts.asked_later.join("、")
                    }
                );
                let more = !facts.asked_later.is_empty() || facts.corrections > 1;
                // A material asked for later may still be one of the guide's: that is for people to see.
                (verdict(more == complains), shown)
            }
            Self::Visits => {
                let shown = format!("记录的现场服务 {} 次", facts.visits);
                match facts.visits {
                    0 => (TagVerdict::Open, shown),
                    1 => (TagVerdict::Contradicted, shown),
                    _ => (TagVerdict::Supported, shown),
                }
            }
        }
    }
}

const fn verdict(supported: bool) -> TagVerdict {
    if supported { TagVerdict::Supported } else { TagVerdict::Contradicted }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> CaseFacts {
        CaseFacts {
            due: "2026-03-16".parse().ok(),
            legal_due: "2026-03-20".parse().ok(),
            // 23:30 of the 18th in China.
            decided_at: "2026-03-18T15:30:00Z".parse().ok(),
            corrections: 1,
            asked_later: vec!["M07".into()],
            visits: 2,
        }
    }

    fn verdicts(codes: &[&str], facts: Option<&CaseFacts>) -> Vec<(String, TagVerdict)> {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        check(&codes, facts).into_iter().map(|one| (one.code, one.verdict)).collect()
    }

    #[test]
    fn the_case_bears_tags_out_or_not() {
        use TagVerdict::{Contradicted, Supported};
        let codes = ["209", "110", "309", "109", "311", "114", "214"];
        let found = verdicts(&codes, Some(&facts()));
        let expected = [
            ("209", Supported),
            ("110", Contradicted),
            ("309", Contradicted),
            ("109", Supported),
            ("311", Contradicted),
            ("114", Supported),
        ];
        let expected = expected.map(|(code, verdict)| (code.to_owned(), verdict));
        assert_eq!(found, expected, "214 is about manners, of which a case says nothing");
    }

    #[test]
    fn what_is_not_known_stays_open() {
        let nothing = CaseFacts::default();
        for facts in [None, Some(&nothing)] {
            for (code, verdict) in verdicts(&["209", "114"], facts) {
                assert_eq!(verdict, TagVerdict::Open, "{code}");
            }
        }
    }
}
