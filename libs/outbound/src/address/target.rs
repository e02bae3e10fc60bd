//! From an address and checked parameters to a URL that cannot leave the address.

use serde::{Deserialize, Serialize};
use tongban_kernel::Faults;
use url::Url;

use super::{Address, is_plain};
use crate::error::ProviderFault;
use crate::shape::{Parameter, pointer};

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A query parameter of the name `target`.
    Query,
    /// The segment `{target}` of the path.
    Segment,
    /// The member `target` of the JSON body.
    Member,
}

/// A declared parameter with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// Where it goes.
    pub place: Place,
    /// What it is.
    pub parameter: Parameter,
}

/// Checks that each place of a path has its parameter and each such parameter its place; notes faults at `/path` and
/// `/parameters/…`.
pub(crate) fn check(path: &str, placed: &[Placed], faults: &mut Faults) {
    let mut places = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match hole(segment) {
            Some(name) => places.push(name),
            None if is_plain(segment) => {}
            None => faults.add("/path", "path", "路径每段应为固定文字或 {参数}"),
        }
    }
    let is_segment = |one: &&Placed| one.place == Place::Segment;
    for name in &places {
        let filled = |one: &Placed| one.parameter.target == **name && one.parameter.required;
        if !placed.iter().filter(is_segment).any(filled) {
            faults.add("/path", "no_parameter", "路径中的参数未登记，或未登记为必填");
        }
    }
    for (index, one) in placed.iter().enumerate() {
        if one.place == Place::Segment && !places.contains(&one.parameter.target.as_str()) {
            faults.add(
                format!("/parameters/{index}/target"),
                "no_place",
                "路径中没有这个参数的位置",
            );
        }
        let repeated = placed[..index].iter().any(|other| {
            other.parameter.name == one.parameter.name
                || (other.place == one.place && other.parameter.target == one.parameter.target)
        });
        if repeated {
            faults.add(format!("/parameters/{index}"), "repeated", "参数名称或位置重复");
        }
    }
}

fn hole(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}').filter(|name| !name.is_empty())
}

impl Address {
    /// The URL of `path` beneath the prefix, with `values` in their places: encoded, each within its own segment or
    /// query parameter.
    ///
    /// # Errors
    /// [`ProviderFault::Asked`] for texts that servers may read as more than one segment, all of them named.
    pub fn url(&self, path: &str, values: &[(&Placed, String)]) -> Result<Url, ProviderFault> {
        let mut faults = Faults::new();
        let segments: Vec<(&Placed, &String)> = values
            .iter()
            .filter(|(placed, _)| placed.place == Place::Segment)
            .map(|(placed, text)| (*placed, text))
            .collect();
        for (placed, text) in &segments {
            // Encoded, these would stay in their segment; there are servers that decode before they divide.
            if text.is_empty() || text.contains(['/', '\\', '%', ';', '?', '#']) || is_dots(text) {
                faults.add(pointer(&placed.parameter.name), "segment", "参数不能作为路径的一段");
            }
        }
        ProviderFault::asked(faults)?;
        let mut url = self.base.clone();
        let wrong = |why: &str| ProviderFault::Internal(format!("an address: {why}"));
        {
            let mut whole = url.path_segments_mut().map_err(|()| wrong("has no path"))?;
            whole.pop_if_empty();
            for segment in path.split('/').filter(|segment| !segment.is_empty()) {
                let text = match hole(segment) {
                    None => segment,
                    Some(name) => {
                        let filled =
                            segments.iter().find(|(placed, _)| placed.parameter.target == name);
                        filled
                            .map(|(_, text)| text.as_str())
                            .ok_or_else(|| wrong("lacks a segment"))?
                    }
                };
                whole.push(text);
            }
        }
        let mut query = values.iter().filter(|(placed, _)| placed.place == Place::Query).peekable();
        if query.peek().is_some() {
            let pairs =
                query.map(|(placed, text)| (placed.parameter.target.as_str(), text.as_str()));
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self.holds(&url, path)?;
        Ok(url)
    }

    /// Looks at the result once more, without regard to how it came about.
    fn holds(&self, url: &Url, path: &str) -> Result<(), ProviderFault> {
        let expected = self.prefix.len() + path.split('/').filter(|one| !one.is_empty()).count();
        let segments: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let count = if expected == 0 { 1 } else { expected };
        let same = url.origin() == self.base.origin()
            && segments.len() == count
            && segments.iter().zip(&self.prefix).all(|(found, registered)| found == registered)
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        if same {
            Ok(())
        } else {
            Err(ProviderFault::Internal("a URL left its registered address".to_owned()))
        }
    }
}

fn is_dots(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'.')
}
