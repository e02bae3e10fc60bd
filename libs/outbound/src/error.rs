//! Why a provider gave no answer that can be used (调用失败原因).

use std::time::Duration;

use tongban_kernel::{Fault, FaultKind, Faults, FieldFault};

/// Most faults of an answer that are told; a table of wrong rows would else be told cell by cell.
const TOLD: usize = 20;

/// Why there is no answer. Nothing in it repeats a value of the provider's or the caller's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderFault {
    /// What was asked is not what is declared; nothing was sent.
    #[error("what was asked is not declared: {}", codes(.0))]
    Asked(Vec<FieldFault>),
    /// No connection, or it broke.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// No whole answer in time.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The provider says no.
    #[error("refused: {said}")]
    Refused {
        /// Status or code of the provider's.
        said: String,
        /// When it wants to be asked again, if it says so.
        retry_after: Option<Duration>,
        /// Whether it is the provider that is unwell, and not the question.
        unwell: bool,
    },
    /// What came is not what was declared: another form, another content type, fields missing, a redirection.
    #[error("not what was declared: {}", codes(.0))]
    Lied(Vec<FieldFault>),
    /// More than may come. Reading stopped at the limit.
    #[error("more than {limit} {unit}")]
    TooLarge {
        /// The limit.
        limit: u64,
        /// Of what: `bytes`, `rows` or `levels`.
        unit: &'static str,
    },
    /// As many calls to this provider are under way as there may be.
    #[error("as many calls are under way as there may be")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The circuit is open: the provider failed too often of late and is left alone (熔断).
    #[error("the circuit is open")]
    Open {
        /// When to try again.
        retry_after: Duration,
    },
    /// Our own mistake, or a registration that cannot work.
    #[error("internal: {0}")]
    Internal(String),
}

fn codes(faults: &[FieldFault]) -> String {
    let told: Vec<String> =
        faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
    told.join(", ")
}

impl ProviderFault {
    /// An answer that is wrong in one place.
    pub fn lied(pointer: impl Into<String>, code: &'static str, message: &str) -> Self {
        Self::Lied(vec![FieldFault {
            pointer: pointer.into(),
            code: code.into(),
            message: message.into(),
        }])
    }

    /// An answer that is wrong in all these places, or fine when there are none.
    ///
    /// # Errors
    /// [`ProviderFault::Lied`] with the first twenty.
    pub(crate) fn lied_about(faults: Faults) -> Result<(), Self> {
        let mut faults = listed(faults);
        faults.truncate(TOLD);
        if faults.is_empty() { Ok(()) } else { Err(Self::Lied(faults)) }
    }

    /// A question that is wrong in all these places, or fine when there are none.
    ///
    /// # Errors
    /// [`ProviderFault::Asked`].
    pub(crate) fn asked(faults: Faults) -> Result<(), Self> {
        let faults = listed(faults);
        if faults.is_empty() { Ok(()) } else { Err(Self::Asked(faults)) }
    }

    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Asked(_) => "not_declared",
            Self::Unreachable(_) => "provider_unreachable",
            Self::TimedOut(_) => "provider_timed_out",
            Self::Refused { .. } => "provider_refused",
            Self::Lied(_) => "provider_lied",
            Self::TooLarge { .. } => "answer_too_large",
            Self::Busy { .. } => "provider_busy",
            Self::Open { .. } => "circuit_open",
            Self::Internal(_) => "internal",
        }
    }

    /// Whether it speaks against the provider's health, and so moves the circuit breaker. A wrong or overlong answer
    /// does not: to leave the provider alone would not mend it, and would hide what is wrong.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TimedOut(_) => true,
            Self::Refused { unwell, .. } => *unwell,
            _ => false,
        }
    }

    /// When the caller may try again, if that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } | Self::Open { retry_after } => Some(*retry_after),
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn listed(faults: Faults) -> Vec<FieldFault> {
    match faults.into_result("faults", "") {
        Ok(()) => Vec::new(),
        Err(fault) => fault.errors().to_vec(),
    }
}

impl From<ProviderFault> for Fault {
    fn from(fault: ProviderFault) -> Self {
        let title = match &fault {
            ProviderFault::Asked(faults) => {
                let mut all = Faults::new();
                all.extend(faults.iter().cloned());
                let title = "请求的参数或字段与资源登记不符";
                return all
                    .into_result("not_declared", title)
                    .err()
                    .unwrap_or_else(|| Self::new(FaultKind::Invalid, "not_declared", title));
            }
            ProviderFault::Internal(internal) => return Self::internal(internal),
            ProviderFault::Unreachable(_) => "数据提供方系统无法连接",
            ProviderFault::TimedOut(_) => "数据提供方系统未在时限内应答",
            ProviderFault::Refused { .. } => "数据提供方系统拒绝了请求",
            ProviderFault::Lied(_) => "数据提供方的应答与登记不符，未予转发",
            ProviderFault::TooLarge { .. } => "数据提供方的应答超过上限，未予转发",
            ProviderFault::Busy { .. } => "对该数据提供方的并发调用已达上限，请稍后重试",
            ProviderFault::Open { .. } => "该数据提供方近期频繁失败，已暂停调用，请稍后重试",
        };
        let told = Self::new(FaultKind::Unavailable, fault.code(), title).internally(&fault);
        match fault.retry_after() {
            Some(after) => told.with_detail(format!("请在 {} 秒后重试", seconds(after))),
            None => told,
        }
    }
}

/// Whole seconds for a `Retry-After` header, rounded up: who comes at that time does not come too early.
pub fn seconds(after: Duration) -> u64 {
    after.as_secs() + u64::from(after.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_apart_and_says_when_to_come_back() {
        let open = ProviderFault::Open { retry_after: Duration::from_millis(1_200) };
        let fault = Fault::from(open.clone());
        assert_eq!((fault.code(), fault.kind()), ("circuit_open", FaultKind::Unavailable));
        assert_eq!(fault.detail(), Some("请在 2 秒后重试"));
        assert_eq!(open.retry_after(), Some(Duration::from_millis(1_200)));
        let asked = ProviderFault::lied("/a", "missing", "x");
        assert_eq!(Fault::from(asked).code(), "provider_lied");
        let mut faults = Faults::new();
        faults.add("/parameters/x", "unknown", "没有这个参数");
        let fault = Fault::from(ProviderFault::asked(faults).unwrap_err());
        assert_eq!((fault.kind(), fault.errors().len()), (FaultKind::Invalid, 1));
    }

    #[test]
    fn only_outages_move_the_breaker() {
        let refused =
            |unwell| ProviderFault::Refused { said: "x".into(), retry_after: None, unwell };
        assert!(refused(true).is_outage());
        assert!(!refused(false).is_outage());
        assert!(ProviderFault::TimedOut(Duration::ZERO).is_outage());
        assert!(!ProviderFault::lied("", "json", "x").is_outage());
        assert!(!ProviderFault::TooLarge { limit: 1, unit: "bytes" }.is_outage());
    }
}
