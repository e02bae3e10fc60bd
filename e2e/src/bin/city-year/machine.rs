//! What the processes cost.

use std::time::Duration;

use tongban_e2e::load::{memory_mib, processor_seconds};

/// A process, and what it had used when the year began.
pub struct Watched {
    name: String,
    pid: u32,
    before: f64,
}

impl Watched {
    /// Begins to watch the processes named as `NAME=PID`, and this one.
    pub fn begin(processes: &[(String, u32)]) -> Vec<Self> {
        let own = ("driver".to_owned(), std::process::id());
        processes
            .iter()
            .chain([&own])
            .map(|(name, pid)| Self {
                name: name.clone(),
                pid: *pid,
                before: processor_seconds(*pid),
            })
            .collect()
    }

    /// Prints what they have used since for `cases` cases.
    pub fn report(all: &[Self], cases: usize, wall: Duration) {
        println!("\n{:<12} {:>10} {:>12} {:>10}", "process", "CPU s", "CPU ms/case", "MiB");
        let mut sum = 0.0;
        for Self { name, pid, before } in all {
            let used = processor_seconds(*pid) - before;
            sum += used;
            let each = used * 1000.0 / cases as f64;
            println!("{name:<12} {used:>10.1} {each:>12.2} {:>10.0}", memory_mib(*pid));
        }
        let each = sum * 1000.0 / cases as f64;
        println!("{:<12} {sum:>10.1} {each:>12.2}", "all");
        println!("{:<12} {:>10.1} of these at work", "processors", sum / wall.as_secs_f64());
    }
}
