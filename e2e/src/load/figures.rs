//! What is measured.

use std::path::Path;
use std::time::Duration;

/// How long answers took.
#[derive(Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// From single measurements.
    pub fn new(mut taken: Vec<Duration>) -> Self {
        taken.sort_unstable();
        Self(taken)
    }

    /// How many were measured.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time within which `share` (0 to 1) of the answers came, in milliseconds.
    pub fn within(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        self.0.get(place).map_or(f64::NAN, |taken| taken.as_secs_f64() * 1000.0)
    }
}

/// Least, median and greatest of some figures.
pub fn spread(figures: &[f64]) -> (f64, f64, f64) {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let last = sorted.len().saturating_sub(1);
    (at(0), at(last / 2), at(last))
}

/// Resident memory of a process, in MiB.
///
/// # Errors
/// When there is no such process.
pub fn resident_mib(pid: u32) -> std::io::Result<f64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = kib.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0).ok_or_else(|| std::io::Error::other("no VmRSS"))
}

/// Memory of a process and its children in MiB, what they share counted once (PSS); of those that may not be
/// looked into, the resident memory.
pub fn memory_mib(pid: u32) -> f64 {
    let shared = |id: u32| {
        let text = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
        let kib = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        kib.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib / 1024.0)
    };
    family(pid).map(|id| shared(id).or_else(|| resident_mib(id).ok()).unwrap_or(0.0)).sum()
}

/// A process and its children.
fn family(pid: u32) -> impl Iterator<Item = u32> {
    let ids = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(move |id| *id == pid || field(*id, 4) == Some(u64::from(pid)))
}

/// A field of `/proc/<id>/stat`, by its number.
fn field(id: u32, number: usize) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name may have spaces in it; the fields after its bracket are numbered from 3.
    stat.rsplit_once(')')?.1.split_whitespace().nth(number - 3)?.parse().ok()
}

/// Processor time that a process, its children and those it has waited for have used, in seconds.
pub fn processor_seconds(pid: u32) -> f64 {
    let used = |id: u32| (14..=17).filter_map(|number| field(id, number)).sum::<u64>();
    // Linux counts hundredths for programs, whatever its own clock.
    family(pid).map(used).sum::<u64>() as f64 / 100.0
}
