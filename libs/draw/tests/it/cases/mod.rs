//! Draws made from a fixed seed, right ones and bent ones; the example `draw_cases` writes them for others.

pub mod bend;
pub mod samples;

use std::num::NonZeroU64;

use tongban_draw::{
    Announcement, Commitment, Digest, FORMAT, Hex, Opening, PartyRole, ReplacementKind, Source,
    Stream, Terms, Transcript, Value, commitment,
};
use tongban_kernel::Fault;
use tongban_proof::{Checkpoint, ProofFault, PublishedKeys, Signer};

/// Origins of the logs whose checkpoints are used.
pub const LOGS: [&str; 2] = ["tongban/reviews/00112233", "tongban/matters/44556677"];
/// Name of the beacon.
pub const BEACON: &str = "beacon.example.cn/quicknet";
/// A moment of the samples, so many seconds after the draw was announced.
pub fn moment(seconds: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_773_194_400 + seconds, 0).unwrap_or_default()
}

/// Choices that are the same in every run.
pub struct Dice(Stream);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[24..].copy_from_slice(&seed.to_be_bytes());
        Self(Stream::new(Digest(bytes)))
    }

    pub fn below(&mut self, bound: usize) -> usize {
        NonZeroU64::new(bound as u64).map_or(0, |bound| self.0.below(bound) as usize)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}

/// The log's key; it signs the same every time.
pub fn signer(log: &str) -> Result<Signer, ProofFault> {
    let secret = LOGS.iter().position(|name| *name == log).map_or(9, |place| place as u8 + 1);
    Signer::from_secret(log, &[secret; 32])
}

/// The published keys of the logs.
pub fn keys() -> Result<Vec<PublishedKeys>, Box<dyn std::error::Error>> {
    let of = |log: &str| {
        let vkey = signer(log)?.public().vkey();
        let published = serde_json::json!({
            "origin": log, "keys": [{"vkey": vkey, "created_at": moment(-1_000)}],
        });
        Ok(serde_json::from_value(published)?)
    };
    LOGS.into_iter().map(of).collect()
}

/// A value of a source, `late` seconds after it was due.
pub fn value(source: &Source, late: i64, bytes: &[u8]) -> Value {
    match source {
        Source::Beacon { after, .. } => Value::Beacon {
            at: *after + chrono::Duration::seconds(late),
            bytes: Hex(bytes.to_vec()),
            round: 4_711,
        },
        Source::Checkpoint { above, after, of } => {
            let (size, at) = (above + 7, *after + chrono::Duration::seconds(late));
            let mut root = [0; 32];
            root.copy_from_slice(&bytes[..32]);
            let checkpoint = Checkpoint { origin: of.clone(), size, root, at };
            let note = signer(of).and_then(|signer| checkpoint.sign(&signer));
            Value::Checkpoint { note: note.unwrap_or_default() }
        }
    }
}

/// A party and its seed; no seed when it will withhold it.
pub struct Party {
    pub name: String,
    pub seed: Vec<u8>,
    pub opens: bool,
}

/// Everything a draw needs.
pub struct Setting {
    pub terms: Terms,
    pub parties: Vec<Party>,
    pub value: Vec<u8>,
    pub fallback: Vec<u8>,
}

impl Setting {
    /// Terms with random parties and values.
    pub fn new(terms: Terms, dice: &mut Dice) -> Self {
        let mut parties =
            vec![Party { name: "organiser".into(), seed: dice.bytes(32), opens: !dice.chance(10) }];
        for witness in 0..=dice.below(3) {
            let length = 32 + dice.below(33);
            let (seed, opens) = (dice.bytes(length), !dice.chance(15));
            parties.push(Party { name: format!("witness-{witness}"), seed, opens });
        }
        let length = 32 + dice.below(65);
        let (value, fallback) = (dice.bytes(length), dice.bytes(32));
        Self { terms, parties, value, fallback }
    }

    /// The announcement, not checked.
    pub fn announcement(&self) -> Result<Announcement, Fault> {
        let digest = self.terms.digest()?;
        let committed = |(place, one): (usize, &Party)| Commitment {
            commitment: commitment(&self.terms.draw, digest, &one.name, &one.seed),
            party: one.name.clone(),
            role: if place == 0 { PartyRole::Organiser } else { PartyRole::Witness },
        };
        let commitments = self.parties.iter().enumerate().map(committed).collect();
        Ok(Announcement { commitments, terms: self.terms.clone() })
    }

    pub fn openings(&self) -> Vec<Opening> {
        let one = |party: &Party| match party.opens {
            true => Opening::opened(&party.name, &party.seed),
            false => Opening::withheld(&party.name, "逾期未开启"),
        };
        self.parties.iter().map(one).collect()
    }

    pub fn values(&self) -> (Value, Option<Value>) {
        let sources = &self.terms.randomness;
        let withheld = self.parties.iter().any(|one| !one.opens);
        let fallback = sources.fallback.as_ref().filter(|_| withheld);
        (
            value(&sources.value, 1, &self.value),
            fallback.map(|source| value(source, 3, &self.fallback)),
        )
    }

    /// The draw.
    pub fn draw(&self) -> Result<Transcript, Fault> {
        let (value, fallback) = self.values();
        self.announcement()?.draw(self.openings(), value, fallback)
    }

    /// What somebody would publish who draws by no rule: the first of the list.
    pub fn pretend(&self) -> Result<Transcript, Fault> {
        let (value, fallback) = self.values();
        let first = self.terms.candidates.iter().take(self.terms.number as usize);
        Ok(Transcript {
            announcement: self.announcement()?,
            fallback,
            format: FORMAT.to_owned(),
            openings: self.openings(),
            replacements: Vec::new(),
            result: first.map(|one| one.id.clone()).collect(),
            value,
        })
    }
}

/// A draw with up to three replacements.
pub fn drawn(setting: &Setting, dice: &mut Dice) -> Result<Transcript, Fault> {
    const KINDS: [ReplacementKind; 4] = [
        ReplacementKind::Unavailable,
        ReplacementKind::Declined,
        ReplacementKind::Unqualified,
        ReplacementKind::ConflictFound,
    ];
    let mut transcript = setting.draw()?;
    for _ in 0..dice.below(4) {
        let mut now = transcript.result.clone();
        for one in &transcript.replacements {
            now.iter_mut().filter(|id| **id == one.removed).for_each(|id| *id = one.added.clone());
        }
        let removed = now[dice.below(now.len())].clone();
        let kind = KINDS[dice.below(4)];
        // Nobody may be left, or the bound be reached: then there are fewer.
        let _ = transcript.replace(&removed, kind, "当日\"请假\"");
    }
    Ok(transcript)
}

/// The files of the test vectors.
pub fn vectors() -> Result<Vec<(String, String)>, Fault> {
    let (mut files, mut steps) = (Vec::new(), serde_json::Map::new());
    for (place, (name, terms)) in samples::vectors().into_iter().enumerate() {
        let mut dice = Dice::new(1_000 + place as u64);
        let mut setting = Setting::new(terms, &mut dice);
        // The last witness of the experts' draw withholds its seed.
        let last = setting.parties.len() - 1;
        for (place, party) in setting.parties.iter_mut().enumerate() {
            party.opens = name != "experts" || place < last;
        }
        let mut transcript = setting.draw()?;
        if name != "weighted" {
            let removed = transcript.result[1].clone();
            transcript.replace(&removed, ReplacementKind::Unavailable, "因病无法参加")?;
        }
        let verified = transcript.verify(tongban_draw::Checks::default())?;
        steps.insert(
            name.to_owned(),
            serde_json::json!({
                "terms": transcript.announcement.terms.digest()?,
                "announcement": verified.announcement,
                "numbers": verified.numbers,
                "selected": verified.selected,
            }),
        );
        files.push((format!("{name}.json"), transcript.text()?));
    }
    let mut stream = Stream::new(Digest([1; 32]));
    let words: Vec<_> = (0..5).map(|_| format!("{:016x}", stream.word())).collect();
    let mut stream = Stream::new(Digest([1; 32]));
    let below = |bound| NonZeroU64::new(bound).map(|bound| stream.below(bound));
    let bounds = [1, 2, 3, 10, 1_000_000_007, (1 << 53) - 1, 1 << 63, (1 << 63) + 1];
    let numbers: Vec<_> = bounds.into_iter().filter_map(below).collect();
    let steps = serde_json::json!({
        "commitment": {
            "draw": "draw-0001", "terms": Digest([2; 32]), "party": "witness", "seed": Hex(vec![3; 32]),
            "commitment": commitment("draw-0001", Digest([2; 32]), "witness", &[3; 32]),
        },
        "stream": {
            "seed": Digest([1; 32]), "words": words,
            "below": bounds.iter().zip(numbers).collect::<Vec<_>>(),
        },
        "transcripts": steps,
    });
    let text = serde_json::to_string_pretty(&steps).map_err(Fault::internal)?;
    files.push(("steps.json".into(), format!("{text}\n")));
    Ok(files)
}
