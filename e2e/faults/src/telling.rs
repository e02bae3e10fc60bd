//! What is told while everything breaks, and counted of it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// Tells what breaks, with the seconds since the beginning.
pub struct Telling {
    began: Instant,
    broken: Mutex<BTreeMap<String, u32>>,
}

impl Telling {
    /// From now on.
    pub fn begin() -> Self {
        Self { began: Instant::now(), broken: Mutex::default() }
    }

    /// A line.
    pub fn say(&self, line: &str) {
        eprintln!("{:>7.1} s  {line}", self.began.elapsed().as_secs_f64());
    }

    /// Something was killed, and is ready again after this time.
    pub fn killed(&self, target: &str, after: Duration) {
        self.note(format!("kill -9 {target}"));
        self.say(&format!("kill -9 {target}: ready again after {:.1} s", after.as_secs_f64()));
    }

    /// Something stood still for this time.
    pub fn stopped(&self, target: &str, lasting: Duration) {
        self.note(format!("stop {target}"));
        self.say(&format!("SIGSTOP {target}: for {:.1} s", lasting.as_secs_f64()));
    }

    fn note(&self, what: String) {
        let mut broken = self.broken.lock().unwrap_or_else(|error| error.into_inner());
        *broken.entry(what).or_default() += 1;
    }

    /// All that broke, and how often.
    pub fn summary(&self) -> String {
        let broken = self.broken.lock().unwrap_or_else(|error| error.into_inner());
        let all: Vec<String> =
            broken.iter().map(|(what, count)| format!("{what} ×{count}")).collect();
        all.join(", ")
    }
}
