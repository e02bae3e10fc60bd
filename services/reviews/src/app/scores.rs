//! 绩效考核评分: scores of bodies, and the numbers they are made of as a file.

use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};

use super::Desk;
use crate::domain::figures::period::Period;
use crate::domain::figures::score::Score;
use crate::domain::figures::{Counts, Dimension};
use crate::store::statistics::{self as store, Extent, Group};

/// A body's numbers, and its score when there are reviews enough.
pub type Scored = (Group, Option<Score>);

/// Scores of a page of bodies.
pub async fn list(
    desk: &Desk,
    period: &Period,
    region: Option<&RegionCode>,
    page: &PageQuery,
) -> Result<Page<Scored>, Fault> {
    let extent = Extent {
        region,
        from: Some(&period.from),
        until: Some(&period.until),
        ..Extent::default()
    };
    let groups = store::groups(desk.host.db(), Dimension::Body, &extent, page).await?;
    let rule = &desk.figures.scores;
    let scored = |group: Group| {
        let score = rule.score(&group.counts);
        (group, score)
    };
    Ok(Page { items: groups.items.into_iter().map(scored).collect(), next: groups.next })
}

/// All of them as CSV (RFC 4180): names in the first line, UTF-8 with a byte order mark, which spreadsheets need.
pub async fn table(
    desk: &Desk,
    period: &Period,
    region: Option<&RegionCode>,
) -> Result<String, Fault> {
    let parts = [
        "score_satisfaction",
        "score_participation",
        "score_answered_in_time",
        "score_put_right_in_time",
        "score_called_back_content",
        "score_total",
    ];
    let first = ["body", "body_name", "from", "until", "rule"];
    let names = first.iter().chain(&Counts::NAMES).chain(&parts).copied();
    let mut text = format!("\u{feff}{}\r\n", names.collect::<Vec<_>>().join(","));
    let mut page = PageQuery { limit: Some(100), after: None };
    loop {
        let some = list(desk, period, region, &page).await?;
        for (group, score) in some.items {
            let rule = &desk.figures.scores.version;
            let fields = [&group.body, &group.body_name, &period.from, &period.until, rule]
                .map(|field| quoted(field));
            let numbers = group.counts.0.iter().map(i64::to_string);
            let points = match score {
                None => [const { String::new() }; 6],
                Some(score) => [
                    score.satisfaction,
                    score.participation,
                    score.answered_in_time,
                    score.put_right_in_time,
                    score.called_back_content,
                    score.total,
                ]
                .map(|points| points.to_string()),
            };
            let line: Vec<String> = fields.into_iter().chain(numbers).chain(points).collect();
            text += &line.join(",");
            text += "\r\n";
        }
        match some.next {
            Some(next) => page.after = Some(next),
            None => return Ok(text),
        }
    }
}

/// A field with its quotes; one that a spreadsheet would take for a formula is kept from being one.
fn quoted(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}
