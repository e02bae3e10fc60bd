//! Reading requests: every fault is found before anything is done, and all are told at once.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sm3::{Digest, Sm3};
use tongban_forms::{Form, MOST_FAULTS, schema_of};
use tongban_kernel::{Fault, FaultKind, Faults};
use tongban_ledger::{Reply, RequestKey};
use utoipa::ToSchema;

use crate::guard::CallerOf;
use crate::problem::Problem;

/// Longest `Idempotency-Key` taken.
const LONGEST_KEY: usize = 128;

/// A JSON body that matches the schema its operation publishes.
#[derive(Debug)]
pub struct Body<T> {
    /// The body.
    pub value: T,
    /// Recognises the request when it comes again; present when the caller sent `Idempotency-Key`.
    pub request: Option<RequestKey>,
}

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    T: DeserializeOwned + ToSchema + 'static,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            let fault = Fault::new(
                FaultKind::Unsupported,
                "not_json",
                "请求内容应为 JSON（Content-Type: application/json）",
            );
            return Err(fault.into());
        }
        let key = key(&parts)?;
        let request = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Fault::new(FaultKind::TooLarge, "body_too_large", "请求内容过大")
            } else {
                Fault::new(FaultKind::Malformed, "unreadable_body", "请求内容读取失败")
            }
        })?;
        let value = read(&bytes)?;
        Ok(Self { value, request: key.map(|key| request_key(&parts, key, &bytes)) })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| {
            let kind = kind.trim().to_ascii_lowercase();
            kind == "application/json"
                || (kind.starts_with("application/") && kind.ends_with("+json"))
        })
}

fn read<T: DeserializeOwned + ToSchema + 'static>(bytes: &[u8]) -> Result<T, Fault> {
    let value = serde_json::from_slice(bytes).map_err(|error| {
        Fault::new(FaultKind::Malformed, "malformed_json", "请求内容不是合法的 JSON")
            .with_detail(format!("第 {} 行第 {} 列", error.line(), error.column()))
    })?;
    let mut faults = Faults::new();
    faults.extend(form_of::<T>()?.check(&value, ""));
    let mut found = Vec::new();
    with_nul(&value, &mut String::new(), &mut found);
    for pointer in found.into_iter().take(MOST_FAULTS) {
        faults.add(pointer, "nul", "内容不能含有空字符（U+0000）");
    }
    faults.into_result("invalid_request", "请求内容有误")?;
    serde_json::from_value(value).map_err(|error| {
        Fault::new(FaultKind::Invalid, "invalid_request", "请求内容有误")
            .with_detail(error.to_string())
    })
}

/// Where texts have a NUL in them, which JSON allows and PostgreSQL cannot keep.
fn with_nul(value: &Value, pointer: &mut String, found: &mut Vec<String>) {
    let mut within = |name: &str, value: &Value| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        if name.contains('\0') {
            found.push(pointer.clone());
        }
        with_nul(value, pointer, found);
        pointer.truncate(length);
    };
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| within(&index.to_string(), item));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, value)| within(name, value)),
        Value::String(text) if text.contains('\0') => found.push(pointer.clone()),
        _ => {}
    }
}

/// Whether an address has a NUL in it, percent-encoded as it must be there.
fn has_nul(part: Option<&str>) -> bool {
    part.is_some_and(|part| part.contains("%00"))
}

/// The compiled schema of a body type, made once.
fn form_of<T: ToSchema + 'static>() -> Result<Arc<Form>, Fault> {
    static FORMS: LazyLock<RwLock<HashMap<TypeId, Arc<Form>>>> = LazyLock::new(RwLock::default);
    let poisoned = || Fault::internal("the cache of body schemas is poisoned");
    let id = TypeId::of::<T>();
    if let Some(form) = FORMS.read().map_err(|_| poisoned())?.get(&id) {
        return Ok(Arc::clone(form));
    }
    let form = Form::compile(&schema_of::<T>()).map_err(|faults| {
        Fault::internal(format!("schema of {}: {faults:?}", std::any::type_name::<T>()))
    })?;
    let form = Arc::new(form);
    FORMS.write().map_err(|_| poisoned())?.insert(id, Arc::clone(&form));
    Ok(form)
}

fn key(parts: &Parts) -> Result<Option<String>, Fault> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
        _ => Err(Fault::new(
            FaultKind::Malformed,
            "bad_idempotency_key",
            format!("Idempotency-Key 应为 1 至 {LONGEST_KEY} 个可见字符"),
        )),
    }
}

fn request_key(parts: &Parts, key: String, body: &[u8]) -> RequestKey {
    let account = parts
        .extensions
        .get::<CallerOf>()
        .map(|CallerOf(caller)| caller.principal.account.clone())
        .unwrap_or_default();
    let mut digest = Sm3::new();
    for part in [parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), body] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    RequestKey { account, key, fingerprint: digest.finalize().to_vec() }
}

/// Query parameters, faults told as a problem document.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if has_nul(parts.uri.query()) {
            let fault = Fault::new(FaultKind::Malformed, "bad_query", "查询参数有误");
            return Err(fault.with_detail("不能含有空字符（U+0000）").into());
        }
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| {
                Fault::new(FaultKind::Malformed, "bad_query", "查询参数有误")
                    .with_detail(rejection.body_text())
                    .into()
            })
    }
}

/// Path parameters, faults told as a problem document.
#[derive(Debug)]
pub struct Segment<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segment<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if has_nul(Some(parts.uri.path())) {
            let fault = Fault::new(FaultKind::Malformed, "bad_path", "路径参数有误");
            return Err(fault.with_detail("不能含有空字符（U+0000）").into());
        }
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|rejection| {
                Fault::new(FaultKind::Malformed, "bad_path", "路径参数有误")
                    .with_detail(rejection.body_text())
                    .into()
            })
    }
}

/// The stored answer to a command, as an HTTP answer.
pub fn reply(reply: Reply) -> impl IntoResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, "application/json")], reply.body)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body as RawBody, to_bytes};
    use axum::http::Request as HttpRequest;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        name: String,
        #[serde(default)]
        tags: Vec<String>,
        count: u32,
    }

    fn request(kind: Option<&str>) -> axum::http::request::Builder {
        let builder = HttpRequest::post("/t/v1/things?x=1");
        match kind {
            Some(kind) => builder.header("content-type", kind),
            None => builder,
        }
    }

    async fn taken(request: Request) -> Result<Body<Thing>, (u16, Value)> {
        match Body::<Thing>::from_request(request, &()).await {
            Ok(body) => Ok(body),
            Err(problem) => {
                let response = problem.into_response();
                let status = response.status().as_u16();
                let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
                Err((status, serde_json::from_slice(&bytes).unwrap()))
            }
        }
    }

    async fn read_json(value: &Value) -> Result<Body<Thing>, (u16, Value)> {
        let builder = request(Some("application/json"));
        taken(builder.body(RawBody::from(value.to_string())).unwrap()).await
    }

    fn pointers(problem: &Value) -> Vec<&str> {
        let errors = problem["errors"].as_array().unwrap();
        let mut found: Vec<_> = errors.iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        found.sort_unstable();
        found
    }

    #[tokio::test]
    async fn a_body_that_fits_is_read() {
        let body = read_json(&json!({"name": "名", "count": 3})).await.unwrap();
        assert_eq!(body.value, Thing { name: "名".into(), tags: Vec::new(), count: 3 });
        assert!(body.request.is_none(), "no key, nothing to recognise it by");
    }

    #[tokio::test]
    async fn every_fault_is_told_at_once() {
        let bad = json!({"count": -1, "tags": ["a", 7], "more": true});
        let (status, problem) = read_json(&bad).await.unwrap_err();
        assert_eq!((status, problem["code"].as_str()), (422, Some("invalid_request")));
        assert_eq!(pointers(&problem), ["/count", "/more", "/name", "/tags/1"]);
    }

    #[tokio::test]
    async fn text_that_no_database_keeps_is_told_of() {
        let bad = json!({"name": "a\0", "tags": ["x", "\0"], "count": 1});
        let (status, problem) = read_json(&bad).await.unwrap_err();
        assert_eq!((status, pointers(&problem)), (422, vec!["/name", "/tags/1"]));
        assert_eq!(problem["errors"][0]["code"], "nul");
        // Written out, backslash and digits are text like any other.
        assert!(read_json(&json!({"name": "\\u0000", "count": 1})).await.is_ok());
        let many = json!({"name": "a", "tags": vec!["\0"; 5000], "count": 1});
        let (_, problem) = read_json(&many).await.unwrap_err();
        assert_eq!(pointers(&problem).len(), MOST_FAULTS);
    }

    #[tokio::test]
    async fn only_json_is_read() {
        let text = r#"{"name": "a", "count": 1}"#;
        for (kind, status) in [
            (Some("application/json"), 0),
            (Some("Application/JSON;charset=UTF-8"), 0),
            (Some("application/merge-patch+json"), 0),
            (Some("text/json"), 415),
            (Some("application/json5"), 415),
            (Some("multipart/form-data; boundary=x"), 415),
            (None, 415),
        ] {
            let sent = request(kind).body(RawBody::from(text)).unwrap();
            let found = taken(sent).await.map_or_else(|(status, _)| status, |_| 0);
            assert_eq!(found, status, "{kind:?}");
        }
        let sent = request(Some("application/json")).body(RawBody::from("{")).unwrap();
        let (status, problem) = taken(sent).await.unwrap_err();
        assert_eq!((status, problem["code"].as_str()), (400, Some("malformed_json")));
        assert_eq!(problem["detail"], "第 1 行第 1 列");
    }

    #[tokio::test]
    async fn a_key_makes_the_request_recognisable() {
        let send = async |key: &str, path: &str, text: &str| {
            let builder = HttpRequest::post(path).header("content-type", "application/json");
            let sent = builder.header("idempotency-key", key).body(RawBody::from(text.to_owned()));
            taken(sent.unwrap()).await.map(|body| body.request.unwrap())
        };
        let text = r#"{"name": "a", "count": 1}"#;
        let first = send("k", "/t/v1/things", text).await.unwrap();
        assert_eq!((first.key.as_str(), first.fingerprint.len()), ("k", 32));
        let again = send("k", "/t/v1/things", text).await.unwrap();
        assert_eq!(again.fingerprint, first.fingerprint);
        for (path, text) in
            [("/t/v1/thing", text), ("/t/v1/things", r#"{"name": "a", "count": 2}"#)]
        {
            assert_ne!(send("k", path, text).await.unwrap().fingerprint, first.fingerprint);
        }
        assert!(send(&"k".repeat(LONGEST_KEY), "/t", text).await.is_ok());
        for bad in [String::new(), "k".repeat(LONGEST_KEY + 1), "é".into()] {
            let (status, problem) = send(&bad, "/t", text).await.unwrap_err();
            assert_eq!((status, problem["code"].as_str()), (400, Some("bad_idempotency_key")));
        }
    }
}
