//! Signals to processes and their children, by their identifiers.

use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tongban_e2e::Error;

/// A process and its children, the process first.
pub fn family(pid: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let children = ids.filter(|id| parent(*id) == Some(pid));
    std::iter::once(pid).chain(children).collect()
}

fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may have spaces in it; after its bracket come the state and the parent.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// When a process started, in ticks since boot: with its identifier it names one process for good.
pub fn start_ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The 22nd field; after the bracket they are numbered from 3.
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// Sends a signal; one that is gone already needs none.
fn send(pids: &[u32], signal: Signal) {
    for pid in pids.iter().filter_map(|pid| Pid::from_raw(i32::try_from(*pid).ok()?)) {
        let _ = kill_process(pid, signal);
    }
}

/// `kill -9` for a process and its children; returns when all are gone, also from their parents' books: until then
/// PostgreSQL takes the dead for the living.
///
/// # Errors
/// When one is still there after ten seconds.
pub async fn kill(pid: u32) -> Result<(), Error> {
    let family = family(pid);
    send(&family, Signal::KILL);
    for _ in 0..500 {
        if family.iter().all(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(Error::Unexpected(format!("{family:?} are still there after SIGKILL")))
}

/// Processes that stand still until this falls, whatever makes it fall.
pub struct Stopped(Vec<u32>);

impl Stopped {
    /// SIGSTOP for a process and its children.
    pub fn stop(pid: u32) -> Self {
        let family = family(pid);
        send(&family, Signal::STOP);
        Self(family)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        send(&self.0, Signal::CONT);
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[tokio::test]
    async fn a_family_is_stopped_goes_on_and_is_killed() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 60 & wait"]).stdin(Stdio::null());
        let mut parent = shell.spawn().unwrap();
        while family(parent.id()).len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let all = family(parent.id());
        let state = |pid: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
            stat.rsplit_once(") ").unwrap().1.chars().next().unwrap()
        };
        let stopped = Stopped::stop(parent.id());
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(all.iter().all(|pid| state(*pid) == 'T'));
        drop(stopped);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(all.iter().all(|pid| state(*pid) != 'T'));
        let pid = parent.id();
        let buried = std::thread::spawn(move || parent.wait());
        kill(pid).await.unwrap();
        assert!(!buried.join().unwrap().unwrap().success());
    }
}
