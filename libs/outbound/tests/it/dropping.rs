//! Files in a watched folder.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use sm3::{Digest as _, Sm3};
use tongban_outbound::ProviderFault;
use tongban_outbound::file_drop::{Feed, FileDrop, Format};
use tongban_outbound::shape::{Kind, Shape};

use crate::stub::column;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("tongban-outbound-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn sealed(&self, name: &str, text: &str) {
        self.write(name, text);
        self.write(
            &format!("{name}.sm3"),
            &format!("{}  {name}\n", hex::encode(Sm3::digest(text))),
        );
    }

    fn drop_of(&self, format: Format) -> FileDrop {
        let columns = vec![column("name", "xm", Kind::Text), column("age", "nl", Kind::Integer)];
        let feed = Feed { format, shape: Shape { columns, most_rows: 3 }, largest: 1_000 };
        FileDrop::new(&self.0, feed).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn whole_files_are_taken_once_in_order() {
    let folder = Folder::new();
    let feed = folder.drop_of(Format::Csv);
    folder.sealed("b.csv", "\u{feff}nl,xm,more\r\n20,\"李,四\",x\r\n");
    folder.sealed("a.csv", "xm,nl\n张三,71\n");
    folder.sealed("other.jsonl", "{}");
    let look = feed.look().await.unwrap();
    let batch = look.batch.unwrap();
    assert_eq!(batch.name, "a.csv");
    let of = |row: &tongban_outbound::Row| Value::from(row.clone());
    assert_eq!(of(&batch.rows[0]), json!({"name": "张三", "age": 71}));
    assert_eq!(feed.look().await.unwrap().batch.unwrap(), batch, "not loaded, it comes again");
    feed.done(&batch).await.unwrap();
    let batch = feed.look().await.unwrap().batch.unwrap();
    assert_eq!(of(&batch.rows[0]), json!({"name": "李,四", "age": 20}));
    feed.done(&batch).await.unwrap();
    assert_eq!(feed.look().await.unwrap().batch, None);
    assert!(folder.0.join("taken/a.csv").is_file() && folder.0.join("taken/a.csv.sm3").is_file());
}

#[tokio::test]
async fn what_is_partly_written_is_left_alone() {
    let folder = Folder::new();
    let feed = folder.drop_of(Format::Csv);
    folder.write("a.csv", "xm,nl\n张三,71\n");
    folder.sealed("b.csv", "xm,nl\n张三,71\n李四,20\n");
    folder.write("b.csv", "xm,nl\n张三,71\n");
    folder.sealed(".hidden.csv", "xm,nl\n");
    let look = feed.look().await.unwrap();
    assert_eq!((look.batch, look.refused), (None, Vec::new()));
    assert_eq!(look.waiting, [".hidden.csv", "a.csv", "b.csv"]);
    folder.sealed("a.csv", "xm,nl\n张三,71\n");
    assert_eq!(feed.look().await.unwrap().batch.unwrap().name, "a.csv");
}

#[tokio::test]
async fn what_is_not_as_declared_is_put_aside_and_stops_nothing() {
    let folder = Folder::new();
    let feed = folder.drop_of(Format::JsonLines);
    let person = "{\"xm\": \"张三\", \"nl\": 71}\n";
    folder.sealed("a.jsonl", "{\"name\": \"张三\", \"nl\": \"71\"}\n");
    folder.sealed("b.jsonl", &person.repeat(4));
    folder.sealed("c.jsonl", &" ".repeat(1_001));
    folder.sealed("d.jsonl", &format!("{person}[1]\n"));
    folder.sealed("e.jsonl", &"[".repeat(900));
    folder.sealed("f.jsonl", &format!("{person}\n{person}"));
    let look = feed.look().await.unwrap();
    let codes: Vec<(&str, &str)> =
        look.refused.iter().map(|(name, fault)| (name.as_str(), fault.code())).collect();
    let expected = [
        ("a.jsonl", "provider_lied"),
        ("b.jsonl", "answer_too_large"),
        ("c.jsonl", "answer_too_large"),
        ("d.jsonl", "provider_lied"),
        ("e.jsonl", "provider_lied"),
    ];
    assert_eq!(codes, expected);
    let ProviderFault::Lied(faults) = &look.refused[0].1 else { panic!() };
    assert_eq!(faults.len(), 2, "both fields are named");
    assert_eq!(look.batch.unwrap().rows.len(), 2);
    assert!(folder.0.join("refused/a.jsonl").is_file());
    assert!(feed.look().await.unwrap().refused.is_empty(), "told once");
}

#[cfg(unix)]
#[tokio::test]
async fn links_lead_nowhere() {
    let folder = Folder::new();
    let elsewhere = Folder::new();
    elsewhere.sealed("a.csv", "xm,nl\n张三,71\n");
    for name in ["a.csv", "a.csv.sm3"] {
        std::os::unix::fs::symlink(elsewhere.0.join(name), folder.0.join(name)).unwrap();
    }
    assert_eq!(folder.drop_of(Format::Csv).look().await.unwrap().batch, None);
}
