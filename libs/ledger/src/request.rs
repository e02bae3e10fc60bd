//! Idempotency: the answer to a request is kept with its effect, and given again when it comes again.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::Serialize;
use tongban_kernel::{Fault, FaultKind};

use crate::entity::request;

/// What makes a request recognisable when it comes again.
#[derive(Debug, Clone)]
pub struct RequestKey {
    /// Account that asks; keys of different accounts never meet.
    pub account: String,
    /// The caller's `Idempotency-Key`.
    pub key: String,
    /// Digest of method, path and body.
    pub fingerprint: Vec<u8>,
}

/// An answer as first given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// JSON text of the body.
    pub body: String,
}

impl Reply {
    /// An answer with `body` as JSON.
    ///
    /// # Errors
    /// When it cannot be written as JSON: a mistake in its type.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, Fault> {
        let body = serde_json::to_string(body).map_err(Fault::internal)?;
        Ok(Self { status, body })
    }
}

impl RequestKey {
    /// The answer given before, if the same request was answered already.
    ///
    /// # Errors
    /// When the key was used for another request, or the database is away.
    pub async fn answered(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<Option<Reply>, Fault> {
        let found = request::Entity::find_by_id((self.account.clone(), self.key.clone()))
            .one(connection)
            .await
            .map_err(tongban_db::to_fault)?;
        let Some(found) = found else { return Ok(None) };
        if found.fingerprint != self.fingerprint {
            return Err(Fault::new(
                FaultKind::Invalid,
                "idempotency_key_reused",
                "该幂等键已用于另一请求，请为不同的请求使用新的 Idempotency-Key",
            ));
        }
        let status = u16::try_from(found.status).map_err(Fault::internal)?;
        Ok(Some(Reply { status, body: found.body }))
    }

    /// The row that keeps `reply`, for a transaction of the caller's own around [`execute_within`].
    ///
    /// [`execute_within`]: crate::Ledger::execute_within
    pub fn keep(&self, reply: &Reply, at: i64) -> request::ActiveModel {
        request::ActiveModel {
            account: Set(self.account.clone()),
            key: Set(self.key.clone()),
            fingerprint: Set(self.fingerprint.clone()),
            status: Set(i32::from(reply.status)),
            body: Set(reply.body.clone()),
            at: Set(at),
        }
    }
}
