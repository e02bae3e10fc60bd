//! Lines between callers and services that break in the middle of an answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tongban_e2e::{Addresses, Dice, Error, Launch, SERVICES};

/// A connection carries at most so many bytes of answers before it breaks: some ten answers.
const LONGEST: u64 = 24_000;

/// The lines to all services.
pub struct Lines {
    addresses: Addresses,
    cut: Arc<AtomicU64>,
    _running: JoinSet<()>,
}

impl Lines {
    /// A line to each service. When each connection breaks is drawn from `seed`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn lay(launch: &Launch, seed: u64) -> Result<Self, Error> {
        let (cut, mut running) = (Arc::new(AtomicU64::new(0)), JoinSet::new());
        let dice = Arc::new(Mutex::new(Dice::new(seed ^ 0xC07)));
        let mut addresses = Vec::new();
        for service in SERVICES {
            let failed = |error| Error::Unexpected(format!("no line to {service}: {error}"));
            let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
            let here = listener.local_addr().map_err(failed)?;
            addresses.push((service, format!("http://{here}")));
            let port = launch.ports.get(service).copied().unwrap_or_default();
            running.spawn(serve(listener, port, Arc::clone(&dice), Arc::clone(&cut)));
        }
        Ok(Self { addresses: Addresses::each(addresses), cut, _running: running })
    }

    /// Where callers call.
    pub fn addresses(&self) -> Addresses {
        self.addresses.clone()
    }

    /// Answers that were cut off.
    pub fn cut(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }
}

async fn serve(listener: TcpListener, port: u16, dice: Arc<Mutex<Dice>>, cut: Arc<AtomicU64>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((near, _)) = accepted else { continue };
                let bytes = dice.lock().unwrap_or_else(|error| error.into_inner()).between(1, LONGEST);
                let cut = Arc::clone(&cut);
                connections.spawn(async move {
                    // A service that is away answers nobody; its caller sees the line fall.
                    if let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await
                        && carry(near, far, bytes).await
                    {
                        cut.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Carries requests there and up to `bytes` of answers back; whether an answer was cut off.
async fn carry(mut near: TcpStream, mut far: TcpStream, bytes: u64) -> bool {
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (mut from_near, mut to_near) = near.split();
    let (mut from_far, mut to_far) = far.split();
    let requests = tokio::io::copy(&mut from_near, &mut to_far);
    let answers = async {
        let mut left = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let read = match from_far.read(&mut buffer).await {
                Ok(0) | Err(_) => return false,
                Ok(read) => read,
            };
            let passed = buffer.get(..read.min(left)).unwrap_or_default();
            if to_near.write_all(passed).await.is_err() {
                return false;
            }
            left -= passed.len();
            if passed.len() < read {
                return true;
            }
        }
    };
    tokio::select! {
        cut = answers => cut,
        _ = requests => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_breaks_in_the_middle_of_an_answer() {
        let service = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = service.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut caller, _) = service.accept().await.unwrap();
            let mut request = [0; 4];
            caller.read_exact(&mut request).await.unwrap();
            caller.write_all(&[7; 1000]).await.unwrap();
            let _ = caller.read(&mut request).await;
        });
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut caller = TcpStream::connect(door.local_addr().unwrap()).await.unwrap();
        let (near, _) = door.accept().await.unwrap();
        let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let carrying = tokio::spawn(carry(near, far, 300));
        caller.write_all(b"ask!").await.unwrap();
        let mut answer = Vec::new();
        let _ = caller.read_to_end(&mut answer).await;
        assert_eq!(answer.len(), 300);
        assert!(carrying.await.unwrap());
    }
}
