//! Levels of satisfaction (评价等级): stars, the national words, and their code.

use serde::{Deserialize, Serialize};

/// How content somebody is. The national code runs against the stars: 1 is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// 非常不满意: one star.
    VeryDissatisfied,
    /// 不满意: two.
    Dissatisfied,
    /// 基本满意: three.
    FairlySatisfied,
    /// 满意: four.
    Satisfied,
    /// 非常满意: five.
    VerySatisfied,
}

/// A way of writing levels as codes (评价等级代码方案).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelScheme {
    /// GB/T 39046-2020 table A.8: 1 is the best.
    National,
    /// `satisfaction` of what is reported to the higher platform: 5 is the best.
    Report,
}

/// What a level is called and coded.
struct Row {
    stars: u8,
    /// 1 for the best.
    national: &'static str,
    /// 5 for the best.
    report: &'static str,
    name_zh: &'static str,
}

/// The one place where levels meet codes.
const TABLE: [Row; 5] = [
    Row { stars: 5, national: "1", report: "5", name_zh: "非常满意" },
    Row { stars: 4, national: "2", report: "4", name_zh: "满意" },
    Row { stars: 3, national: "3", report: "3", name_zh: "基本满意" },
    Row { stars: 2, national: "4", report: "2", name_zh: "不满意" },
    Row { stars: 1, national: "5", report: "1", name_zh: "非常不满意" },
];

impl Level {
    /// All levels, the best first.
    pub const ALL: [Self; 5] = [
        Self::VerySatisfied,
        Self::Satisfied,
        Self::FairlySatisfied,
        Self::Dissatisfied,
        Self::VeryDissatisfied,
    ];

    /// The level of 1 to 5 stars.
    pub fn of(stars: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.stars() == stars)
    }

    /// Its row of the one table of names and codes.
    const fn row(self) -> &'static Row {
        match self {
            Self::VerySatisfied => &TABLE[0],
            Self::Satisfied => &TABLE[1],
            Self::FairlySatisfied => &TABLE[2],
            Self::Dissatisfied => &TABLE[3],
            Self::VeryDissatisfied => &TABLE[4],
        }
    }

    /// Stars, 5 for the best.
    pub const fn stars(self) -> u8 {
        self.row().stars
    }

    /// Code of GB/T 39046-2020 table A.8 (评价等级代码), 1 for the best.
    pub const fn code(self) -> &'static str {
        self.row().national
    }

    /// Its code in `scheme`.
    pub const fn code_in(self, scheme: LevelScheme) -> &'static str {
        match scheme {
            LevelScheme::National => self.row().national,
            LevelScheme::Report => self.row().report,
        }
    }

    /// The level that `code` stands for in `scheme`. The same digit means the opposite in the other scheme.
    pub fn of_code(scheme: LevelScheme, code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code_in(scheme) == code)
    }

    /// The national word.
    pub const fn name_zh(self) -> &'static str {
        self.row().name_zh
    }

    /// Whether it counts for the satisfaction rate (满意率): three stars or more.
    pub const fn is_content(self) -> bool {
        self.stars() >= 3
    }
}

impl TryFrom<u8> for Level {
    type Error = &'static str;

    fn try_from(stars: u8) -> Result<Self, &'static str> {
        Self::of(stars).ok_or("stars run from 1 to 5")
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.stars()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_words_and_codes() {
        let table: Vec<(u8, &str, &str)> =
            Level::ALL.map(|level| (level.stars(), level.name_zh(), level.code())).to_vec();
        let expected = [
            (5, "非常满意", "1"),
            (4, "满意", "2"),
            (3, "基本满意", "3"),
            (2, "不满意", "4"),
            (1, "非常不满意", "5"),
        ];
        assert_eq!(table, expected);
    }

    #[test]
    fn the_code_runs_against_the_stars() {
        for level in Level::ALL {
            assert_eq!(level.code().parse::<u8>().unwrap() + level.stars(), 6);
            assert_eq!(Level::of(level.stars()), Some(level));
        }
        assert!(Level::of(0).is_none() && Level::of(6).is_none());
        assert!(Level::VerySatisfied > Level::VeryDissatisfied);
    }

    #[test]
    fn the_schemes_run_against_each_other() {
        for level in Level::ALL {
            for scheme in [LevelScheme::National, LevelScheme::Report] {
                assert_eq!(Level::of_code(scheme, level.code_in(scheme)), Some(level));
            }
            assert_eq!(level.code_in(LevelScheme::Report), level.stars().to_string());
        }
        assert_eq!(Level::of_code(LevelScheme::National, "1"), Some(Level::VerySatisfied));
        assert_eq!(Level::of_code(LevelScheme::Report, "1"), Some(Level::VeryDissatisfied));
        for unknown in ["0", "6", "", "01", "非常满意"] {
            assert_eq!(Level::of_code(LevelScheme::Report, unknown), None);
        }
    }

    #[test]
    fn three_stars_are_content() {
        let content = Level::ALL.into_iter().filter(|level| level.is_content()).count();
        assert_eq!(content, 3);
        assert!(!Level::Dissatisfied.is_content());
    }

    #[test]
    fn travels_as_stars() {
        assert_eq!(serde_json::to_string(&Level::Satisfied).unwrap(), "4");
        assert_eq!(serde_json::from_str::<Level>("4").unwrap(), Level::Satisfied);
        assert!(serde_json::from_str::<Level>("6").is_err());
    }
}
