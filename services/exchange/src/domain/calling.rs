//! Systems that sign their calls (签名调用系统): registered by the body they call for, each with a key of its own.

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::exchange::{CallingSystem, CallingSystemEvent, SigningScheme};
use tongban_kernel::{Context, Fault, Faults, Principal, Role};
use tongban_ledger::Aggregate;
use tongban_outbound::signing::{SmSettings, SmVerifier};

use super::rights::{filled, given, named};

/// A system as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calling {
    /// The system.
    pub system: CallingSystem,
    /// Whether nothing of it is taken any more.
    pub retired: bool,
}

/// What can be asked of it.
#[derive(Debug, Clone)]
pub enum Command {
    /// 登记
    Register {
        /// Its name.
        name: String,
        /// How it signs.
        scheme: SigningScheme,
        /// Its public key, for SM2.
        public_key: Option<String>,
    },
    /// 停用
    Retire(String),
}

impl Aggregate for Calling {
    type Event = CallingSystemEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<CallingSystemEvent>, Fault> {
        let actor = &context.actor;
        match (command, current) {
            (Command::Register { name, scheme, public_key }, None) => {
                let (Some(body), Some(region)) = (&actor.body, &actor.region) else {
                    return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或者区域"));
                };
                let mut faults = Faults::new();
                filled(&mut faults, "/name", &name);
                check_key(&mut faults, scheme, public_key.as_deref());
                faults.into_result("invalid_system", "签名调用系统登记有误")?;
                let (body, region, by) = (body.clone(), region.clone(), named(actor));
                let system = CallingSystem { name, body, region, scheme, public_key, by };
                Ok(vec![CallingSystemEvent::Registered(Box::new(system))])
            }
            (Command::Register { .. }, Some(_)) => {
                Err(Fault::conflict("already_registered", "该系统已登记"))
            }
            (Command::Retire(_), None) => Err(Fault::not_found("该系统")),
            (Command::Retire(reason), Some(calling)) => {
                if !calling.is_of(actor) {
                    let title = "只有本单位的数据管理员可以办理";
                    return Err(Fault::forbidden("not_your_body", title));
                }
                given(&reason)?;
                if calling.retired {
                    return Err(Fault::conflict("system_retired", "该系统已停用"));
                }
                Ok(vec![CallingSystemEvent::Retired { by: named(actor), reason }])
            }
        }
    }

    fn evolve(current: Option<Self>, event: &CallingSystemEvent, _: &Meta) -> Option<Self> {
        match (event, current) {
            (CallingSystemEvent::Registered(system), None) => {
                Some(Self { system: system.as_ref().clone(), retired: false })
            }
            (CallingSystemEvent::Retired { .. }, Some(calling)) => {
                Some(Self { retired: true, ..calling })
            }
            _ => None,
        }
    }
}

impl Calling {
    fn is_of(&self, actor: &Principal) -> bool {
        actor.roles.contains(&Role::DataSteward) && actor.body.as_ref() == Some(&self.system.body)
    }

    /// What verifies its SM2 signatures.
    ///
    /// # Errors
    /// In words; what was registered was checked then.
    pub fn verifier(&self) -> Result<SmVerifier, String> {
        verifier(self.system.public_key.as_deref().unwrap_or_default())
    }
}

fn verifier(key: &str) -> Result<SmVerifier, String> {
    let bytes = hex::decode(key).map_err(|_| "not hexadecimal".to_owned())?;
    SmVerifier::new(SmSettings::default(), &bytes)
}

fn check_key(faults: &mut Faults, scheme: SigningScheme, key: Option<&str>) {
    match (scheme, key) {
        (SigningScheme::National, Some(_)) => {
            faults.add("/public_key", "not_used", "该签名方式使用平台签发的密钥，不登记公钥");
        }
        (SigningScheme::Sm, None) => faults.add("/public_key", "required", "国密签名须登记公钥"),
        (SigningScheme::Sm, Some(key)) if verifier(key).is_err() => {
            let text = "公钥应为 65 字节的十六进制，04 和两个坐标";
            faults.add("/public_key", "bad_key", text);
        }
        _ => {}
    }
}
