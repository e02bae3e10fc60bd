//! What can be asked of the draws for a purpose.

use std::sync::Arc;

use tongban_contracts::draws::{DrawReplacement, DrawResult, DrawTerms, RandomValue};
use tongban_proof::VerifyKey;

/// What can be asked; but for the first, each names the draw.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    /// 提出: fix the terms of the next draw.
    Propose {
        /// What they are for.
        purpose: String,
        /// The terms.
        terms: Box<DrawTerms>,
    },
    /// 组织方承诺
    CommitOrganiser { draw: String, commitment: String },
    /// 见证人承诺: by the account of a witness.
    Commit {
        draw: String,
        /// Digest of the terms that were read.
        terms: String,
        commitment: String,
    },
    /// 取消
    Cancel { draw: String, reason: String },
    /// 失效: what had to happen did not happen in time.
    Lapse { draw: String },
    /// 公告
    Announce { draw: String },
    /// 记录公开随机数; of a checkpoint with the keys of its history.
    RecordValue { draw: String, value: RandomValue, keys: Arc<Vec<VerifyKey>> },
    /// 组织方开启种子
    OpenOrganiser { draw: String, seed: String },
    /// 见证人开启种子: by the account of a witness.
    Open { draw: String, seed: String },
    /// 开启截止
    Close { draw: String },
    /// 记录替补随机数
    RecordFallback { draw: String, value: RandomValue, keys: Arc<Vec<VerifyKey>> },
    /// 抽取: what follows from all that was recorded.
    Draw(Box<DrawResult>),
    /// 补抽: the next of the same stream; `place` counts from 1.
    Replace { draw: String, place: u32, replacement: DrawReplacement },
}

impl Command {
    /// The draw it is about; nothing for a proposal.
    pub(crate) fn draw(&self) -> Option<&str> {
        match self {
            Self::Propose { .. } => None,
            Self::Draw(result) => Some(&result.draw),
            Self::CommitOrganiser { draw, .. }
            | Self::Commit { draw, .. }
            | Self::Cancel { draw, .. }
            | Self::Lapse { draw }
            | Self::Announce { draw }
            | Self::RecordValue { draw, .. }
            | Self::OpenOrganiser { draw, .. }
            | Self::Open { draw, .. }
            | Self::Close { draw }
            | Self::RecordFallback { draw, .. }
            | Self::Replace { draw, .. } => Some(draw),
        }
    }
}
