//! Addresses: what can be registered, and that nothing else is reached.

use std::sync::Arc;

use serde_json::json;
use tongban_kernel::{SystemClock, SystemEntropy};
use tongban_outbound::address::{Address, Networks, Registration, Scheme};
use tongban_outbound::http::{HttpJson, Limits, Link, LinkParts};
use tongban_outbound::{Provider, ProviderFault};

use crate::http_json::resource;
use crate::stub::{Stub, ask};

fn entry(host: &str, path: &str) -> Registration {
    Registration { scheme: Scheme::Https, host: host.into(), port: 443, path: path.into() }
}

#[test]
fn only_plain_addresses_are_registered() {
    let networks = Networks::new(&["10.0.0.0/8", "2400:da00::/32"]).unwrap();
    for good in ["data.example", "10.1.2.3", "2400:da00::1"] {
        assert!(Address::register(&entry(good, "/a/b"), &networks).is_ok(), "{good}");
    }
    let hosts = [
        "",
        "a b",
        "user@data.example",
        "data.example:80",
        "data.example/x",
        "data.example?x",
        "data.example#x",
        "a\r\nb",
        "127.0.0.1",
        "::1",
        "10.1",
        "0x0a.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "::ffff:127.0.0.1",
        "数据.example",
        "a%2eb",
    ];
    for bad in hosts {
        assert!(Address::register(&entry(bad, "/"), &networks).is_err(), "{bad:?}");
    }
    for bad in ["", "a", "//a", "/a/", "/a/../b", "/./a", "/a?b", "/a#b", "/a%2f", "/a b", "/a\\b"]
    {
        let fault = Address::register(&entry("data.example", bad), &networks).unwrap_err();
        assert_eq!(fault.errors()[0].pointer, "/path", "{bad:?}");
    }
    let mut all = entry("a b", "a");
    all.port = 0;
    let fault = Address::register(&all, &networks).unwrap_err();
    assert_eq!(fault.errors().len(), 3, "host, port and path at once");
}

#[test]
fn a_url_keeps_scheme_host_port_and_prefix() {
    let networks = Networks::default();
    let address = Address::register(&entry("data.example", "/a/b"), &networks).unwrap();
    assert_eq!(address.url("c/d", &[]).unwrap().as_str(), "https://data.example/a/b/c/d");
    assert_eq!(address.url("", &[]).unwrap().as_str(), "https://data.example/a/b");
    assert!(address.url("../../c", &[]).is_err(), "even if a registration had said so");
    let root = Address::register(&entry("data.example", "/"), &networks).unwrap();
    assert_eq!(root.url("", &[]).unwrap().as_str(), "https://data.example/");
}

/// A name that leads to this machine, as a name server could make any name do.
#[tokio::test]
async fn a_name_that_leads_elsewhere_is_not_followed() {
    let stub = Stub::start().await;
    let networks = Networks::new(&["0.0.0.0/0", "::/0"]).unwrap();
    let entry = Registration {
        scheme: Scheme::Http,
        host: "localhost".into(),
        port: stub.at.port(),
        path: "/".into(),
    };
    let link = Link::new(LinkParts {
        address: Address::register(&entry, &networks).unwrap(),
        networks,
        limits: Limits::default(),
        sign: None,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    })
    .unwrap();
    let provider = HttpJson::new(link, [("person".to_owned(), resource("person"))].into()).unwrap();
    let fault = provider.ask(&ask("person", json!({}), &["name"])).await.unwrap_err();
    let ProviderFault::Unreachable(text) = fault else { panic!("{fault:?}") };
    assert!(text.contains("outside of the networks"), "{text}");
    assert_eq!(stub.calls(), 0);
}
