//! What services' routes for records have in common.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::{Fault, FaultKind};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{Compared, Exports, Listed};

/// Which records are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Only those in one state: `waiting`, `delivered`, `accepted` or `rejected`.
    #[param(example = "rejected")]
    pub state: Option<String>,
    /// Records per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    pub limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub after: Option<String>,
}

/// What the receiver says of one record (对账明细).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedRecord {
    /// The record.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: Uuid,
    /// Whether it was accepted.
    #[schema(example = true)]
    pub accepted: bool,
    /// Why not.
    #[serde(default)]
    #[schema(max_length = 500, examples("缺少检查结果代码"))]
    pub reason: Option<String>,
}

/// The receiver's list of a time (对账单).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiversList {
    /// From this moment on.
    #[schema(example = "2026-03-12T00:00:00Z")]
    pub from: DateTime<Utc>,
    /// Before this moment.
    #[schema(example = "2026-03-13T00:00:00Z")]
    pub until: DateTime<Utc>,
    /// Everything the receiver has of that time.
    #[schema(max_items = 10000)]
    pub records: Vec<ListedRecord>,
}

/// What the comparison came to (对账结果).
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportComparison {
    /// How many were accepted.
    #[schema(example = 120)]
    pub accepted: u64,
    /// Rejected: somebody has to look.
    #[schema(example = json!(["019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"]))]
    pub rejected: Vec<String>,
    /// Handed over, but not on the list: they go again.
    #[schema(example = json!([]))]
    pub missing: Vec<String>,
    /// On the list, but none of ours.
    #[schema(example = json!([]))]
    pub unknown: Vec<String>,
}

impl ReceiversList {
    /// Compares it with what was handed over to `target`.
    ///
    /// # Errors
    /// `bad_time` for a time that ends before it begins; no such target; the database's absence.
    pub async fn compare(self, exports: &Exports, target: &str) -> Result<ExportComparison, Fault> {
        let Self { from, until, records } = self;
        if from >= until {
            let title = "对账时间段有误：from 应早于 until";
            return Err(Fault::new(FaultKind::Malformed, "bad_time", title));
        }
        let listed = records.into_iter().map(|one| Listed {
            id: one.id.to_string(),
            accepted: one.accepted,
            reason: one.reason,
        });
        let Compared { accepted, rejected, missing, unknown } =
            exports.compare(target, from, until, listed.collect()).await?;
        Ok(ExportComparison { accepted, rejected, missing, unknown })
    }
}

/// Another attempt (重新推送): an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportAttempt {}

/// A target and a record for it.
#[derive(Debug, Deserialize)]
pub struct Place {
    /// The target.
    pub target: String,
    /// The record.
    pub id: String,
}
