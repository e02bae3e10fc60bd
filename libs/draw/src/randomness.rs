//! Public randomness (公开随机数): named before the draw, known only after.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use tongban_proof::{Checkpoint, VerifyKey, note};

use crate::bounds;
use crate::digest::Hex;
use crate::findings::Findings;
use crate::moment;

/// Where the public value comes from, and until when seeds are opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Randomness {
    /// Where the value comes from that stands for seeds that were not opened; with a checkpoint only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Source>,
    /// Who has not opened the seed by then has withheld it.
    #[serde(with = "moment")]
    pub open_until: DateTime<Utc>,
    /// Where the value comes from.
    pub value: Source,
}

/// A source, and which of its values it will be: the first after a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// A public beacon (随机数信标) that no party can foresee or choose. Seeds are opened before its value is
    /// out.
    Beacon {
        /// The first value after this moment.
        #[serde(with = "moment")]
        after: DateTime<Utc>,
        /// Name of the beacon.
        of: String,
    },
    /// The signed checkpoint of a log. Seeds stay secret until it is out.
    Checkpoint {
        /// The log has to be larger: its size when the draw was announced.
        above: u64,
        /// The first checkpoint after this moment.
        #[serde(with = "moment")]
        after: DateTime<Utc>,
        /// Origin of the log.
        of: String,
    },
}

impl Source {
    /// Name of the beacon, or origin of the log.
    pub fn name(&self) -> &str {
        match self {
            Self::Beacon { of, .. } | Self::Checkpoint { of, .. } => of,
        }
    }

    /// Whether `value` can be the one that this source was to give; for a service that is given one. With the
    /// keys of logs also whether they signed it.
    ///
    /// # Errors
    /// An `invalid_draw` fault that says why not.
    pub fn check(&self, value: &Value, keys: &[VerifyKey]) -> Result<(), Fault> {
        let mut findings = Findings::default();
        if let Err((code, message)) = value.bytes_for(self, keys) {
            findings.add("", code, &message);
        }
        findings.into_result()
    }

    fn after(&self) -> &DateTime<Utc> {
        match self {
            Self::Beacon { after, .. } | Self::Checkpoint { after, .. } => after,
        }
    }

    fn find(&self, at: &str, findings: &mut Findings) {
        let (kind, above) = match self {
            Self::Beacon { .. } => ("beacon", 0),
            Self::Checkpoint { above, .. } => ("checkpoint", *above),
        };
        findings.name(|| format!("{at}/{kind}/of"), self.name());
        findings.number(|| format!("{at}/{kind}/above"), above, 0..=bounds::SAFE);
        find_moment(|| format!("{at}/{kind}/after"), self.after(), findings);
    }
}

fn find_moment(pointer: impl FnOnce() -> String, at: &DateTime<Utc>, findings: &mut Findings) {
    if !moment::is_plain(at) {
        findings.add(pointer(), "out_of_range", "时间应在 2000 至 9999 年，精确到微秒");
    }
}

impl Randomness {
    /// Whether seeds are opened before the value is known (先开启种子), or the value is recorded before any
    /// seed is opened. The other order would let somebody choose.
    pub fn seeds_first(&self) -> bool {
        matches!(self.value, Source::Beacon { .. })
    }

    /// Whether nothing of it is known yet, when the announcement is recorded at `now`.
    ///
    /// # Errors
    /// An `invalid_draw` fault that names every moment that has passed.
    pub fn check_ahead(&self, now: DateTime<Utc>) -> Result<(), Fault> {
        let mut findings = Findings::default();
        let sources = [("/value", Some(&self.value)), ("/fallback", self.fallback.as_ref())];
        let moments =
            sources.iter().filter_map(|(at, source)| Some((*at, source.as_ref()?.after())));
        for (at, moment) in moments.chain([("/open_until", &self.open_until)]) {
            if *moment <= now {
                findings.add(at, "bad_schedule", "应在公告之后：公告时尚不得知");
            }
        }
        findings.into_result()
    }

    /// What is wrong with it. The kind of the value says whether seeds or value come last; see the
    /// specification for why.
    pub(crate) fn find(&self, at: &str, findings: &mut Findings) {
        self.value.find(&format!("{at}/value"), findings);
        find_moment(|| format!("{at}/open_until"), &self.open_until, findings);
        if let Some(fallback) = &self.fallback {
            fallback.find(&format!("{at}/fallback"), findings);
            if fallback.name() == self.value.name() {
                let message = "替补随机数与随机数不得同源";
                findings.add(format!("{at}/fallback"), "same_source", message);
            }
            if *fallback.after() < self.open_until {
                let message = "替补随机数应在开启种子的期限之后产生";
                findings.add(format!("{at}/fallback"), "bad_schedule", message);
            }
        }
        let closed = *self.value.after() >= self.open_until;
        if closed != self.seeds_first() {
            let message = if closed {
                "采用检查点时，应先有检查点，后开启种子"
            } else {
                "采用随机数信标时，应先开启种子，后产生随机数"
            };
            findings.add(format!("{at}/value"), "bad_schedule", message);
        }
        let wanted = !self.seeds_first();
        if wanted != self.fallback.is_some() {
            let message = if wanted {
                "采用检查点时，须指定替补随机数"
            } else {
                "采用随机数信标时，无须替补随机数"
            };
            findings.add(format!("{at}/fallback"), "bad_fallback", message);
        }
    }
}

/// A public value that came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Value {
    /// Of a beacon.
    Beacon {
        /// When it was published.
        #[serde(with = "moment")]
        at: DateTime<Utc>,
        /// The value.
        bytes: Hex,
        /// Its number.
        round: u64,
    },
    /// Of a log.
    Checkpoint {
        /// The signed checkpoint, as it is.
        note: String,
    },
}

impl Value {
    /// The bytes that go into the seed, when this can be a value of `source`.
    ///
    /// Of a checkpoint these are origin, size and root: neither its time nor its signature, of which the
    /// log could make others for the same tree.
    pub(crate) fn bytes_for(
        &self,
        source: &Source,
        keys: &[VerifyKey],
    ) -> Result<Vec<u8>, (&'static str, String)> {
        const WRONG: &str = "wrong_value";
        match (self, source) {
            (Self::Beacon { at, bytes: Hex(bytes), round }, Source::Beacon { after, of }) => {
                if at <= after || !moment::is_plain(at) {
                    return Err((WRONG, "随机数不在指定的时间之后".into()));
                }
                if !bounds::BEACON.contains(&bytes.len()) || *round > bounds::SAFE {
                    return Err((WRONG, "随机数应为 32 至 128 字节，轮次不超过 2⁵³−1".into()));
                }
                Ok(joined(1, of, *round, bytes))
            }
            (Self::Checkpoint { note }, Source::Checkpoint { above, after, of }) => {
                let read = if keys.is_empty() {
                    note::split(note).and_then(|(text, _)| Checkpoint::parse(text))
                } else {
                    Checkpoint::open(note, keys)
                };
                let read = read.map_err(|fault| ("bad_note", format!("检查点有误：{fault}")))?;
                if !moment::is_plain(&read.at) {
                    return Err(("bad_note", "检查点的时间有误".into()));
                }
                if read.origin != *of {
                    return Err((WRONG, format!("检查点属于 {}，不是 {of}", read.origin)));
                }
                if read.at <= *after || read.size <= *above || read.size > bounds::SAFE {
                    return Err((WRONG, "检查点不在指定的时间和大小之后".into()));
                }
                Ok(joined(2, of, read.size, &read.root))
            }
            _ => Err((WRONG, "随机数的种类与公告不符".into())),
        }
    }
}

fn joined(kind: u8, of: &str, number: u64, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend((of.len() as u64).to_be_bytes());
    bytes.extend(of.as_bytes());
    bytes.extend(number.to_be_bytes());
    bytes.extend(value);
    bytes
}
