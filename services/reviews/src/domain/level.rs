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

    /// Stars, 5 for the best.
    pub const fn stars(self) -> u8 {
        match self {
            Self::VerySatisfied => 5,
            Self::Satisfied => 4,
            Self::FairlySatisfied => 3,
            Self::Dissatisfied => 2,
            Self::VeryDissatisfied => 1,
        }
    }

    /// Code of GB/T 39046-2020 table A.8 (评价等级代码), 1 for the best.
    pub const fn code(self) -> &'static str {
        match self {
            Self::VerySatisfied => "1",
            Self::Satisfied => "2",
            Self::FairlySatisfied => "3",
            Self::Dissatisfied => "4",
            Self::VeryDissatisfied => "5",
        }
    }

    /// The national word.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::VerySatisfied => "非常满意",
            Self::Satisfied => "满意",
            Self::FairlySatisfied => "基本满意",
            Self::Dissatisfied => "不满意",
            Self::VeryDissatisfied => "非常不满意",
        }
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
