//! The binary under measurement, started and ended.

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running `tongban serve`; ends with the value.
pub struct Process {
    child: Child,
    /// Where it listens, `host:port`.
    pub address: String,
    /// From its start until it said that it was ready.
    pub took: Duration,
}

impl Process {
    /// Starts a process and waits until it says that it is ready; `more` goes to `serve`.
    pub async fn start(
        bin: &Path,
        data: &Path,
        work: &Path,
        more: &[&str],
    ) -> Result<Self, Box<dyn Error>> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(2)).build()?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let began = Instant::now();
        let child = Command::new(bin)
            .args(["serve", "--listen", &address])
            .arg("--data-dir")
            .arg(work)
            .arg("--data")
            .arg(data)
            .args(more)
            // A log that is away on purpose would fill the screen.
            .env("TONGBAN_LOG", "error,rdkafka=off,librdkafka=off")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()?;
        let mut running = Self { child, address, took: Duration::ZERO };
        let url = format!("http://{}/health/ready", running.address);
        loop {
            if let Ok(answer) = http.get(&url).send().await
                && answer.status().is_success()
            {
                running.took = began.elapsed();
                return Ok(running);
            }
            if let Some(status) = running.child.try_wait()? {
                return Err(format!("the process ended before it was ready: {status}").into());
            }
            if began.elapsed() > Duration::from_secs(60) {
                return Err("the process is not ready after a minute".into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Makes the tables of `services` in a PostgreSQL database.
    pub fn migrate(
        bin: &Path,
        services: &str,
        url: &str,
        work: &Path,
    ) -> Result<(), Box<dyn Error>> {
        let mut command = Command::new(bin);
        command.args(["migrate", "--services", services, "--database-url", url]);
        let output = command.arg("--data-dir").arg(work).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("migrate: {}", String::from_utf8_lossy(&output.stderr)).into())
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once.
    pub fn kill(mut self) -> std::io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
