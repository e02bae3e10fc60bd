//! The networks that may be reached (允许的网段).

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use tongban_kernel::{Fault, Faults};

use super::Pinned;
use crate::shape::registered;

/// Never reached, whatever is allowed around them: link-local with the metadata services of clouds (169.254.169.254,
/// fd00:ec2::254; 100.100.100.200 and 168.63.129.16 are those of two more), multicast, and what is no address of a machine.
const NEVER: [&str; 10] = [
    "0.0.0.0/8",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "fe80::/10",
    "fd00:ec2::/32",
    "ff00::/8",
];
/// This machine.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// A set of networks. Empty, it reaches nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks {
    allowed: Vec<IpNet>,
    loopback: bool,
}

impl Networks {
    /// The networks of `allowed`, in CIDR. This machine is not reached, even when one of them holds it.
    ///
    /// # Errors
    /// `invalid_registration` names every one that cannot be read.
    pub fn new(allowed: &[impl AsRef<str>]) -> Result<Self, Fault> {
        let mut faults = Faults::new();
        let mut networks = Vec::new();
        for (index, text) in allowed.iter().enumerate() {
            match text.as_ref().parse::<IpNet>() {
                Ok(network) => networks.push(network.trunc()),
                Err(_) => faults.add(format!("/networks/{index}"), "network", "网段应写作 CIDR"),
            }
        }
        registered(faults)?;
        Ok(Self { allowed: networks, loopback: false })
    }

    /// These, and this machine: for the sample city and for tests, whose providers run here.
    #[must_use]
    pub fn with_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Whether an address may be reached. One of IPv6 that stands for one of IPv4 is judged as the latter.
    pub fn allow(&self, address: IpAddr) -> bool {
        let Some(address) = plain(address) else { return false };
        if within(&LOOPBACK, address) {
            return self.loopback;
        }
        !within(&NEVER, address) && self.allowed.iter().any(|network| network.contains(&address))
    }

    /// Where a server listens whose connections are made by address: looked up and checked once.
    ///
    /// # Errors
    /// `unavailable` when the name has no address now, or one that may not be reached.
    pub async fn server(&self, host: &str, port: u16) -> Result<SocketAddr, Fault> {
        let found = Pinned::new(host, self).addresses(host).await.map_err(Fault::unavailable)?;
        let first = found.first().ok_or_else(|| Fault::unavailable("the host has no address"))?;
        Ok(SocketAddr::new(*first, port))
    }
}

fn within(networks: &[&str], address: IpAddr) -> bool {
    networks.iter().any(|text| text.parse().is_ok_and(|network: IpNet| network.contains(&address)))
}

/// The address that is meant: that of IPv4 for a mapped one; none for forms by which a translator would go on to another
/// (6to4, Teredo, NAT64, compatible).
fn plain(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(six) = address else { return Some(address) };
    if let Some(four) = six.to_ipv4_mapped() {
        return Some(IpAddr::V4(four));
    }
    let leads_on = match six.segments() {
        [0x2002, ..] | [0x2001, 0, ..] | [0x64, 0xff9b, ..] => true,
        [0, 0, 0, 0, 0, 0, ..] => six != Ipv6Addr::LOCALHOST,
        _ => false,
    };
    (!leads_on).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(networks: &Networks, address: &str) -> bool {
        networks.allow(address.parse().unwrap())
    }

    #[test]
    fn only_what_is_allowed_is_reached() {
        let networks = Networks::new(&["10.1.0.0/16", "2400:da00::/32"]).unwrap();
        for good in ["10.1.2.3", "::ffff:10.1.2.3", "2400:da00::1"] {
            assert!(allow(&networks, good), "{good}");
        }
        for bad in ["10.2.0.1", "8.8.8.8", "127.0.0.1", "::1", "2400:da01::1"] {
            assert!(!allow(&networks, bad), "{bad}");
        }
        assert!(!allow(&Networks::default(), "10.1.2.3"), "nothing allowed, nothing reached");
    }

    #[test]
    fn some_are_never_reached() {
        let all = Networks::new(&["0.0.0.0/0", "::/0"]).unwrap();
        let never = [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "100.100.100.200",
            "168.63.129.16",
            "fd00:ec2::254",
            "fe80::1",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "255.255.255.255",
            "ff02::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "::7f00:1",
            "2001:0:1::1",
            "127.0.0.1",
            "::ffff:127.0.0.1",
            "::1",
        ];
        for address in never {
            assert!(!allow(&all, address), "{address}");
        }
        assert!(allow(&all, "114.114.114.114"));
        let sample = all.with_loopback();
        assert!(allow(&sample, "127.0.0.1") && allow(&sample, "::1"));
        assert!(!allow(&sample, "169.254.169.254") && !allow(&sample, "::7f00:1"));
    }

    #[tokio::test]
    async fn a_server_is_looked_up_once_and_checked() {
        let sample = Networks::default().with_loopback();
        assert_eq!(sample.server("127.0.0.1", 5).await.unwrap().port(), 5);
        assert!(sample.server("localhost", 5).await.unwrap().ip().is_loopback());
        assert!(Networks::new(&["0.0.0.0/0"]).unwrap().server("localhost", 5).await.is_err());
    }

    #[test]
    fn every_unreadable_network_is_named() {
        let fault = Networks::new(&["10.0.0.0/8", "10.0.0.0/33", "here"]).unwrap_err();
        assert_eq!(fault.errors().len(), 2);
    }
}
