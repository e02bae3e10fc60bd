//! What the history of a service tells those whose draws named it (公开随机数来源).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::of::{Licences, Matters, Owner as _, Shared};

/// Services whose histories give public values.
pub const SOURCES: [&str; 2] = [Matters::NAME, Licences::NAME];

/// What the history of a service tells those who need a value that nobody chose (公开随机数来源).
///
/// There is one such aggregate in a service; its identifier is the service's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum PulseEvent {
    /// 来源公布: this is the history, and these are all keys it was ever signed with.
    Offered {
        /// Origin of the history.
        #[schema(example = "tongban/matters/4f1c9a0b2d3e4f50")]
        origin: String,
        /// Its keys, the oldest first.
        #[schema(example = json!(["tongban/matters/4f1c9a0b2d3e4f50+a1b2c3d4+/3Rvbmdi"]))]
        keys: Vec<String>,
        /// Its largest signed checkpoint, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(
            example = "tongban/matters/4f1c9a0b2d3e4f50\n12\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\ntime 2026-03-11T02:00:09.000000Z\n\n— tongban/matters/4f1c9a0b2d3e4f50 obLD1A==\n"
        )]
        checkpoint: Option<String>,
    },
    /// 收到请求: a draw named this history.
    Asked {
        /// Service that holds the draw.
        #[schema(example = "supervision")]
        service: String,
        /// Identifier of the draw.
        #[schema(example = "plan-2026-07/1")]
        draw: String,
        /// The checkpoint has to be larger than this.
        #[schema(example = 12)]
        above: u64,
        /// The first after this moment.
        #[schema(example = "2026-03-11T04:05:00Z")]
        after: DateTime<Utc>,
    },
    /// 脉冲: nothing but an entry, so that the tree grows after the moment that was asked for.
    Beat {
        /// The latest of the moments asked for.
        #[schema(example = "2026-03-11T04:05:00Z")]
        after: DateTime<Utc>,
    },
    /// 检查点公布: the first that answers.
    Signed {
        /// The signed checkpoint, as it is.
        #[schema(
            example = "tongban/matters/4f1c9a0b2d3e4f50\n13\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\ntime 2026-03-11T04:05:09.000000Z\n\n— tongban/matters/4f1c9a0b2d3e4f50 obLD1A==\n"
        )]
        checkpoint: String,
        /// The draws that it answers, each after its service and a colon.
        #[schema(example = json!(["supervision:plan-2026-07/1"]))]
        answers: Vec<String>,
    },
}

impl Shared for PulseEvent {
    const AGGREGATE: &'static str = "pulse";
}
