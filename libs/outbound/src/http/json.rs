//! Providers that speak HTTP and JSON (接口).

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tongban_kernel::{Fault, Faults};

use super::{Call, Link, nesting};
use crate::address::{Place, Placed, check_path};
use crate::error::ProviderFault;
use crate::provider::{Answer, Ask, Provider};
use crate::shape::{self, Cell, Shape, registered};

/// How a resource is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// `GET`, without a body.
    Get,
    /// `POST` with a JSON object of the parameters placed in it.
    Post,
}

/// Where an answer says whether it is one: many say so beside the status (返回码).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// JSON pointer to it.
    pub pointer: String,
    /// What it is when all is well, as a text: a `0` that a provider gives as a number is the same.
    pub good: String,
}

/// A resource as it is registered (接口资源).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonResource {
    /// Its identifier with the provider, which is signed (服务标识).
    pub service: String,
    /// Method.
    pub method: Method,
    /// Path beneath the address; a segment `{name}` is the parameter whose target is `name`.
    pub path: String,
    /// Parameters.
    pub parameters: Vec<Placed>,
    /// JSON pointer to the rows: an array of objects, one object, or null for none.
    pub rows: String,
    /// What a row has. A source is a JSON pointer into the row, or the name of a member.
    pub shape: Shape,
    /// Where the answer says that it is one, if it does.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// Status codes by which the provider says that there is no such row, 404 for some.
    #[serde(default)]
    pub absent: Vec<u16>,
}

/// A provider reached by HTTP and JSON.
pub struct HttpJson {
    link: Link,
    resources: BTreeMap<String, JsonResource>,
}

impl HttpJson {
    /// A provider with its resources by their codes.
    ///
    /// # Errors
    /// `invalid_registration` with every fault of every resource.
    pub fn new(link: Link, resources: BTreeMap<String, JsonResource>) -> Result<Self, Fault> {
        let mut faults = Faults::new();
        for (code, resource) in &resources {
            let mut own = Faults::new();
            check_path(&resource.path, &resource.parameters, &mut own);
            resource.shape.check(&mut own);
            let member = |one: &Placed| one.place == Place::Member;
            if resource.method == Method::Get && resource.parameters.iter().any(member) {
                own.add("/parameters", "no_body", "GET 请求没有请求体，参数不能放在其中");
            }
            let pointers =
                [Some(&resource.rows), resource.verdict.as_ref().map(|one| &one.pointer)];
            if pointers.into_iter().flatten().any(|one| !one.is_empty() && !one.starts_with('/')) {
                own.add("/rows", "pointer", "JSON 指针应为空或以 / 开头");
            }
            shape::under(code, own, &mut faults);
        }
        registered(faults)?;
        Ok(Self { link, resources })
    }

    fn call<'a>(&self, ask: &Ask, resource: &'a JsonResource) -> Result<Call<'a>, ProviderFault> {
        let declared: Vec<_> =
            resource.parameters.iter().map(|placed| placed.parameter.clone()).collect();
        let checked = shape::parameters(&declared, &ask.parameters)?;
        let mut values = Vec::new();
        let mut body = Map::new();
        for placed in &resource.parameters {
            let name = &placed.parameter.name;
            let Some((_, text)) = checked.iter().find(|(one, _)| &one.name == name) else {
                continue;
            };
            if let (Place::Member, Some(value)) = (placed.place, ask.parameters.get(name)) {
                body.insert(placed.parameter.target.clone(), value.clone());
            } else {
                values.push((placed, text.clone()));
            }
        }
        let url = self.link.address().url(&resource.path, &values)?;
        let body = match resource.method {
            Method::Get => None,
            Method::Post => {
                Some(("application/json".to_owned(), Value::Object(body).to_string().into_bytes()))
            }
        };
        let service = &resource.service;
        let (expects, also) = (&["application/json"], &resource.absent);
        Ok(Call { service, url, body, headers: Vec::new(), expects, also })
    }
}

#[async_trait]
impl Provider for HttpJson {
    async fn ask(&self, ask: &Ask) -> Result<Answer, ProviderFault> {
        let resource = shape::find(&self.resources, &ask.resource)?;
        let wanted = resource.shape.wanted(&ask.fields)?;
        let call = self.call(ask, resource)?;
        let came = self.link.exchange(ask, call).await?;
        let bytes = came.body.len() as u64;
        let mut rows = Vec::new();
        if !resource.absent.contains(&came.status) {
            let whole = read(&came.body, self.link.limits().deepest)?;
            judge(resource, &whole)?;
            let found = rows_of(resource, &whole)?;
            resource.shape.room_for(found.len())?;
            let mut faults = Faults::new();
            for (index, row) in found.iter().enumerate() {
                rows.push(shape::row(&wanted, index, &mut faults, |column| {
                    let value = if column.source.starts_with('/') {
                        row.pointer(&column.source)
                    } else {
                        row.get(&column.source)
                    };
                    value.map_or(Cell::Absent, |value| Cell::Json(value.clone()))
                }));
            }
            ProviderFault::lied_about(faults)?;
        }
        Ok(Answer { rows, bytes, received_at: self.link.now(), kept: false })
    }
}

fn read(body: &[u8], deepest: usize) -> Result<Value, ProviderFault> {
    if !nesting::is_within(body, deepest) {
        return Err(ProviderFault::TooLarge { limit: deepest as u64, unit: "levels" });
    }
    serde_json::from_slice(body).map_err(|_| ProviderFault::lied("", "json", "应答不是完整的 JSON"))
}

fn judge(resource: &JsonResource, whole: &Value) -> Result<(), ProviderFault> {
    let Some(verdict) = &resource.verdict else { return Ok(()) };
    let Some(found) = whole.pointer(&verdict.pointer) else {
        return Err(ProviderFault::lied(verdict.pointer.clone(), "missing", "缺少登记的返回码"));
    };
    let said = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    if said == verdict.good {
        return Ok(());
    }
    // Its own text could repeat what was asked, so only a short code is told.
    let plain = said.len() <= 32 && said.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let said = if plain { format!("code {said}") } else { "a code of its own".to_owned() };
    Err(ProviderFault::Refused { said, retry_after: None, unwell: false })
}

fn rows_of<'a>(resource: &JsonResource, whole: &'a Value) -> Result<Vec<&'a Value>, ProviderFault> {
    let place = || resource.rows.clone();
    match whole.pointer(&resource.rows) {
        None => Err(ProviderFault::lied(place(), "missing", "缺少登记的数据位置")),
        Some(Value::Null) => Ok(Vec::new()),
        Some(row @ Value::Object(_)) => Ok(vec![row]),
        Some(Value::Array(rows)) if rows.iter().all(Value::is_object) => Ok(rows.iter().collect()),
        Some(_) => Err(ProviderFault::lied(place(), "kind", "数据应为对象或对象的数组")),
    }
}
