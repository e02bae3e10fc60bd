//! The log is away under load: a broker of the test's own, killed and started again on its data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tongban_events::kafka::{KafkaLog, KafkaSettings};
use tongban_testkit::{Backend, eventually};

use crate::note::Scribe;
use crate::world::World;

/// How long the broker is away.
const AWAY: Duration = Duration::from_secs(12);

struct Broker {
    var: PathBuf,
    port: u16,
}

impl Broker {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let var = std::env::temp_dir().join(format!("tongban-broker-{port}"));
        let broker = Self { var, port };
        broker.script("start");
        broker
    }

    fn script(&self, what: &str) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/kafka");
        let output = Command::new(script)
            .arg(what)
            .env("TONGBAN_VAR", &self.var)
            .env("TONGBAN_KAFKA_PORT", self.port.to_string())
            .env_remove("KAFKA_BOOTSTRAP")
            .output()
            .unwrap();
        assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn signal(&self, signal: &str) {
        let file = std::fs::read_to_string(self.var.join("run/kafka.pid")).unwrap();
        let pid = file.lines().next().unwrap();
        // A shell has it built in; a small machine need not have the program.
        let kill = Command::new("sh").args(["-c", "kill \"$0\" \"$1\"", signal, pid]).status();
        assert!(kill.unwrap().success());
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.script("remove");
        let _ = std::fs::remove_dir_all(&self.var);
    }
}

/// Commands go on, the backlog drains by itself, nothing is lost or doubled: frozen first, as behind a broken
/// line, then killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_is_away_under_load() {
    let broker = Broker::start();
    let mut world = World::make(Backend::Mesh).await;
    let settings = KafkaSettings {
        bootstrap: broker.script("bootstrap"),
        prefix: String::new(),
        partitions: 3,
    };
    world.log = Arc::new(KafkaLog::new(settings).unwrap());
    let relay = world.relay(world.log.clone()).await;
    let consumer = world.consume(Arc::new(Scribe::default()));
    let mut noted = 0;
    let mut note = async |count: usize| {
        for _ in 0..count {
            let begun = std::time::Instant::now();
            world.note(&format!("a{}", noted % 7), "x").await;
            assert!(begun.elapsed() < Duration::from_secs(2), "a command waited for the log");
            noted += 1;
        }
        noted
    };
    let before = note(50).await;
    world.after_effects(before).await;
    for signal in ["-STOP", "-KILL"] {
        let before = world.effects().await.len();
        broker.signal(signal);
        let gone = std::time::Instant::now();
        while gone.elapsed() < AWAY / 2 {
            note(10).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(world.effects().await.len() <= before + 50, "the log was not away");
        if signal == "-STOP" {
            broker.signal("-CONT");
        } else {
            broker.script("start");
        }
        let sent = note(10).await;
        eventually("the backlog to drain", async || {
            (world.effects().await.len() >= sent).then_some(())
        })
        .await;
    }
    world.after_relaying().await;
    let effects = world.effects().await;
    assert_eq!(effects.len(), note(0).await, "nothing lost, nothing doubled");
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for (subject, version) in effects {
        let before = last.insert(subject, version).unwrap_or(0);
        assert_eq!(version, before + 1);
    }
    assert_eq!(world.parked().await, 0);
    consumer.stop().await;
    relay.stop().await;
    world.remove().await;
}
