//! Where the services are.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Error;

/// Where the services are: all in one place, or each in its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addresses {
    /// One process with all of them.
    One(String),
    /// A process each, by service.
    Each(BTreeMap<String, String>),
}

impl Addresses {
    /// All services at one base URL.
    pub fn one(url: &str) -> Self {
        Self::One(trimmed(url))
    }

    /// A base URL for each service.
    pub fn each<'a>(urls: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        Self::Each(urls.into_iter().map(|(name, url)| (name.to_owned(), trimmed(&url))).collect())
    }

    /// A file with a JSON object of base URLs by service, or with one base URL as text.
    ///
    /// # Errors
    /// When it cannot be read, or is neither.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let wrong = |why: String| Error::File(file.display().to_string(), why);
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let text = text.trim();
        if is_url(text) {
            return Ok(Self::one(text));
        }
        let urls: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| {
            wrong(format!("neither a base URL nor an object of base URLs by service: {error}"))
        })?;
        Ok(Self::Each(urls.into_iter().map(|(name, url)| (name, trimmed(&url))).collect()))
    }

    /// A base URL, or the name of a file for [`Addresses::read`].
    ///
    /// # Errors
    /// As [`Addresses::read`].
    pub fn given(text: &str) -> Result<Self, Error> {
        if is_url(text) { Ok(Self::one(text)) } else { Self::read(Path::new(text)) }
    }

    /// The URL of a path, whose first segment is the service's name.
    ///
    /// # Errors
    /// When the service has no address.
    pub fn url(&self, path: &str) -> Result<String, Error> {
        let service = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let base = match self {
            Self::One(base) => Some(base),
            Self::Each(urls) => urls.get(service),
        };
        let base = base.ok_or_else(|| {
            Error::Unexpected(format!("{path}: no address is given for the service {service:?}"))
        })?;
        Ok(format!("{base}{path}"))
    }

    /// Where a service listens, `host:port`.
    ///
    /// # Errors
    /// When it has no address.
    pub fn authority(&self, service: &str) -> Result<String, Error> {
        let url = self.url(&format!("/{service}"))?;
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        Ok(rest.split('/').next().unwrap_or_default().to_owned())
    }
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn trimmed(url: &str) -> String {
    url.trim().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_segment_names_the_service() {
        let one = Addresses::one("http://a:1/");
        assert_eq!(one.url("/intake/v1/cases").unwrap(), "http://a:1/intake/v1/cases");
        let each = Addresses::each([("intake", "http://b:2".to_owned())]);
        assert_eq!(each.url("/intake/v1/cases").unwrap(), "http://b:2/intake/v1/cases");
        assert_eq!(each.authority("intake").unwrap(), "b:2");
        assert!(each.url("/reviews/v1/tags").unwrap_err().to_string().contains("reviews"));
    }
}
