//! An answer as a tree: no document type, no entities but the five of XML, limits on depth and number.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use crate::error::ProviderFault;

/// Most elements of an answer: each takes much more room than its text.
const MOST: u64 = 200_000;
/// Namespace of `xsi:nil`.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// An element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its local name.
    pub name: String,
    /// Its namespace; empty without one.
    pub namespace: String,
    /// Attributes without a namespace.
    pub attributes: Vec<(String, String)>,
    /// Whether it says of itself that it is nothing.
    pub nil: bool,
    /// Its own text.
    pub text: String,
    /// Its elements.
    pub children: Vec<Element>,
}

/// What stands at a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    Nothing,
    Nil,
    /// More than one, or no text but elements: which one was meant, the declaration does not say.
    Twice,
    Text(&'a str),
}

/// A source, divided into names of elements and perhaps one of an attribute.
pub(crate) fn divided(source: &str) -> (Vec<&str>, Option<&str>) {
    let mut names: Vec<&str> = source.split('/').collect();
    let attribute = names.last().and_then(|last| last.strip_prefix('@'));
    if attribute.is_some() {
        names.pop();
    }
    (names, attribute)
}

impl Element {
    /// Its first element of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// What stands at a declared source.
    pub(crate) fn find(&self, source: &str) -> Found<'_> {
        let (names, attribute) = divided(source);
        let mut element = self;
        for name in names {
            let mut found = element.children.iter().filter(|child| child.name == name);
            element = match (found.next(), found.next()) {
                (None, _) => return Found::Nothing,
                (Some(_), Some(_)) => return Found::Twice,
                (Some(one), None) => one,
            };
            if element.nil {
                return Found::Nil;
            }
        }
        match attribute {
            None if element.children.is_empty() => Found::Text(&element.text),
            None => Found::Twice,
            Some(name) => {
                let found = element.attributes.iter().find(|(own, _)| own == name);
                found.map_or(Found::Nothing, |(_, value)| Found::Text(value))
            }
        }
    }
}

/// Reads a text of XML in UTF-8.
///
/// # Errors
/// [`ProviderFault::Lied`] for what is not well formed or has a document type or other entities,
/// [`ProviderFault::TooLarge`] for what is too deep or has too many elements.
pub(crate) fn read(text: &[u8], deepest: usize) -> Result<Element, ProviderFault> {
    let text = std::str::from_utf8(text).map_err(|_| lied("encoding", "应答不是 UTF-8"))?;
    let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| malformed())?;
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() >= deepest {
                    let limit = deepest as u64;
                    return Err(ProviderFault::TooLarge { limit, unit: "levels" });
                }
                if count > MOST {
                    return Err(ProviderFault::TooLarge { limit: MOST, unit: "elements" });
                }
                let namespace = match namespace {
                    ResolveResult::Bound(Namespace(name)) => name.to_owned(),
                    ResolveResult::Unbound => String::new(),
                    ResolveResult::Unknown(_) => return Err(malformed()),
                };
                if root.is_some() {
                    return Err(malformed());
                }
                open.push(opened(&reader, &start, namespace)?);
            }
            Event::End(_) => {
                let Some(element) = open.pop() else { return Err(malformed()) };
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => root = Some(element),
                }
            }
            Event::Text(text) => add(&mut open, &text.xml10_content())?,
            Event::CData(text) => add(&mut open, &text.xml10_content())?,
            Event::GeneralRef(entity) => {
                let found = entity.resolve_char_ref().map_err(|_| malformed())?;
                match found {
                    Some(one) => add(&mut open, one.encode_utf8(&mut [0; 4]))?,
                    None => {
                        let known = resolve_xml_entity(&entity);
                        add(
                            &mut open,
                            known.ok_or_else(|| lied("entity", "应答使用了自定义实体"))?,
                        )?;
                    }
                }
            }
            Event::DocType(_) => return Err(lied("document_type", "应答含有文档类型定义")),
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose().map_err(|_| malformed())?;
                if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
                    return Err(lied("encoding", "应答声明了 UTF-8 以外的编码"));
                }
            }
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    // The reader does not mind an end that comes too early.
    if open.is_empty() { root.ok_or_else(malformed) } else { Err(malformed()) }
}

fn opened(
    reader: &NsReader<&[u8]>,
    start: &BytesStart<'_>,
    namespace: String,
) -> Result<Element, ProviderFault> {
    let name = start.local_name().into_inner().to_owned();
    let mut element = Element { name, namespace, ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| malformed())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| malformed())?;
        let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
        let local = local.into_inner();
        match namespace {
            ResolveResult::Bound(Namespace(INSTANCE)) if local == "nil" => {
                element.nil = matches!(&*value, "true" | "1");
            }
            ResolveResult::Unbound => element.attributes.push((local.to_owned(), value.into())),
            _ => {}
        }
    }
    Ok(element)
}

/// Text may stand in elements alone; between them and around the root there is white space.
fn add(open: &mut [Element], text: &str) -> Result<(), ProviderFault> {
    match open.last_mut() {
        Some(element) => {
            element.text.push_str(text);
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err(malformed()),
    }
}

fn malformed() -> ProviderFault {
    lied("xml", "应答不是格式良好的 XML")
}

fn lied(code: &'static str, message: &str) -> ProviderFault {
    ProviderFault::lied("", code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        match read(text.as_bytes(), 8).unwrap_err() {
            ProviderFault::Lied(faults) => faults[0].code.clone(),
            other => other.code().to_owned(),
        }
    }

    #[test]
    fn a_tree_has_texts_attributes_and_what_is_nothing() {
        let text = r#"<?xml version="1.0"?><a xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
            <b id="7">x&lt;<![CDATA[<&]]>&#20013;</b><c i:nil="true"/><d><e/></d><f>1</f><f>2</f></a>"#;
        let root = read(text.as_bytes(), 8).unwrap();
        assert_eq!(root.find("b"), Found::Text("x<<&中"));
        assert_eq!(root.find("b/@id"), Found::Text("7"));
        assert_eq!(root.find("c"), Found::Nil);
        assert_eq!(root.find("d/e"), Found::Text(""));
        assert_eq!((root.find("d"), root.find("f")), (Found::Twice, Found::Twice));
        assert_eq!(root.find("g/h"), Found::Nothing);
    }

    #[test]
    fn documents_that_reach_out_or_blow_up_are_not_read() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"cccc\"><!ENTITY d \"&b;&b;\">]><a>&d;</a>";
        assert_eq!(code(bomb), "document_type");
        assert_eq!(code("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), "document_type");
        assert_eq!(code("<a>&d;</a>"), "entity");
        assert_eq!(code("<a b=\"&d;\"/>"), "xml");
        assert_eq!(code(&"<a>".repeat(100_000)), "answer_too_large");
        assert_eq!(code("<?xml version=\"1.0\" encoding=\"GBK\"?><a/>"), "encoding");
        for bad in ["", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "x", "<p:a/>", "<a b=1/>", "</a>"] {
            assert_eq!(code(bad), "xml", "{bad}");
        }
        let many = format!("<a>{}</a>", "<b/>".repeat(200_000));
        assert_eq!(code(&many), "answer_too_large");
    }
}
