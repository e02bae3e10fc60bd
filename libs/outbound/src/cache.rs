//! Answers kept for as long as the provider's rule says (缓存).
//!
//! An answer is kept under requester, resource, parameters and fields: who may read other fields finds nothing of it.
//! Only answers are kept, no faults. Space is limited in bytes; what does not fit drives out what is asked for least.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};
use tongban_kernel::Clock;

use crate::error::ProviderFault;
use crate::provider::{Answer, Ask, Provider};

/// What is kept of one provider's answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheRule {
    /// How long an answer of a resource may be given again, in seconds, by its code; none of the others is kept.
    pub seconds: BTreeMap<String, u32>,
    /// Space, in bytes of the answers as they came.
    pub space: u64,
}

/// A provider whose answers are kept.
pub struct Cached<P> {
    inner: P,
    rule: CacheRule,
    kept: Cache<[u8; 32], Arc<Answer>>,
    clock: Arc<dyn Clock>,
}

impl<P: Provider> Cached<P> {
    /// Keeps answers of `inner` by `rule`.
    pub fn new(inner: P, rule: CacheRule, clock: Arc<dyn Clock>) -> Self {
        let longest = rule.seconds.values().copied().max().unwrap_or_default();
        let kept = Cache::builder()
            .max_capacity(rule.space)
            .weigher(|_, answer: &Arc<Answer>| {
                // Rows in memory take some times their text, and an empty answer takes something.
                u32::try_from(answer.bytes.saturating_add(256)).unwrap_or(u32::MAX)
            })
            // What nobody asks for again goes as well; whether an answer is still good, our own clock says.
            .time_to_live(Duration::from_secs(u64::from(longest)))
            .build();
        Self { inner, rule, kept, clock }
    }

    /// Forgets all, as when a provider corrects its data (校核).
    pub fn forget(&self) {
        self.kept.invalidate_all();
    }

    fn is_good(&self, answer: &Answer, seconds: u32) -> bool {
        let age = self.clock.now().timestamp_micros() - answer.received_at;
        (0..i64::from(seconds) * 1_000_000).contains(&age)
    }
}

/// What an answer is kept under: everything that makes the question, each part with its length before it, so that no two
/// questions are written alike.
fn key(ask: &Ask) -> [u8; 32] {
    let mut digest = Sm3::new();
    let mut add = |part: &str| {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    };
    add(&ask.requester);
    add(&ask.resource);
    add(&ask.parameters.len().to_string());
    for (name, value) in &ask.parameters {
        add(name);
        add(&value.to_string());
    }
    for field in &ask.fields {
        add(field);
    }
    digest.finalize().into()
}

#[async_trait]
impl<P: Provider> Provider for Cached<P> {
    async fn ask(&self, ask: &Ask) -> Result<Answer, ProviderFault> {
        let Some(seconds) = self.rule.seconds.get(&ask.resource).copied() else {
            return self.inner.ask(ask).await;
        };
        let key = key(ask);
        if let Some(answer) = self.kept.get(&key) {
            if self.is_good(&answer, seconds) {
                return Ok(Answer { kept: true, ..(*answer).clone() });
            }
            self.kept.invalidate(&key);
        }
        let answer = self.inner.ask(ask).await?;
        self.kept.insert(key, Arc::new(answer.clone()));
        // At once, not some time later: the limit is one on personal data in memory as well.
        self.kept.run_pending_tasks();
        Ok(answer)
    }
}
