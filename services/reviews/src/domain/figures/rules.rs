//! The published rules of figures.

use super::score::ScoreRule;
use crate::domain::signals::SignalRule;

/// By which signals are found and scores are made (统计办法).
#[derive(Debug)]
pub struct FigureRules {
    /// The method of signals.
    pub signals: SignalRule,
    /// The formula of scores.
    pub scores: ScoreRule,
}
