//! Terms with commitments (抽取公告), and the openings that follow (开启种子).

use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;

use crate::bounds;
use crate::canonical;
use crate::digest::{Digest, Fields, Hex};
use crate::findings::Findings;
use crate::terms::Terms;

/// What is recorded before a draw; from then on nothing of it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Of the organiser, then of the witnesses in ascending order of their names.
    pub commitments: Vec<Commitment>,
    /// What they are made over.
    pub terms: Terms,
}

/// The commitment (承诺) of a party to its secret seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// What [`commitment`] gives.
    pub commitment: Digest,
    /// Name of the party.
    pub party: String,
    /// As what it takes part.
    pub role: PartyRole,
}

/// As what a party takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRole {
    /// 组织方: holds the draw. There is one.
    Organiser,
    /// 见证人: has no interest in the outcome. There is at least one.
    Witness,
}

/// What became of a party's seed: opened, or withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Name of the party.
    pub party: String,
    /// The seed, when it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<Hex>,
    /// What is known of why, when it was not (拒不开启).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
}

impl Opening {
    /// An opened seed.
    pub fn opened(party: &str, seed: &[u8]) -> Self {
        Self { party: party.to_owned(), seed: Some(Hex(seed.to_vec())), withheld: None }
    }

    /// A withheld one.
    pub fn withheld(party: &str, reason: &str) -> Self {
        Self { party: party.to_owned(), seed: None, withheld: Some(reason.to_owned()) }
    }
}

/// The commitment of `party` to `seed`, 32 to 64 bytes that nobody else knows, for the draw on these terms.
///
/// The party's name keeps anybody from passing another's commitment off as his own; the terms keep it from
/// being used for any others.
pub fn commitment(draw: &str, terms: Digest, party: &str, seed: &[u8]) -> Digest {
    Fields::of("tongban-draw-commitment-v1")
        .field(draw.as_bytes())
        .field(&terms.0)
        .field(party.as_bytes())
        .field(seed)
        .finish()
}

/// What [`Announcement::digest`] gives, for one who has the digest of the terms but not their lists at hand.
///
/// # Errors
/// An internal fault only.
pub fn announcement_digest(terms: Digest, commitments: &[Commitment]) -> Result<Digest, Fault> {
    let fields = Fields::of("tongban-draw-announcement-v1").field(&terms.0);
    canonical::digest(fields, &commitments)
}

impl Announcement {
    /// Terms with the commitments made over them.
    ///
    /// # Errors
    /// An `invalid_draw` fault that names every reason why no draw can be held on it.
    pub fn new(terms: Terms, commitments: Vec<Commitment>) -> Result<Self, Fault> {
        let announcement = Self { commitments, terms };
        let mut findings = Findings::default();
        announcement.terms.find("/terms", &mut findings);
        announcement.find("", &mut findings);
        findings.into_result()?;
        Ok(announcement)
    }

    /// Whether this is the seed that `party` committed to; for a service that is given one.
    ///
    /// # Errors
    /// An `invalid_draw` fault that says why not.
    pub fn check_seed(&self, party: &str, seed: &[u8]) -> Result<(), Fault> {
        let mut findings = Findings::default();
        match self.commitments.iter().find(|one| one.party == party) {
            Some(committed) => {
                self.find_seed(self.terms.digest()?, committed, seed, "/seed", &mut findings);
            }
            None => findings.add("/party", "unknown_party", "不是此次抽取的组织方或见证人"),
        }
        findings.into_result()
    }

    fn find_seed(
        &self,
        terms: Digest,
        committed: &Commitment,
        seed: &[u8],
        at: &str,
        findings: &mut Findings,
    ) {
        if !bounds::SEED.contains(&seed.len()) {
            findings.add(at, "bad_seed", "种子应为 32 至 64 字节");
        } else if commitment(&self.terms.draw, terms, &committed.party, seed)
            != committed.commitment
        {
            let message = "种子与承诺不符：种子有误，或承诺之后名单、规则被改动";
            findings.add(at, "wrong_seed", message);
        }
    }

    /// What identifies it: kept by anyone, it shows that nothing was changed since.
    ///
    /// # Errors
    /// An internal fault only.
    pub fn digest(&self) -> Result<Digest, Fault> {
        self.digest_with(self.terms.digest()?)
    }

    pub(crate) fn digest_with(&self, terms: Digest) -> Result<Digest, Fault> {
        announcement_digest(terms, &self.commitments)
    }

    /// What is wrong with the commitments.
    pub(crate) fn find(&self, at: &str, findings: &mut Findings) {
        let pointer = |place: usize, member: &str| format!("{at}/commitments/{place}/{member}");
        let list = &self.commitments;
        let roles = list.iter().map(|one| one.role);
        let organiser_first =
            roles.enumerate().all(|(place, role)| (place == 0) == (role == PartyRole::Organiser));
        if !(2..=bounds::PARTIES).contains(&list.len()) || !organiser_first {
            let message = "应有一个组织方在先，一至十五个见证人在后";
            findings.add(format!("{at}/commitments"), "bad_parties", message);
        }
        if list.len() > bounds::PARTIES {
            return;
        }
        for (place, one) in list.iter().enumerate() {
            findings.name(|| pointer(place, "party"), &one.party);
            let same = |other: &&Commitment| {
                other.party == one.party || other.commitment == one.commitment
            };
            if list[..place].iter().any(|other| same(&other)) {
                findings.add(pointer(place, "party"), "duplicate", "同一方或同一承诺出现两次");
            }
        }
        let witnesses = list.get(1..).unwrap_or_default();
        findings
            .ascending(witnesses.iter().map(|one| &one.party), |place| pointer(place + 1, "party"));
    }

    /// What is wrong with openings of these commitments.
    pub(crate) fn find_openings(
        &self,
        terms: Digest,
        openings: &[Opening],
        findings: &mut Findings,
    ) {
        let named = openings.iter().map(|one| &one.party);
        if !named.eq(self.commitments.iter().map(|one| &one.party)) {
            let message = "每一方须依公告次序各有一项：开启的种子，或拒不开启的记录";
            findings.add("/openings", "bad_openings", message);
            return;
        }
        for (place, (one, committed)) in openings.iter().zip(&self.commitments).enumerate() {
            let pointer = |member: &str| format!("/openings/{place}/{member}");
            match (&one.seed, &one.withheld) {
                (Some(Hex(seed)), None) => {
                    self.find_seed(terms, committed, seed, &pointer("seed"), findings);
                }
                (None, Some(reason)) => findings.text(|| pointer("withheld"), reason),
                _ => {
                    let message = "种子与拒不开启的记录须有且只有一项";
                    findings.add(format!("/openings/{place}"), "bad_openings", message);
                }
            }
        }
    }
}

/// The seed of the stream: everybody's part, and what nobody could foresee.
pub(crate) fn joined(
    announcement: Digest,
    value: &[u8],
    fallback: Option<&[u8]>,
    openings: &[Opening],
) -> Digest {
    let fields = Fields::of("tongban-draw-seed-v1")
        .field(&announcement.0)
        .field(value)
        .field(fallback.unwrap_or_default());
    let parts = openings.iter().fold(fields, |fields, one| {
        let seed = one.seed.as_ref().map_or(&[][..], |seed| &seed.0);
        fields.field(one.party.as_bytes()).field(seed)
    });
    parts.finish()
}
