//! How many of each class are drawn (分级抽查比例): a dated table applied to figures.

use tongban_contracts::credit::CreditClass;
use tongban_contracts::supervision::{
    EntryFigures, EntryMatter, GradeFigures, InspectionKind, RatioTable,
};
use tongban_kernel::FieldFault;

/// Ten thousandths of a whole.
pub const WHOLE: u32 = 10_000;

/// The rate of a class in a table; a class that the table does not name is not drawn from.
pub fn rate_of(table: &RatioTable, grade: CreditClass) -> u32 {
    table.rows.iter().find(|row| row.grade == grade).map_or(0, |row| row.rate)
}

/// What is wrong with a table.
pub fn faults_of(table: &RatioTable) -> Vec<String> {
    let mut faults = Vec::new();
    for row in &table.rows {
        if row.rate > WHOLE {
            faults.push(format!("{}: {} of {} is more than all", table.id, row.rate, WHOLE));
        }
        if table.rows.iter().filter(|other| other.grade == row.grade).count() > 1 {
            faults.push(format!("{}: class {} stands there twice", table.id, row.grade.letter()));
        }
    }
    if table.rows.iter().all(|row| row.rate == 0) {
        faults.push(format!("{}: nobody would be drawn", table.id));
    }
    faults
}

/// How many are drawn at these rates: rounded once over all classes, as `docs/draw-spec.md` asks for.
pub fn number(grades: &[GradeFigures]) -> u64 {
    let parts: u64 = grades.iter().map(|one| one.objects * u64::from(one.rate)).sum();
    (parts + u64::from(WHOLE) / 2) / u64::from(WHOLE)
}

/// Figures of an entry from the objects that can be drawn and those that were drawn of late, by class.
///
/// With an exception, who was drawn of late is not left out.
pub fn figures(
    table: &RatioTable,
    objects: impl Fn(CreditClass) -> (u64, u64),
    exception: bool,
) -> EntryFigures {
    let grades: Vec<GradeFigures> = CreditClass::ALL
        .into_iter()
        .map(|grade| {
            let (all, recent) = objects(grade);
            let recent = if exception { 0 } else { recent.min(all) };
            let rate = rate_of(table, grade);
            GradeFigures { grade, objects: all - recent, recently_drawn: recent, rate }
        })
        .collect();
    let number = number(&grades);
    EntryFigures { grades, number }
}

/// What stands against an entry with these figures: general matters have a ceiling, and somebody has to be
/// there to be drawn.
pub fn against(
    matters: &[EntryMatter],
    figures: &EntryFigures,
    exception: bool,
) -> Vec<FieldFault> {
    let mut found = Vec::new();
    let mut add = |pointer: String, code: &str, message: String| {
        found.push(FieldFault { pointer, code: code.to_owned(), message });
    };
    if figures.number == 0 {
        let message = "范围内没有可抽取的检查对象，或按比例不足一户".to_owned();
        add(String::new(), "nobody_to_draw", message);
    }
    let all: u64 = figures.grades.iter().map(|one| one.objects + one.recently_drawn).sum();
    for (index, matter) in matters.iter().enumerate() {
        // One object is no share: of few objects it may be more than the ceiling.
        if let Some(ceiling) = matter.ceiling
            && figures.number > 1
            && figures.number * u64::from(WHOLE) > all * u64::from(ceiling)
        {
            let message = format!(
                "抽取 {} 户超过一般检查事项「{}」的比例上限 {}",
                figures.number,
                matter.name,
                percent(ceiling)
            );
            add(format!("/matters/{index}"), "above_ceiling", message);
        }
        if exception && matter.kind == InspectionKind::General {
            let message = format!("「{}」是一般检查事项，不适用例外", matter.name);
            add(format!("/matters/{index}"), "no_exception", message);
        }
    }
    found
}

/// Ten thousandths in words: `3%`, `0.5%`.
pub fn percent(rate: u32) -> String {
    let (whole, rest) = (rate / 100, rate % 100);
    match rest {
        0 => format!("{whole}%"),
        rest if rest % 10 == 0 => format!("{whole}.{}%", rest / 10),
        rest => format!("{whole}.{rest:02}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    #[test]
    fn a_number_is_rounded_once_over_all_classes() {
        let table = samples::ratios();
        // 1 % of 30, 2 % of 20, 10 % of 4, 30 % of 1: 0.3 + 0.4 + 0.4 + 0.3 = 1.4.
        let sizes = |grade| match grade {
            CreditClass::A => (30, 0),
            CreditClass::B => (20, 0),
            CreditClass::C => (4, 0),
            CreditClass::D => (1, 0),
        };
        assert_eq!(figures(&table, sizes, false).number, 1);
        let left_out = figures(&table, |grade| (sizes(grade).0 * 100, 500), false);
        assert_eq!(left_out.grades[0].objects, 2_500);
        assert_eq!(
            left_out.grades[3],
            GradeFigures { grade: CreditClass::D, objects: 0, recently_drawn: 100, rate: 3_000 }
        );
        assert_eq!(figures(&table, |grade| (sizes(grade).0 * 100, 500), true).number, 140);
    }

    #[test]
    fn the_ceiling_of_a_general_matter_binds_and_a_key_matter_has_none() {
        let mut matter = samples::entry_matter();
        let figures = figures(&samples::ratios(), |_| (10_000, 0), false);
        // 1 + 2 + 10 + 30 % of four classes of the same size: 10.75 % of all.
        assert_eq!(figures.number, 4_300);
        matter.ceiling = Some(1_075);
        assert!(against(&[matter.clone()], &figures, false).is_empty());
        matter.ceiling = Some(1_074);
        let codes = |faults: Vec<FieldFault>| {
            faults.into_iter().map(|fault| fault.code).collect::<Vec<_>>()
        };
        assert_eq!(
            codes(against(&[matter.clone()], &figures, true)),
            ["above_ceiling", "no_exception"]
        );
        matter.ceiling = None;
        matter.kind = InspectionKind::Key;
        assert!(against(&[matter], &figures, true).is_empty());
    }

    #[test]
    fn rates_are_told_in_percent() {
        assert_eq!([3_000, 50, 125, 10_000].map(percent), ["30%", "0.5%", "1.25%", "100%"]);
    }
}
