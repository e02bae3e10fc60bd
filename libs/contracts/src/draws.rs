//! What a service tells of its draws (随机抽取): from the terms to the last replacement.
//!
//! The aggregate is the history of one purpose (a plan, a purchase), with every attempt at it in turn; its
//! identifier is the purpose. `docs/draw-spec.md` says what the digests are of, and why the order matters.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::of::{Owner as _, Shared, Supermarket, Supervision};

/// Services that hold draws.
pub const HOLDERS: [&str; 2] = [Supervision::NAME, Supermarket::NAME];

/// Terms of a draw, as they are fixed (抽取方案). The lists are in a file that the digest tells from any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawTerms {
    /// Identifier of the draw: its purpose, a slash, and which proposal for the purpose it is.
    #[schema(example = "plan-2026-07/1")]
    pub draw: String,
    /// Which attempt at the purpose (第几次抽取).
    #[schema(example = 1)]
    pub attempt: u32,
    /// What people call it.
    #[schema(example = "2026 年第七批双随机抽查")]
    pub title: String,
    /// Digest of the terms.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub terms: String,
    /// Length of their text, in bytes.
    #[schema(example = 2048)]
    pub bytes: u64,
    /// Digest of everything in them that was asked for: the same request again is recognised by it.
    #[schema(example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
    pub asked: String,
    /// The rule.
    #[schema(example = "tongban-draw-v1")]
    pub rule: String,
    /// How many can be drawn (候选).
    #[schema(example = 120)]
    pub candidates: u32,
    /// How many were left out, with reasons (回避、剔除).
    #[schema(example = 3)]
    pub exclusions: u32,
    /// How many are drawn.
    #[schema(example = 6)]
    pub number: u32,
    /// At most so many of them may be replaced (补抽上限).
    #[schema(example = 2)]
    pub max_replacements: u32,
    /// The attempt before, unless this is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<DrawBefore>,
    /// Where the public values come from.
    pub randomness: DrawRandomness,
    /// Who holds the draw (组织方).
    pub organiser: DrawOrganiser,
    /// Who may commit beside the organiser (见证人), in ascending order of their names.
    pub witnesses: Vec<DrawWitness>,
    /// So many witnesses have to commit, at least one.
    #[schema(example = 1)]
    pub quorum: u32,
    /// Who has not committed by then takes no part.
    #[schema(example = "2026-03-11T04:00:00Z")]
    pub commit_until: DateTime<Utc>,
}

/// An attempt before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawBefore {
    /// Digest of its announcement.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub announcement: String,
    /// Why there is another.
    #[schema(example = "中选机构放弃，且已无可补抽者")]
    pub reason: String,
}

/// The organiser of a draw (组织方).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawOrganiser {
    /// Its name in the draw: ASCII letters, digits and `. _ : / -`. Of a public body its credit code, for no
    /// officer of it can be a witness.
    #[schema(example = "11320706MB0000001B")]
    pub party: String,
    /// What people call it.
    #[schema(example = "海州区行政审批局（示例）")]
    pub name: String,
}

/// A witness of a draw (见证人): an account that alone can commit and open under this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawWitness {
    /// Its name in the draw: ASCII letters, digits and `. _ : / -`.
    #[schema(example = "discipline-inspection")]
    pub party: String,
    /// What people call it.
    #[schema(example = "海州区纪委监委派驻组（示例）")]
    pub name: String,
    /// The account, of an officer or a system.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub account: String,
}

/// Where the public values come from, and until when seeds are opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawRandomness {
    /// Where the value comes from.
    pub value: RandomSource,
    /// Who has not opened the seed by then has withheld it.
    #[schema(example = "2026-03-11T06:00:00Z")]
    pub open_until: DateTime<Utc>,
    /// Where the value comes from that stands for withheld seeds; with a checkpoint only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<RandomSource>,
}

/// A source of public values, and which of them it will be: the first after a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RandomSource {
    /// A public beacon (随机数信标).
    Beacon {
        /// Its name.
        #[schema(example = "drand-quicknet")]
        of: String,
        /// The first value after this moment.
        #[schema(example = "2026-03-11T06:00:00Z")]
        after: DateTime<Utc>,
    },
    /// The signed checkpoint of a service's history (检查点).
    Checkpoint {
        /// Origin of the history.
        #[schema(example = "tongban/matters/4f1c9a0b2d3e4f50")]
        of: String,
        /// It has to be larger than this.
        #[schema(example = 12)]
        above: u64,
        /// The first checkpoint after this moment.
        #[schema(example = "2026-03-11T04:05:00Z")]
        after: DateTime<Utc>,
    },
}

/// A public value that came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RandomValue {
    /// Of a beacon.
    Beacon {
        /// When it was published.
        #[schema(example = "2026-03-11T06:00:03Z")]
        at: DateTime<Utc>,
        /// The value, in hexadecimal.
        #[schema(example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
        bytes: String,
        /// Its number.
        #[schema(example = 20)]
        round: u64,
    },
    /// Of a history.
    Checkpoint {
        /// The signed checkpoint, as it is.
        #[schema(
            example = "tongban/matters/4f1c9a0b2d3e4f50\n13\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\ntime 2026-03-11T04:05:09.000000Z\n\n— tongban/matters/4f1c9a0b2d3e4f50 obLD1A==\n"
        )]
        note: String,
    },
}

/// The commitment of a party (承诺).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartyCommitment {
    /// The party.
    #[schema(example = "discipline-inspection")]
    pub party: String,
    /// The commitment.
    #[schema(example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
    pub commitment: String,
}

/// A party that did not open its seed (拒不开启).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WithheldSeed)]
pub struct Withheld {
    /// The party.
    #[schema(example = "discipline-inspection")]
    pub party: String,
    /// What is known of why.
    #[schema(example = "至开启期限届满未提交种子")]
    pub reason: String,
}

/// Why a proposal came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DrawCancelKind)]
pub enum CancelKind {
    /// 组织方取消
    ByOrganiser,
    /// 见证人未在期限内承诺: too few witnesses committed.
    NotCommitted,
    /// 未能按时公告: nobody could announce it while nothing of the randomness was known.
    NotAnnounced,
    /// 公开随机数未及时产生: it was announced, but the value came too late for seeds to be opened. All seeds are
    /// still secret, so nobody knows what would have come out.
    NoValue,
}

/// Why somebody drawn is replaced (补抽原因).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrawReplacementKind {
    /// 无法参加
    Unavailable,
    /// 放弃
    Declined,
    /// 资格丧失
    Unqualified,
    /// 发现利害关系
    ConflictFound,
}

/// What came out (抽取结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawResult {
    /// Identifier of the draw.
    #[schema(example = "plan-2026-07/1")]
    pub draw: String,
    /// Digest of the announcement that it follows from.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub announcement: String,
    /// How many were drawn.
    #[schema(example = 2)]
    pub count: u32,
    /// Digest of the list's text, a JSON array.
    #[schema(example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
    pub digest: String,
    /// Who was drawn, in the order of drawing; absent when they are more than 200: then the list is read in pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["91320706MA0000101N", "91320706MA0000102R"]))]
    pub drawn: Option<Vec<String>>,
}

/// One who was drawn and replaced by the next of the same stream (补抽).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawReplacement {
    /// Who was replaced.
    #[schema(example = "91320706MA0000101N")]
    pub removed: String,
    /// Who was drawn instead.
    #[schema(example = "91320706MA0000103W")]
    pub added: String,
    /// What kind of reason.
    pub kind: DrawReplacementKind,
    /// The reason in words.
    #[schema(example = "企业已停业")]
    pub reason: String,
}

/// History of the draws for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum DrawEvent {
    /// 方案确定
    Proposed(Box<DrawTerms>),
    /// 承诺
    Committed {
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// By whom, to what.
        commitment: PartyCommitment,
    },
    /// 取消: before the announcement, or while every seed is secret for want of a public value.
    Cancelled {
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// What kind of reason.
        kind: CancelKind,
        /// The reason in words.
        #[schema(example = "抽查计划调整")]
        reason: String,
    },
    /// 公告: terms and commitments are fixed for good.
    Announced {
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// Digest of the announcement: whoever keeps it can tell that nothing was changed since.
        #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
        announcement: String,
        /// Where the public values come from.
        randomness: DrawRandomness,
    },
    /// 公开随机数产生
    ValueRecorded {
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// The value.
        value: RandomValue,
    },
    /// 开启种子
    Opened {
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// The party.
        #[schema(example = "discipline-inspection")]
        party: String,
        /// The seed, in hexadecimal.
        #[schema(example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
        seed: String,
    },
    /// 开启截止
    Closed {
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// Who did not open.
        withheld: Vec<Withheld>,
        /// Where the value comes from that stands for them; when it is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<RandomSource>,
    },
    /// 替补随机数产生
    FallbackRecorded {
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// The value.
        value: RandomValue,
    },
    /// 抽取完成
    Drawn(Box<DrawResult>),
    /// 补抽
    Replaced {
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// Which replacement it is, from 1.
        #[schema(example = 1)]
        place: u32,
        /// Who for whom, and why.
        replacement: DrawReplacement,
    },
}

impl Shared for DrawEvent {
    const AGGREGATE: &'static str = "draw";
}
