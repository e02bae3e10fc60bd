//! How a source body's system is reached (接入配置): registered once, and nothing else is ever called.

use tongban_contracts::exchange::{Adaptor, Delivery, DeliveryKind};
use tongban_kernel::Faults;
use url::Url;

/// Most settings of an adaptor.
const MOST_SETTINGS: usize = 60;

/// Checks adaptor and address against the way of delivery.
pub fn check(faults: &mut Faults, kind: DeliveryKind, delivery: &Delivery) {
    let fits = match kind {
        DeliveryKind::Interface => matches!(delivery.adaptor, Adaptor::HttpJson | Adaptor::Soap),
        DeliveryKind::TableFeed => delivery.adaptor == Adaptor::SqlView,
        DeliveryKind::File => delivery.adaptor == Adaptor::WatchedFile,
        DeliveryKind::Subscription => delivery.adaptor == Adaptor::Topic,
    };
    if !fits {
        faults.add("/delivery/adaptor", "adaptor_mismatch", "适配器与共享方式不符");
    }
    let right = match delivery.adaptor {
        Adaptor::HttpJson | Adaptor::Soap => host(&delivery.address, &["https", "http"]),
        Adaptor::SqlView => host(&delivery.address, &["postgres"]),
        Adaptor::WatchedFile => inside(&delivery.address),
        Adaptor::Topic => plain(&delivery.address),
    };
    if let Err(message) = right {
        faults.add("/delivery/address", "bad_address", message);
    }
    let needed = match delivery.adaptor {
        Adaptor::Soap => Some("operation"),
        Adaptor::SqlView => Some("view"),
        Adaptor::WatchedFile => Some("pattern"),
        Adaptor::HttpJson | Adaptor::Topic => None,
    };
    if delivery.settings.len() > MOST_SETTINGS {
        faults.add("/delivery/settings", "too_many", "适配器设置过多");
    }
    if let Some(name) = needed.filter(|name| !delivery.settings.contains_key(*name)) {
        faults.add(format!("/delivery/settings/{name}"), "required", "该适配器缺少必需的设置");
    }
}

/// An address with a host and nothing that leads elsewhere or tells a secret.
fn host(address: &str, schemes: &[&str]) -> Result<(), &'static str> {
    let url = Url::parse(address).map_err(|_| "登记地址应为完整的网址")?;
    if !schemes.contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) {
        return Err("登记地址的协议或者主机有误");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("登记地址不得包含用户名或者口令，请填写凭据名称");
    }
    if url.fragment().is_some() || url.query().is_some() {
        return Err("登记地址不得包含参数或者片段");
    }
    Ok(())
}

/// A folder below the watched store.
fn inside(address: &str) -> Result<(), &'static str> {
    let allowed = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.chars().all(|one| one.is_alphanumeric() || "-_.".contains(one))
    };
    if address.split('/').all(allowed) {
        Ok(())
    } else {
        Err("登记地址应为受监视存储内的相对目录")
    }
}

/// The name of a topic.
fn plain(address: &str) -> Result<(), &'static str> {
    let allowed =
        |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || "._-".contains(one);
    if address.chars().all(allowed) && !address.is_empty() {
        Ok(())
    } else {
        Err("登记地址应为主题名称")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn faults(kind: DeliveryKind, adaptor: Adaptor, address: &str) -> Vec<String> {
        let delivery = Delivery {
            adaptor,
            address: address.to_owned(),
            settings: BTreeMap::new(),
            credential: None,
            timeout_ms: 1_000,
            cache_seconds: 0,
            calls_a_minute: 60,
        };
        let mut faults = Faults::new();
        check(&mut faults, kind, &delivery);
        let found = faults.into_result("x", "y").err();
        found.map_or_else(Vec::new, |fault| {
            fault.errors().iter().map(|one| one.code.clone()).collect()
        })
    }

    #[test]
    fn an_address_leads_to_one_place_and_tells_no_secret() {
        use Adaptor::{HttpJson, Topic, WatchedFile};
        use DeliveryKind::{File, Interface, Subscription};
        for right in ["https://data.example/query", "http://10.1.2.3:8080/a"] {
            assert!(faults(Interface, HttpJson, right).is_empty(), "{right}");
        }
        let wrong = [
            "data.example/query",
            "file:///etc/passwd",
            "gopher://data.example",
            "https://user:secret@data.example/",
            "https://data.example/#x",
            "https://data.example/?next=https://elsewhere.example",
            "https://",
        ];
        for wrong in wrong {
            assert_eq!(faults(Interface, HttpJson, wrong), ["bad_address"], "{wrong}");
        }
        for wrong in ["/etc", "../up", "a/../b", "a//b", ""] {
            assert!(
                faults(File, WatchedFile, wrong).contains(&"bad_address".to_owned()),
                "{wrong}"
            );
        }
        assert!(faults(Subscription, Topic, "minzheng.deaths").is_empty());
        assert_eq!(faults(Subscription, Topic, "a b"), ["bad_address"]);
    }

    #[test]
    fn the_adaptor_fits_the_way_of_delivery_and_has_what_it_needs() {
        let sql =
            faults(DeliveryKind::Interface, Adaptor::SqlView, "postgres://data.example/shared");
        assert_eq!(sql, ["adaptor_mismatch", "required"]);
        let soap = faults(DeliveryKind::Interface, Adaptor::Soap, "https://data.example/soap");
        assert_eq!(soap, ["required"]);
    }
}
