//! `scripts/bench draws`: a weighted draw of many from very many, with its transcript, and its verification.

use std::error::Error;
use std::hint::black_box;
use std::num::NonZeroU64;
use std::time::Instant;

use clap::Parser;
use sm3::{Digest as _, Sm3};
use tongban_draw::{
    Announcement, Candidate, Checks, Commitment, Digest, Hex, Opening, PartyRole, RULE, Randomness,
    Source, Strata, Stratum, Stream, Terms, Transcript, Value, commitment, verify,
};

/// As in the binary of the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much is measured.
#[derive(Debug, Parser)]
struct Options {
    /// Candidates on the list.
    #[arg(long, default_value_t = 1_000_000)]
    candidates: u32,
    /// How many are drawn.
    #[arg(long, default_value_t = 10_000)]
    number: u32,
    /// Rounds; the figures are the least, the median and the greatest of them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Four classes by shares and at most two of a firm, instead of weights alone.
    #[arg(long)]
    constraints: bool,
}

const SEEDS: [(&str, [u8; 32]); 2] = [("organiser", [1; 32]), ("witness", [2; 32])];

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mut figures = Figures::default();
    for round in 0..options.rounds.max(1) {
        let mut stream = Stream::new(Digest([round as u8; 32]));
        let candidates = candidates(&options, &mut stream);
        let file = figures
            .time("announce: sort, check, commit, write", || announce(&options, candidates))?;
        forget_peak();
        let transcript = figures.time("draw: read the announcement, check, draw, write", || {
            let announcement: Announcement = serde_json::from_str(&file)?;
            draw(announcement)?.text().map_err(Box::<dyn Error>::from)
        })?;
        figures.note("draw: greatest memory, MiB", peak_mib()?);
        drop(file);
        forget_peak();
        let verified = figures
            .time("verify: read the transcript, check, draw again, compare", || {
                verify(transcript.as_bytes(), Checks::default()).map_err(Box::<dyn Error>::from)
            })?;
        figures.note("verify: greatest memory, MiB", peak_mib()?);
        if verified.selected.len() != options.number as usize {
            return Err("another number was drawn".into());
        }
        figures.note("transcript, MiB", transcript.len() as f64 / 1_048_576.0);
        figures.time("yardstick: SM3 of the transcript", || {
            black_box(Sm3::digest(transcript.as_bytes()));
            Ok(())
        })?;
        figures.time("yardstick: reading it as any JSON", || {
            black_box(serde_json::from_str::<serde_json::Value>(&transcript)?);
            Ok(())
        })?;
    }
    println!("{} of {} candidates, {} rounds", options.number, options.candidates, options.rounds);
    figures.print();
    Ok(())
}

/// A list in no order.
fn candidates(options: &Options, stream: &mut Stream) -> Vec<Candidate> {
    let mut below = |bound: u64| NonZeroU64::new(bound).map_or(0, |bound| stream.below(bound));
    let one = |place: u32| {
        // A multiplier without common factor with 10⁹: the numbers differ.
        let scattered = u64::from(place) * 387_420_489 % 1_000_000_000;
        let mut one = Candidate::new(&format!("91320706MA{scattered:09}"), 1 + below(1_000) as i64);
        one.region = ["320703", "320706", "320707", "320722"][below(4) as usize].into();
        if options.constraints {
            one.stratum = ["A", "B", "C", "D"][below(4) as usize].into();
            one.group = format!("firm-{}", below(u64::from(options.candidates))).into();
        }
        one
    };
    (0..options.candidates).map(one).collect()
}

/// The announcement as it is published.
fn announce(options: &Options, candidates: Vec<Candidate>) -> Result<String, Box<dyn Error>> {
    let at = |seconds: i64| {
        chrono::DateTime::from_timestamp(1_773_194_400 + seconds, 0).ok_or("no time")
    };
    let table = ["A", "B", "C", "D"].into_iter().zip([1, 2, 3, 4]);
    let strata = Strata::Shares(table.map(|(name, share)| Stratum(name.into(), share)).collect());
    let terms = Terms {
        attempt: 1,
        candidates,
        draw: "bench".into(),
        exclusions: Vec::new(),
        group_limit: options.constraints.then_some(2),
        max_replacements: 10,
        number: options.number,
        previous: None,
        purpose: "bench".into(),
        quotas: Vec::new(),
        randomness: Randomness {
            fallback: None,
            open_until: at(0)?,
            value: Source::Beacon { after: at(0)?, of: "beacon".into() },
        },
        rule: RULE.into(),
        strata: options.constraints.then_some(strata),
        title: "测量".into(),
    }
    .sorted();
    let digest = terms.digest()?;
    let committed = SEEDS.map(|(party, seed)| Commitment {
        commitment: commitment("bench", digest, party, &seed),
        party: party.into(),
        role: if party == "witness" { PartyRole::Witness } else { PartyRole::Organiser },
    });
    Ok(serde_json::to_string(&Announcement::new(terms, committed.into())?)?)
}

fn draw(announcement: Announcement) -> Result<Transcript, Box<dyn Error>> {
    let openings = SEEDS.map(|(party, seed)| Opening::opened(party, &seed)).into();
    let at = announcement.terms.randomness.open_until + chrono::Duration::seconds(1);
    let value = Value::Beacon { at, bytes: Hex(vec![3; 32]), round: 1 };
    Ok(announcement.draw(openings, value, None)?)
}

/// What was measured, in the order of the first round.
#[derive(Default)]
struct Figures(Vec<Figure>);

/// One line of it.
struct Figure {
    what: &'static str,
    measured: Vec<f64>,
    /// Processor time, where the other is time on the clock.
    processor: Vec<f64>,
}

impl Figures {
    fn time<T>(
        &mut self,
        what: &'static str,
        work: impl FnOnce() -> Result<T, Box<dyn Error>>,
    ) -> Result<T, Box<dyn Error>> {
        let (start, used) = (Instant::now(), processor_ms()?);
        let done = work()?;
        let taken = start.elapsed().as_secs_f64() * 1_000.0;
        let used = processor_ms()? - used;
        self.line(what).measured.push(taken);
        self.line(what).processor.push(used);
        Ok(done)
    }

    fn note(&mut self, what: &'static str, figure: f64) {
        self.line(what).measured.push(figure);
    }

    fn line(&mut self, what: &'static str) -> &mut Figure {
        let place = self.0.iter().position(|figure| figure.what == what);
        let place = place.unwrap_or_else(|| {
            self.0.push(Figure { what, measured: Vec::new(), processor: Vec::new() });
            self.0.len() - 1
        });
        &mut self.0[place]
    }

    fn print(&mut self) {
        for Figure { what, measured, processor } in &mut self.0 {
            let unit = if processor.is_empty() { "" } else { " ms" };
            println!("{what:<58} {}{unit}", spread(measured));
            if !processor.is_empty() {
                println!("{:<58} {} ms", "    processor time of it", spread(processor));
            }
        }
    }
}

/// Least, median and greatest.
fn spread(figures: &mut [f64]) -> String {
    figures.sort_by(f64::total_cmp);
    let last = figures.len() - 1;
    format!("{:>8.1} / {:>8.1} / {:>8.1}", figures[0], figures[last / 2], figures[last])
}

/// Processor time of this process so far; Linux counts hundredths of a second for programs.
fn processor_ms() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind = stat.rsplit_once(')').ok_or("no stat")?.1;
    // The fields behind the name are numbered from 3; 14 and 15 are user and system time.
    let ticks = behind.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
    Ok(f64::from(ticks.sum::<Result<u32, _>>()?) * 10.0)
}

/// Lets the kernel count the greatest memory from now on.
fn forget_peak() {
    // Where it is not allowed, the peak is that of the whole run: too great rather than too small.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn peak_mib() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = kib.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.ok_or("no VmHWM")? / 1_024.0)
}
