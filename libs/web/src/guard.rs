//! The guard before every operation: signs the caller in and asks the access table.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Caller;

use crate::access::AccessTable;
use crate::problem::Problem;
use crate::token::Verifier;

/// What the guard needs to know.
#[derive(Clone)]
pub struct Guard {
    /// Checks tokens.
    pub verifier: Verifier,
    /// The operations' rules.
    pub table: Arc<AccessTable>,
}

/// The signed-in caller of an operation.
#[derive(Debug, Clone)]
pub struct CallerOf(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for CallerOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| unauthenticated().into())
    }
}

fn unauthenticated() -> Fault {
    Fault::new(FaultKind::Unauthenticated, "unauthenticated", "请先登录")
}

/// Lets a request pass, or answers in its place.
pub(crate) async fn guard(
    State(guard): State<Guard>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&guard, &request) {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(CallerOf(caller));
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        Err(fault) => Problem::from(fault).into_response(),
    }
}

fn admit(guard: &Guard, request: &Request) -> Result<Option<Caller>, Fault> {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    // axum answers HEAD with the GET operation.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let rule = guard
        .table
        .get(method, path)
        .ok_or_else(|| Fault::new(FaultKind::NotFound, "no_such_operation", "没有这个接口"))?;
    if rule.public {
        return Ok(None);
    }
    let token = bearer(request).ok_or_else(unauthenticated)?;
    let principal = guard.verifier.verify(token)?;
    rule.admit(&principal)?;
    Ok(Some(Caller { principal, traceparent: tongban_telemetry::current_traceparent() }))
}

fn bearer(request: &Request) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
