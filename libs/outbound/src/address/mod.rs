//! A registered address, and nothing but it (登记地址): no parameter, answer or name server leads elsewhere.

mod networks;
mod resolving;
mod target;

use serde::{Deserialize, Serialize};
use tongban_kernel::{Fault, Faults};
use url::{Host, Url};

pub use networks::Networks;
pub(crate) use resolving::Pinned;
pub(crate) use target::check as check_path;
pub use target::{Place, Placed};

use crate::shape::registered;

/// Scheme of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// HTTP over TLS.
    Https,
    /// HTTP without: for networks that are closed otherwise.
    Http,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

/// An address as it is registered (服务地址).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Scheme.
    pub scheme: Scheme,
    /// A name or an IP address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// What every path begins with: `/` or `/a/b`.
    pub path: String,
}

/// A checked address. The only way to a URL of it is [`Address::url`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    base: Url,
    /// Segments of the prefix.
    prefix: Vec<String>,
}

impl Address {
    /// Checks a registration. An IP address has to be within `networks` at once; a name is looked at whenever a
    /// connection is made.
    ///
    /// # Errors
    /// `invalid_registration` with every fault.
    pub fn register(entry: &Registration, networks: &Networks) -> Result<Self, Fault> {
        let mut faults = Faults::new();
        let host = host(&entry.host);
        match &host {
            None => faults.add("/host", "host", "主机应为域名或 IP 地址，不含端口、用户名与路径"),
            Some(Host::Ipv4(address)) if !networks.allow((*address).into()) => {
                faults.add("/host", "outside_networks", "该 IP 地址不在允许的网段内");
            }
            Some(Host::Ipv6(address)) if !networks.allow((*address).into()) => {
                faults.add("/host", "outside_networks", "该 IP 地址不在允许的网段内");
            }
            Some(_) => {}
        }
        if entry.port == 0 {
            faults.add("/port", "out_of_range", "端口应在 1 至 65535 之间");
        }
        let prefix = segments(&entry.path);
        if prefix.is_none() {
            faults.add(
                "/path",
                "path",
                "路径应以 / 开头，每段只含字母、数字与 - . _ ~ : @，且不为 . 或 ..",
            );
        }
        registered(faults)?;
        let (Some(host), Some(prefix)) = (host, prefix) else {
            return Err(Fault::internal("a registration without faults has host and path"));
        };
        let text = format!("{}://{host}:{}/{}", entry.scheme.name(), entry.port, prefix.join("/"));
        let base = Url::parse(&text).map_err(Fault::internal)?;
        Ok(Self { base, prefix })
    }

    /// Its host, as it is looked up.
    pub(crate) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Whether it is reached by TLS alone.
    pub(crate) fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }
}

/// A host that reads back as it was written, so that no two readers see two hosts in it.
fn host(text: &str) -> Option<Host> {
    let bracketed =
        if text.contains(':') { format!("[{text}]") } else { text.to_ascii_lowercase() };
    let host = Host::parse(&bracketed).ok()?;
    match &host {
        // `0x7f.1` and `2130706433` are 127.0.0.1 to some: only the one usual form is taken.
        Host::Ipv4(address) => (address.to_string() == text).then_some(host),
        Host::Ipv6(_) => Some(host),
        Host::Domain(name) => {
            let plain = |one: u8| one.is_ascii_alphanumeric() || one == b'-' || one == b'.';
            (*name == bracketed && name.bytes().all(plain)).then_some(host)
        }
    }
}

/// The segments of a path of plain characters, or nothing.
fn segments(path: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix('/')?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let segments: Vec<String> = rest.split('/').map(str::to_owned).collect();
    segments.iter().all(|segment| is_plain(segment)).then_some(segments)
}

/// Whether a registered segment is written in characters that need no encoding and leads nowhere else.
fn is_plain(segment: &str) -> bool {
    let plain = |one: u8| one.is_ascii_alphanumeric() || b"-._~:@".contains(&one);
    !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(plain)
}
