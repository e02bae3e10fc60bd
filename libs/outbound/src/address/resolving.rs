//! Names become addresses here alone: what was checked is what is connected to (DNS 重绑定防护).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Networks;

/// Looks up one name and gives those of its addresses that may be reached. Each connection goes to what its own look-up
/// gave: there is no second look-up between check and connection, in which the answer could be another.
#[derive(Debug, Clone)]
pub(crate) struct Pinned {
    host: Arc<str>,
    networks: Arc<Networks>,
}

impl Pinned {
    /// For `host` alone.
    pub(crate) fn new(host: &str, networks: &Networks) -> Self {
        Self { host: host.into(), networks: Arc::new(networks.clone()) }
    }

    /// The addresses of the host that may be reached.
    ///
    /// # Errors
    /// When it has none, another name is asked for, or the name server does not answer.
    pub(crate) async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        if !name.eq_ignore_ascii_case(&self.host) {
            return Err(io::Error::other("not the registered host"));
        }
        let found = tokio::net::lookup_host((name, 0)).await?;
        let found: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        // One that points elsewhere as well is not trusted in part.
        if found.is_empty() || !found.iter().all(|address| self.networks.allow(*address)) {
            return Err(io::Error::other("the host's address is outside of the networks allowed"));
        }
        Ok(found)
    }
}

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let pinned = self.clone();
        Box::pin(async move {
            let found = pinned.addresses(name.as_str()).await?;
            let found: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_judged_by_its_address() {
        let nothing = Pinned::new("localhost", &Networks::new(&["0.0.0.0/0", "::/0"]).unwrap());
        assert!(nothing.addresses("localhost").await.is_err(), "this machine is not allowed");
        let sample = Pinned::new("localhost", &Networks::default().with_loopback());
        let found = sample.addresses("localhost").await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback));
        assert!(sample.addresses("other").await.is_err(), "no other name is looked up");
    }
}
