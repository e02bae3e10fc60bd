//! The way to one resource: kept answers, a pace, a limit on calls under way and a circuit breaker, the adapter.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tongban_contracts::exchange::{Adaptor, Delivery};
use tongban_db::ForeignAccess;
use tongban_kernel::{Fault, Faults};
use tongban_outbound::Provider;
use tongban_outbound::address::Address;
use tongban_outbound::breaker::BreakerRule;
use tongban_outbound::cache::{CacheRule, Cached};
use tongban_outbound::guarded::{Bulkhead, Guarded};
use tongban_outbound::http::{HttpJson, Limits, Link, LinkParts};
use tongban_outbound::signing::{National, Pushed, Sign};
use tongban_outbound::soap::Soap;
use tongban_outbound::sql_view::{SqlView, ViewLimits};
use url::Url;

use super::Parts;
use super::declared::{Declared, registration};
use super::paced::Paced;
use crate::domain::resource::Resource;

/// Calls under way to one system at a time; what comes beyond is told to come back.
const UNDER_WAY: usize = 64;
/// When that is.
const COME_BACK: Duration = Duration::from_secs(1);
/// Space for kept answers of one resource, in bytes.
const SPACE: u64 = 4 * 1024 * 1024;
/// Longest answer, in bytes.
const LARGEST: u64 = 1024 * 1024;
/// Connections to a provider's database.
const CONNECTIONS: u32 = 8;

/// The way to one resource.
pub struct Stack {
    /// Asks.
    pub provider: Arc<dyn Provider>,
    /// The parameter that says whose data are asked for.
    pub subject: Option<String>,
    /// How long a call may take.
    pub patience: Duration,
}

impl Stack {
    /// As the resource is registered.
    ///
    /// # Errors
    /// `not_callable`, with what is wrong with the registration.
    pub(super) async fn new(parts: &Parts, resource: &Resource) -> Result<Self, Fault> {
        let delivery = &resource.delivery;
        let declared = Declared::new(&resource.resource, delivery);
        let mut faults = Faults::new();
        let subject = declared.subject(&mut faults);
        let code = resource.resource.code.clone();
        let provider = match delivery.adaptor {
            Adaptor::HttpJson => {
                let one = declared.json(&mut faults);
                let link = link(parts, delivery, &declared, &mut faults)?;
                checked(faults)?;
                let adapter = HttpJson::new(link, BTreeMap::from([(code, one)]));
                over(parts, resource, adapter.map_err(not_callable)?)
            }
            Adaptor::Soap => {
                let one = declared.soap(&mut faults);
                let link = link(parts, delivery, &declared, &mut faults)?;
                checked(faults)?;
                let adapter = Soap::new(link, BTreeMap::from([(code, one)]));
                over(parts, resource, adapter.map_err(not_callable)?)
            }
            Adaptor::SqlView => {
                let one = declared.view(&mut faults);
                checked(faults)?;
                let access = database(parts, delivery).await?;
                let limits =
                    ViewLimits { deadline_ms: delivery.timeout_ms.into(), ..ViewLimits::default() };
                let (views, clock) = (BTreeMap::from([(code, one)]), Arc::clone(&parts.clock));
                let adapter = SqlView::new(access, &parts.networks, limits, views, clock);
                over(parts, resource, adapter.map_err(not_callable)?)
            }
            Adaptor::WatchedFile | Adaptor::Topic => {
                faults.add("/delivery/adaptor", "not_asked", "文件和订阅类资源不通过调用提供");
                return Err(checked(faults).err().unwrap_or_else(wrong));
            }
        };
        let patience = Duration::from_millis(delivery.timeout_ms.into());
        Ok(Self { provider, subject, patience })
    }
}

/// What stands before every adapter.
fn over<P: Provider + 'static>(
    parts: &Parts,
    resource: &Resource,
    adapter: P,
) -> Arc<dyn Provider> {
    let (delivery, clock) = (&resource.delivery, || Arc::clone(&parts.clock));
    let bulkhead = Bulkhead::new(UNDER_WAY, COME_BACK);
    let guarded = Guarded::new(adapter, bulkhead, BreakerRule::default(), clock());
    let paced = Paced::new(guarded, delivery.calls_a_minute, clock());
    if delivery.cache_seconds == 0 {
        return Arc::new(paced);
    }
    let seconds = BTreeMap::from([(resource.resource.code.clone(), delivery.cache_seconds)]);
    Arc::new(Cached::new(paced, CacheRule { seconds, space: SPACE }, clock()))
}

fn link(
    parts: &Parts,
    delivery: &Delivery,
    declared: &Declared<'_>,
    faults: &mut Faults,
) -> Result<Link, Fault> {
    let sign = signing(parts, delivery, declared, faults);
    let Some(entry) = registration(&delivery.address, faults) else {
        return Err(checked(std::mem::take(faults)).err().unwrap_or_else(wrong));
    };
    let address = Address::register(&entry, &parts.networks).map_err(not_callable)?;
    let limits =
        Limits { deadline_ms: delivery.timeout_ms.into(), largest: LARGEST, ..Limits::default() };
    Link::new(LinkParts {
        address,
        networks: parts.networks.clone(),
        limits,
        sign,
        clock: Arc::clone(&parts.clock),
        entropy: Arc::clone(&parts.entropy),
    })
}

fn signing(
    parts: &Parts,
    delivery: &Delivery,
    declared: &Declared<'_>,
    faults: &mut Faults,
) -> Option<Arc<dyn Sign>> {
    let scheme = declared.setting("signing")?;
    let secret = delivery.credential.as_deref().and_then(|name| parts.secrets.find(name));
    let Some(secret) = secret else {
        // Nothing goes out unsigned where a signature is wanted.
        faults.add("/delivery/credential", "no_secret", "平台没有该凭据，不能签名");
        return None;
    };
    match scheme {
        "national" => Some(Arc::new(National::new(National::EXCHANGE, secret))),
        "pushed" => Some(Arc::new(Pushed::new(secret))),
        _ => {
            faults.add("/delivery/settings/signing", "enum", "应为 national 或者 pushed");
            None
        }
    }
}

async fn database(parts: &Parts, delivery: &Delivery) -> Result<ForeignAccess, Fault> {
    let mut faults = Faults::new();
    let url = Url::parse(&delivery.address).ok();
    let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default().to_owned();
    let port = url.as_ref().and_then(Url::port).unwrap_or(5432);
    let database = url.as_ref().map(|url| url.path().trim_matches('/').to_owned());
    let database = database.unwrap_or_default();
    if host.is_empty() || database.is_empty() {
        faults.add("/delivery/address", "bad_address", "登记地址应含主机和数据库名");
    }
    let name = delivery.credential.as_deref().unwrap_or_default();
    let login = parts.secrets.login(name);
    if login.is_none() {
        faults.add("/delivery/credential", "no_secret", "平台没有该凭据，不能连接数据库");
    }
    checked(faults)?;
    let (user, password) = login.ok_or_else(wrong)?;
    Ok(ForeignAccess {
        server: parts.networks.server(&host, port).await?,
        database,
        user,
        password,
        authority: None,
        connections: CONNECTIONS,
        connect: Duration::from_secs(2),
        statement: Duration::from_millis(delivery.timeout_ms.into()),
    })
}

fn checked(faults: Faults) -> Result<(), Fault> {
    faults.into_result("invalid_registration", "接入配置有误").map_err(not_callable)
}

fn wrong() -> Fault {
    Fault::conflict("not_callable", NOT_CALLABLE)
}

const NOT_CALLABLE: &str = "该资源的接入配置有误或者不支持调用，请联系数源部门";

/// A registration that leads nowhere is the source body's to mend: callers are told that, and its places.
fn not_callable(fault: Fault) -> Fault {
    let places = fault.errors().iter().map(|one| format!("{} {}", one.pointer, one.code));
    let places: Vec<String> = places.collect();
    wrong().with_detail(places.join("；")).internally(fault)
}
