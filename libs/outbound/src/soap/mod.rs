//! Providers that speak SOAP (Web Service 接口): 1.1 and 1.2, document/literal, no attachments.

mod envelope;
mod tree;

use std::collections::BTreeMap;

use async_trait::async_trait;
use reqwest::header::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongban_kernel::{Fault, Faults};

use crate::address::check_path;
use crate::error::ProviderFault;
use crate::http::{Call, Link};
use crate::provider::{Answer, Ask, Provider};
use crate::shape::{self, Cell, Parameter, Shape, registered};
use tree::{Element, Found};

/// Version of SOAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Version {
    /// SOAP 1.1.
    #[serde(rename = "1.1")]
    V11,
    /// SOAP 1.2.
    #[serde(rename = "1.2")]
    V12,
}

impl Version {
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }
}

/// A resource as it is registered (Web Service 资源).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoapResource {
    /// Its identifier with the provider, which is signed (服务标识).
    pub service: String,
    /// Version.
    pub version: Version,
    /// Path beneath the address.
    pub path: String,
    /// The action, as its WSDL has it; may be empty.
    pub action: String,
    /// Namespace of the operation.
    pub namespace: String,
    /// Element of the operation.
    pub operation: String,
    /// Whether the parameters' elements are in that namespace as well.
    pub qualified: bool,
    /// Parameters, in the order in which their elements stand; the target is the element.
    pub parameters: Vec<Parameter>,
    /// Path of the rows' elements beneath the body, of local names: `queryResponse/return/person`.
    pub rows: String,
    /// What a row has. A source is a path of local names in the row's element, whose last may be `@attribute`.
    pub shape: Shape,
}

/// A provider reached by SOAP.
pub struct Soap {
    link: Link,
    resources: BTreeMap<String, SoapResource>,
}

impl Soap {
    /// A provider with its resources by their codes.
    ///
    /// # Errors
    /// `invalid_registration` with every fault of every resource.
    pub fn new(link: Link, resources: BTreeMap<String, SoapResource>) -> Result<Self, Fault> {
        let mut faults = Faults::new();
        for (code, resource) in &resources {
            let mut own = Faults::new();
            check(resource, &mut own);
            shape::under(code, own, &mut faults);
        }
        registered(faults)?;
        Ok(Self { link, resources })
    }

    fn call<'a>(&self, ask: &Ask, resource: &'a SoapResource) -> Result<Call<'a>, ProviderFault> {
        let values = shape::parameters(&resource.parameters, &ask.parameters)?;
        let body = envelope::write(resource, &values)?;
        let url = self.link.address().url(&resource.path, &[])?;
        let quoted = format!("\"{}\"", resource.action);
        let (kind, headers, expects): (_, _, &[&str]) = match resource.version {
            Version::V11 => {
                let action = HeaderName::from_static("soapaction");
                ("text/xml; charset=utf-8".to_owned(), vec![(action, quoted)], &["text/xml"])
            }
            Version::V12 => {
                let kind = "application/soap+xml";
                (
                    format!("{kind}; charset=utf-8; action={quoted}"),
                    vec![],
                    &["application/soap+xml"],
                )
            }
        };
        let service = &resource.service;
        Ok(Call { service, url, body: Some((kind, body)), headers, expects, also: &[] })
    }
}

fn check(resource: &SoapResource, faults: &mut Faults) {
    check_path(&resource.path, &[], faults);
    resource.shape.check(faults);
    let names = resource.parameters.iter().map(|parameter| &parameter.target);
    if !names.chain([&resource.operation]).all(|name| is_name(name)) {
        faults.add("/operation", "element", "操作与参数的元素名应为字母、数字与 _ - .");
    }
    let graphic = |text: &str| text.bytes().all(|one| one.is_ascii_graphic() && one != b'"');
    if !graphic(&resource.action) || !graphic(&resource.namespace) || resource.namespace.is_empty()
    {
        faults.add("/action", "uri", "SOAPAction 与命名空间应为 URI");
    }
    if !resource.rows.split('/').all(is_name) {
        faults.add("/rows", "path", "数据位置应为元素名的路径");
    }
    for (index, column) in resource.shape.columns.iter().enumerate() {
        let (elements, attribute) = tree::divided(&column.source);
        if !elements.iter().chain(&attribute).all(|name| is_name(name)) {
            let place = format!("/shape/columns/{index}/source");
            faults.add(place, "path", "来源应为元素名的路径，末段可为 @属性");
        }
    }
}

fn is_name(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|one| one.is_ascii_alphabetic() || one == b'_');
    first && text.bytes().all(|one| one.is_ascii_alphanumeric() || b"_-.".contains(&one))
}

#[async_trait]
impl Provider for Soap {
    async fn ask(&self, ask: &Ask) -> Result<Answer, ProviderFault> {
        let resource = shape::find(&self.resources, &ask.resource)?;
        let wanted = resource.shape.wanted(&ask.fields)?;
        let call = self.call(ask, resource)?;
        let came = self.link.exchange(ask, call).await?;
        let root = tree::read(&came.body, self.link.limits().deepest)?;
        let body = envelope::body(resource.version, &root, came.status)?;
        let found = rows_of(resource, body)?;
        resource.shape.room_for(found.len())?;
        let mut faults = Faults::new();
        let mut rows = Vec::new();
        for (index, element) in found.into_iter().enumerate() {
            rows.push(shape::row(&wanted, index, &mut faults, |column| {
                match element.find(&column.source) {
                    Found::Nothing => Cell::Absent,
                    Found::Nil => Cell::Json(Value::Null),
                    Found::Twice => Cell::Wrong,
                    // Without a text there is no number and no date; an empty text is one.
                    Found::Text(text) if text.is_empty() && column.kind != shape::Kind::Text => {
                        Cell::Json(Value::Null)
                    }
                    Found::Text(text) => Cell::Text(text.to_owned()),
                }
            }));
        }
        ProviderFault::lied_about(faults)?;
        let bytes = came.body.len() as u64;
        Ok(Answer { rows, bytes, received_at: self.link.now(), kept: false })
    }
}

/// The rows' elements: the last name may come any number of times, those before it exactly once.
fn rows_of<'a>(
    resource: &SoapResource,
    body: &'a Element,
) -> Result<Vec<&'a Element>, ProviderFault> {
    let names: Vec<&str> = resource.rows.split('/').collect();
    let Some((last, before)) = names.split_last() else { return Ok(Vec::new()) };
    let mut element = body;
    for name in before {
        let mut found = element.children.iter().filter(|child| child.name == *name);
        element = match (found.next(), found.next()) {
            (Some(one), None) => one,
            _ => {
                let place = format!("/{}", resource.rows);
                return Err(ProviderFault::lied(place, "missing", "缺少登记的数据位置"));
            }
        };
    }
    Ok(element.children.iter().filter(|child| child.name == *last).collect())
}
