//! Envelopes: written from checked parameters, read for body and fault.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use tongban_kernel::Faults;

use super::tree::Element;
use super::{SoapResource, Version};
use crate::error::ProviderFault;
use crate::shape::{Parameter, pointer};

/// The envelope that asks for a resource. Values become texts of elements, escaped.
pub(crate) fn write(
    resource: &SoapResource,
    values: &[(&Parameter, String)],
) -> Result<Vec<u8>, ProviderFault> {
    let mut faults = Faults::new();
    for (parameter, text) in values {
        // XML 1.0 can hold these in no form at all.
        if text.contains(['\u{fffe}', '\u{ffff}']) {
            faults.add(pointer(&parameter.name), "character", "参数含有 XML 不能表示的字符");
        }
    }
    ProviderFault::asked(faults)?;
    written(resource, values).map_err(|error| ProviderFault::Internal(error.to_string()))
}

fn written(
    resource: &SoapResource,
    values: &[(&Parameter, String)],
) -> Result<Vec<u8>, std::io::Error> {
    let mut writer = Writer::new(Vec::new());
    let envelope =
        BytesStart::new("s:Envelope").with_attributes([("xmlns:s", resource.version.namespace())]);
    let operation = format!("o:{}", resource.operation);
    let opening =
        BytesStart::new(&operation).with_attributes([("xmlns:o", resource.namespace.as_str())]);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.write_event(Event::Start(envelope))?;
    writer.write_event(Event::Start(BytesStart::new("s:Body")))?;
    writer.write_event(Event::Start(opening))?;
    for (parameter, text) in values {
        let prefix = if resource.qualified { "o:" } else { "" };
        let name = format!("{prefix}{}", parameter.target);
        writer.write_event(Event::Start(BytesStart::new(&name)))?;
        writer.write_event(Event::Text(BytesText::new(text)))?;
        writer.write_event(Event::End(BytesEnd::new(&name)))?;
    }
    writer.write_event(Event::End(BytesEnd::new(&operation)))?;
    writer.write_event(Event::End(BytesEnd::new("s:Body")))?;
    writer.write_event(Event::End(BytesEnd::new("s:Envelope")))?;
    Ok(writer.into_inner())
}

/// The body of an envelope.
///
/// # Errors
/// [`ProviderFault::Refused`] for a fault, [`ProviderFault::Lied`] for what is no such envelope.
pub(crate) fn body(
    version: Version,
    root: &Element,
    status: u16,
) -> Result<&Element, ProviderFault> {
    let ours = |element: &&Element| element.namespace == version.namespace();
    let lied = || ProviderFault::lied("", "envelope", "应答不是登记版本的 SOAP 信封");
    if root.name != "Envelope" || !ours(&root) {
        return Err(lied());
    }
    let mut bodies = root.children.iter().filter(ours).filter(|child| child.name == "Body");
    let (Some(body), None) = (bodies.next(), bodies.next()) else { return Err(lied()) };
    if let Some(fault) = body.children.iter().filter(ours).find(|child| child.name == "Fault") {
        return Err(refused(version, fault));
    }
    if status != 200 {
        let said = status.to_string();
        return Err(ProviderFault::Refused { said, retry_after: None, unwell: true });
    }
    Ok(body)
}

/// A fault of the provider's. Its words may repeat what was asked, so that its code alone is told.
fn refused(version: Version, fault: &Element) -> ProviderFault {
    let code = match version {
        Version::V11 => fault.child("faultcode"),
        Version::V12 => fault.child("Code").and_then(|code| code.child("Value")),
    };
    let code = code.map(|code| code.text.trim()).unwrap_or_default();
    let code = code.rsplit(':').next().unwrap_or_default();
    let unwell = code == "Server" || code.starts_with("Server.") || code == "Receiver";
    let plain = !code.is_empty()
        && code.len() <= 32
        && code.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'.');
    let said = if plain { format!("fault {code}") } else { "a fault".to_owned() };
    ProviderFault::Refused { said, retry_after: None, unwell }
}
