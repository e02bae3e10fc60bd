//! A database that goes away and comes back.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tongban_runtime::Service;

use crate::{Backend, TestCity};

/// A line to the database that can be cut: connections break and new ones are closed at once.
pub struct Line {
    address: SocketAddr,
    whole: watch::Sender<bool>,
}

impl Line {
    /// A whole line to `target`, `host:port`.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (whole, mut state) = watch::channel(true);
        tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        let (mut near, _) = accepted.expect("a connection");
                        if *state.borrow() {
                            let mut far = TcpStream::connect(&target).await.expect("the target");
                            connections.spawn(async move {
                                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                            });
                        }
                    }
                    changed = state.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        if !*state.borrow() {
                            connections.abort_all();
                        }
                    }
                }
            }
        });
        Self { address, whole }
    }

    /// Breaks every connection and refuses new ones.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets connections pass again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

/// A city of `services` whose PostgreSQL is at the other end of a line.
pub async fn city_on_a_line(services: Vec<Arc<dyn Service>>) -> (TestCity, Line) {
    let mut settings = Backend::Mesh.settings();
    let url = settings.database_url.clone().expect("a mesh has a database URL");
    let (before, rest) = url.split_once('@').expect("a user in the URL");
    let (target, database) = rest.split_once('/').expect("a database in the URL");
    let line = Line::to(target.to_owned()).await;
    settings.database_url = Some(format!("{before}@{}/{database}", line.address));
    (TestCity::start_with(settings, services).await, line)
}
