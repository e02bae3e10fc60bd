//! What the gateway calls, whatever the provider's system is (数据提供方).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::error::ProviderFault;

/// A row of an answer: declared fields by their declared names.
pub type Row = Map<String, Value>;

/// A question to a provider (调用请求). Whether it may be asked is decided before.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Who asks: identifier of the requesting body or system with the provider (请求方标识).
    pub requester: String,
    /// Code of the resource (资源代码).
    pub resource: String,
    /// Parameters by their declared names.
    pub parameters: BTreeMap<String, Value>,
    /// The fields that are granted; nothing else is asked for where the provider can be asked so, and nothing
    /// else is given on (授权字段).
    pub fields: BTreeSet<String>,
    /// How long it may take as a whole. The provider's own limit holds when it is shorter.
    pub patience: Duration,
}

/// What a provider answers (应答).
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The rows, each with granted and declared fields alone.
    pub rows: Vec<Row>,
    /// How much came, in bytes, before anything was cut away.
    pub bytes: u64,
    /// When it came, in microseconds since 1970; that of the first time for an answer that was kept.
    pub received_at: i64,
    /// Whether it was kept from an earlier call (缓存).
    pub kept: bool,
}

/// A provider's system.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Asks and waits for the whole answer.
    ///
    /// # Errors
    /// [`ProviderFault`] says which of many things happened. Dropping the future gives the call up.
    async fn ask(&self, ask: &Ask) -> Result<Answer, ProviderFault>;
}
