//! From a resource as it is published to what an adapter has to know (接入配置): items become declared fields, settings the rest.
//!
//! | setting | adapter | what |
//! |---|---|---|
//! | `parameters` | all | names with commas, all of them texts; one with `?` may be left out |
//! | `parameter.NAME` | all | its name with the provider, `NAME` without it |
//! | `subject` | all | the parameter that says whose data are asked for |
//! | `source.ITEM` | all | where the provider has an item, its key without it |
//! | `optional` | all | items that a row may be without, with commas |
//! | `most_rows` | all | most rows of an answer, 100 without it |
//! | `service` | JSON, SOAP | identifier with the provider, the resource's code without it |
//! | `signing` | JSON, SOAP | `national` or `pushed`; not signed without it |
//! | `path`, `rows` | JSON, SOAP | beneath the address; where rows stand (`/data` without it for JSON) |
//! | `method` | JSON | `get`, or `post` without it |
//! | `verdict`, `good` | JSON | where the answer says that it is one, and what it says then, text or number (`0` without it) |
//! | `absent` | JSON | status codes that mean that there is no such row, with commas |
//! | `operation`, `namespace`, `action`, `version`, `qualified` | SOAP | as its WSDL has them |
//! | `view` | view | `schema.view` |

use std::collections::BTreeMap;

use tongban_contracts::exchange::{DataResource, Delivery, ItemKind};
use tongban_kernel::Faults;
use tongban_outbound::address::{Place, Placed, Registration, Scheme};
use tongban_outbound::http::{JsonResource, Method, Verdict};
use tongban_outbound::shape::{Column, Kind, Parameter, Shape};
use tongban_outbound::soap::{SoapResource, Version};
use tongban_outbound::sql_view::ViewResource;
use url::Url;

/// Longest text of a parameter, in characters.
const LONGEST: usize = 200;
/// Most rows of an answer, unless the registration says less or more.
const ROWS: usize = 100;

/// A resource's registration, read.
pub struct Declared<'a> {
    resource: &'a DataResource,
    settings: &'a BTreeMap<String, String>,
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|one| !one.is_empty())
}

impl<'a> Declared<'a> {
    /// Of a resource and how it is delivered.
    pub fn new(resource: &'a DataResource, delivery: &'a Delivery) -> Self {
        Self { resource, settings: &delivery.settings }
    }

    /// A setting, when it is there.
    pub fn setting(&self, name: &str) -> Option<&'a str> {
        self.settings.get(name).map(String::as_str)
    }

    fn text(&self, name: &str, otherwise: &str) -> String {
        self.setting(name).unwrap_or(otherwise).to_owned()
    }

    /// The parameter that says whose data are asked for. Where there are personal items, it has to be one that is always
    /// given: whose data were read is told to them.
    pub fn subject(&self, faults: &mut Faults) -> Option<String> {
        let subject = self.setting("subject");
        let given =
            |name: &str| self.parameters().iter().any(|one| one.name == name && one.required);
        match subject {
            Some(name) if !given(name) => {
                faults.add("/delivery/settings/subject", "not_required", "数据主体应为必填参数");
            }
            None if self.resource.items.iter().any(|item| item.personal) => {
                faults.add(
                    "/delivery/settings/subject",
                    "required",
                    "含个人信息的资源须指明数据主体参数",
                );
            }
            _ => {}
        }
        subject.map(str::to_owned)
    }

    fn service(&self) -> String {
        self.text("service", &self.resource.code)
    }

    fn parameters(&self) -> Vec<Parameter> {
        let declared = |entry: &str| {
            let (name, required) = match entry.strip_suffix('?') {
                Some(name) => (name, false),
                None => (entry, true),
            };
            let target = self.text(&format!("parameter.{name}"), name);
            Parameter {
                name: name.to_owned(),
                target,
                kind: Kind::Text,
                required,
                longest: LONGEST,
            }
        };
        listed(self.setting("parameters").unwrap_or_default()).map(declared).collect()
    }

    fn shape(&self, faults: &mut Faults) -> Shape {
        let optional: Vec<&str> = listed(self.setting("optional").unwrap_or_default()).collect();
        let column = |item: &tongban_contracts::exchange::DataItem| Column {
            name: item.key.clone(),
            source: self.text(&format!("source.{}", item.key), &item.key),
            kind: match item.kind {
                ItemKind::Text | ItemKind::Code => Kind::Text,
                ItemKind::Integer => Kind::Integer,
                ItemKind::Decimal => Kind::Number,
                ItemKind::Date => Kind::Date,
                ItemKind::Moment => Kind::Moment,
                ItemKind::Boolean => Kind::Boolean,
            },
            required: !optional.contains(&item.key.as_str()),
        };
        let columns = self.resource.items.iter().map(column).collect();
        let most_rows =
            self.setting("most_rows").map_or(Ok(ROWS), str::parse).unwrap_or_else(|_| {
                faults.add("/delivery/settings/most_rows", "number", "应为整数");
                ROWS
            });
        Shape { columns, most_rows }
    }

    /// For HTTP and JSON.
    pub fn json(&self, faults: &mut Faults) -> JsonResource {
        let path = self.text("path", "");
        let method = match self.setting("method").unwrap_or("post") {
            "get" => Method::Get,
            "post" => Method::Post,
            _ => {
                faults.add("/delivery/settings/method", "enum", "应为 get 或者 post");
                Method::Post
            }
        };
        let placed = |parameter: Parameter| {
            let place = match method {
                _ if path.contains(&format!("{{{}}}", parameter.target)) => Place::Segment,
                Method::Get => Place::Query,
                Method::Post => Place::Member,
            };
            Placed { place, parameter }
        };
        let parameters = self.parameters().into_iter().map(placed).collect();
        let verdict = self
            .setting("verdict")
            .map(|pointer| Verdict { pointer: pointer.to_owned(), good: self.text("good", "0") });
        let mut absent = Vec::new();
        for status in listed(self.setting("absent").unwrap_or_default()) {
            match status.parse() {
                Ok(status) => absent.push(status),
                Err(_) => faults.add("/delivery/settings/absent", "number", "应为状态码"),
            }
        }
        JsonResource {
            service: self.service(),
            method,
            path,
            parameters,
            rows: self.text("rows", "/data"),
            shape: self.shape(faults),
            verdict,
            absent,
        }
    }

    /// For SOAP.
    pub fn soap(&self, faults: &mut Faults) -> SoapResource {
        let version = match self.setting("version").unwrap_or("1.1") {
            "1.2" => Version::V12,
            "1.1" => Version::V11,
            _ => {
                faults.add("/delivery/settings/version", "enum", "应为 1.1 或者 1.2");
                Version::V11
            }
        };
        SoapResource {
            service: self.service(),
            version,
            path: self.text("path", ""),
            action: self.text("action", ""),
            namespace: self.text("namespace", ""),
            operation: self.text("operation", ""),
            qualified: self.setting("qualified") == Some("true"),
            parameters: self.parameters(),
            rows: self.text("rows", ""),
            shape: self.shape(faults),
        }
    }

    /// For a view.
    pub fn view(&self, faults: &mut Faults) -> ViewResource {
        let view = self.text("view", "");
        let (schema, view) = view.split_once('.').unwrap_or(("public", &view));
        ViewResource {
            schema: schema.to_owned(),
            view: view.to_owned(),
            parameters: self.parameters(),
            shape: self.shape(faults),
        }
    }
}

/// The parts of a registered address.
pub fn registration(address: &str, faults: &mut Faults) -> Option<Registration> {
    let url = Url::parse(address).ok();
    let scheme = url.as_ref().and_then(|url| match url.scheme() {
        "https" => Some(Scheme::Https),
        "http" => Some(Scheme::Http),
        _ => None,
    });
    let parts = url.as_ref().zip(scheme).and_then(|(url, scheme)| {
        Some(Registration {
            scheme,
            host: url.host_str()?.trim_matches(['[', ']']).to_owned(),
            port: url.port_or_known_default()?,
            path: url.path().to_owned(),
        })
    });
    if parts.is_none() {
        faults.add("/delivery/address", "bad_address", "登记地址应为完整的网址");
    }
    parts
}
