//! Who can be drawn for a task (抽取范围), in figures: the library counted once, whatever the number of tasks.

use std::collections::{BTreeMap, HashMap};

use chrono::{Months, NaiveDate};
use tongban_contracts::credit::CreditClass;
use tongban_contracts::supervision::{EntryFigures, EntryMatter, ObjectScope, RatioTable};
use tongban_kernel::RegionCode;

use super::ratio;

/// What tells the objects that tasks ask for apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Traits {
    /// Region.
    pub region: String,
    /// Kind, by its code.
    pub kind: String,
    /// Industry, empty when unknown.
    pub industry: String,
    /// Codes of licence types held, each with a blank on either side.
    pub licence_types: String,
    /// Class, or the default.
    pub grade: CreditClass,
}

/// Objects that are alike, counted.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What they have in common.
    pub traits: Traits,
    /// How many can be drawn.
    pub count: u64,
}

/// An object that was drawn for a matter.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The object.
    pub object: String,
    /// The matter.
    pub matter: String,
    /// When.
    pub on: NaiveDate,
    /// The object's traits.
    pub traits: Traits,
}

/// Which objects a task asks for.
#[derive(Debug, Clone, Copy)]
pub struct Extent<'a> {
    /// Region: it and everything below.
    pub region: &'a RegionCode,
    /// Whose objects.
    pub scope: &'a ObjectScope,
}

/// A kind's code, as it is stored.
pub fn code_of<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

impl Extent<'_> {
    /// Whether an object with these traits is among them.
    pub fn covers(&self, traits: &Traits) -> bool {
        let ObjectScope { kinds, industries, licence_types } = self.scope;
        traits.region.starts_with(self.region.prefix())
            && (kinds.is_empty() || kinds.iter().any(|kind| code_of(kind) == traits.kind))
            && (industries.is_empty()
                || industries.iter().any(|one| traits.industry.starts_with(one.as_str())))
            && (licence_types.is_empty()
                || licence_types
                    .iter()
                    .any(|one| traits.licence_types.contains(&format!(" {one} "))))
    }
}

/// The day since which drawings count for a matter on `day`; none when it has no limit.
pub fn since(matter: &EntryMatter, day: NaiveDate) -> Option<(u32, NaiveDate)> {
    let frequency = matter.frequency?;
    Some((frequency.times, day.checked_sub_months(Months::new(frequency.months))?))
}

/// Why an object was drawn often enough already, by object: matters whose limit it has reached on `day`.
pub fn worn_out<'a>(
    matters: &'a [EntryMatter],
    day: NaiveDate,
    drawn: impl Iterator<Item = &'a Drawn>,
) -> HashMap<&'a str, &'a EntryMatter> {
    let limits: BTreeMap<&str, (&EntryMatter, u32, NaiveDate)> = matters
        .iter()
        .filter_map(|matter| {
            let (times, since) = since(matter, day)?;
            Some((matter.id.as_str(), (matter, times, since)))
        })
        .collect();
    let mut counts: HashMap<(&str, &str), u32> = HashMap::new();
    let mut found = HashMap::new();
    for one in drawn {
        let Some((matter, times, since)) = limits.get(one.matter.as_str()) else { continue };
        if one.on <= *since {
            continue;
        }
        let count = counts.entry((&one.object, &matter.id)).or_default();
        *count += 1;
        if *count >= *times {
            found.entry(one.object.as_str()).or_insert(*matter);
        }
    }
    found
}

/// What an entry comes to: objects by class, those left out, and how many are drawn.
pub fn figures(
    extent: Extent<'_>,
    matters: &[EntryMatter],
    from: NaiveDate,
    exception: bool,
    table: &RatioTable,
    cells: &[Cell],
    drawn: &[Drawn],
) -> EntryFigures {
    let mut all: BTreeMap<CreditClass, (u64, u64)> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| extent.covers(&cell.traits)) {
        all.entry(cell.traits.grade).or_default().0 += cell.count;
    }
    let ours: Vec<&Drawn> = drawn
        .iter()
        .filter(|one| matters.iter().any(|matter| matter.id == one.matter))
        .filter(|one| extent.covers(&one.traits))
        .collect();
    let grades: HashMap<&str, CreditClass> =
        ours.iter().map(|one| (one.object.as_str(), one.traits.grade)).collect();
    for object in worn_out(matters, from, ours.iter().copied()).into_keys() {
        if let Some(grade) = grades.get(object) {
            all.entry(*grade).or_default().1 += 1;
        }
    }
    ratio::figures(table, |grade| all.get(&grade).copied().unwrap_or_default(), exception)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn traits(region: &str, industry: &str, licences: &str, grade: CreditClass) -> Traits {
        Traits {
            region: region.into(),
            kind: "enterprise".into(),
            industry: industry.into(),
            licence_types: licences.into(),
            grade,
        }
    }

    #[test]
    fn an_extent_covers_what_lies_below_and_has_the_licence() {
        let region = samples::region();
        let scope = ObjectScope {
            kinds: Vec::new(),
            industries: vec!["62".into()],
            licence_types: vec!["X1".into()],
        };
        let extent = Extent { region: &region, scope: &scope };
        let covers = |region, industry, licences| {
            extent.covers(&traits(region, industry, licences, CreditClass::B))
        };
        assert!(covers("320706", "6210", " X1 "));
        assert!(covers("320706001", "62", " A X1 "));
        assert!(!covers("320707", "6210", " X1 "));
        assert!(!covers("320706", "5210", " X1 "));
        assert!(!covers("320706", "6210", " X12 "));
        assert!(!covers("320706", "", ""));
    }

    #[test]
    fn who_reached_a_limit_is_counted_out_by_class() {
        let cells = [
            Cell { traits: traits("320706", "", "", CreditClass::B), count: 1_000 },
            Cell { traits: traits("320706", "", "", CreditClass::D), count: 10 },
            Cell { traits: traits("320707", "", "", CreditClass::D), count: 99 },
        ];
        let drawn = |object: &str, matter: &str, on: &str| Drawn {
            object: object.into(),
            matter: matter.into(),
            on: on.parse().unwrap(),
            traits: traits("320706", "", "", CreditClass::D),
        };
        let before = [
            drawn("o1", "m1", "2025-06-01"),
            drawn("o1", "m1", "2025-07-01"),
            drawn("o2", "m1", "2025-04-01"),
            drawn("o3", "m2", "2026-01-01"),
        ];
        let (region, scope) = (samples::region(), ObjectScope::default());
        let extent = Extent { region: &region, scope: &scope };
        let day = "2026-04-01".parse().unwrap();
        let matters = [samples::entry_matter()];
        let found = figures(extent, &matters, day, false, &samples::ratios(), &cells, &before);
        // Twelve months to the day are over; another matter does not count.
        let last = found.grades.last().unwrap();
        assert_eq!((last.objects, last.recently_drawn), (9, 1));
        assert_eq!(found.number, (1_000 * 200 + 9 * 3_000 + 5_000) / 10_000);
    }
}
