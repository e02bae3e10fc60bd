//! Providers that put files into a folder (文件交换): each taken once, whole or not at all.
//!
//! Beside a file `NAME.csv` or `NAME.jsonl` lies `NAME.csv.sm3` with the SM3 digest of its bytes in hexadecimal. As long as the
//! digest is missing or another, the file is still being written and left alone. A file is read, given to whoever loads it, and
//! moved to `taken/` when that is done; one that is not as declared is moved to `refused/` and told once. Who loads rows keeps the
//! digest in the same transaction: after a crash between that and [`FileDrop::done`] the file comes again.
//!
//! One process looks at a folder at a time; the lease of a service's database decides which.

use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sm3::{Digest as _, Sm3};
use tongban_kernel::{Fault, Faults};

use crate::error::ProviderFault;
use crate::http::is_within;
use crate::provider::Row;
use crate::shape::{self, Cell, Column, Kind, Shape, registered};

/// Where files go that were loaded.
const TAKEN: &str = "taken";
/// Where files go that are not as declared.
const REFUSED: &str = "refused";
/// What a digest file's name ends with.
const DIGEST: &str = ".sm3";
/// Deepest nesting of a line of JSON.
const DEEPEST: usize = 32;

/// What a file's rows are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// CSV (RFC 4180) in UTF-8, with a first line of names; files end with `.csv`.
    Csv,
    /// A JSON object in each line; files end with `.jsonl`.
    JsonLines,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Self::Csv => ".csv",
            Self::JsonLines => ".jsonl",
        }
    }
}

/// A feed as it is registered (文件资源).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// How its rows are written.
    pub format: Format,
    /// What a row has; a source is a name of the first line, or of a member.
    pub shape: Shape,
    /// Longest file, in bytes; a file is held as a whole.
    pub largest: u64,
}

/// A file's rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Its name.
    pub name: String,
    /// SM3 of its bytes, in hexadecimal: what is loaded under it once is not loaded again.
    pub digest: String,
    /// Its rows, with all declared fields.
    pub rows: Vec<Row>,
}

/// What was found at a look.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    /// The first whole file, by name.
    pub batch: Option<Batch>,
    /// Files that are not whole yet, or named as none may be: left alone.
    pub waiting: Vec<String>,
    /// Files that were put aside, and why.
    pub refused: Vec<(String, ProviderFault)>,
}

/// A watched folder of one feed.
#[derive(Debug, Clone)]
pub struct FileDrop {
    folder: PathBuf,
    feed: Arc<Feed>,
}

impl FileDrop {
    /// Watches `folder`, which has to exist.
    ///
    /// # Errors
    /// `invalid_registration` with every fault.
    pub fn new(folder: &Path, feed: Feed) -> Result<Self, Fault> {
        let mut faults = Faults::new();
        feed.shape.check(&mut faults);
        if !folder.is_dir() {
            faults.add("/folder", "no_folder", "没有这个文件夹");
        }
        registered(faults)?;
        Ok(Self { folder: folder.to_owned(), feed: Arc::new(feed) })
    }

    /// Looks once: the first whole file, what is not whole, and what had to be put aside.
    ///
    /// # Errors
    /// [`ProviderFault::Unreachable`] when the folder cannot be read or moved within.
    pub async fn look(&self) -> Result<Look, ProviderFault> {
        self.clone().aside(|this| this.looked()).await
    }

    /// Moves a file that was loaded out of the way.
    ///
    /// # Errors
    /// [`ProviderFault::Unreachable`]; the file then comes again.
    pub async fn done(&self, batch: &Batch) -> Result<(), ProviderFault> {
        let name = batch.name.clone();
        self.clone().aside(move |this| this.put(&name, TAKEN)).await
    }

    async fn aside<T: Send + 'static>(
        self,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> Result<T, ProviderFault> {
        let done = tokio::task::spawn_blocking(move || work(&self)).await;
        let done = done.map_err(|error| ProviderFault::Internal(error.to_string()))?;
        done.map_err(|error| ProviderFault::Unreachable(format!("the folder: {error}")))
    }

    fn looked(&self) -> io::Result<Look> {
        let mut look = Look::default();
        for name in self.names(&mut look)? {
            let Some((bytes, digest)) = self.whole(&name)? else {
                look.waiting.push(name);
                continue;
            };
            match bytes.and_then(|bytes| rows(&self.feed, &bytes)) {
                Ok(rows) => {
                    look.batch = Some(Batch { name, digest, rows });
                    break;
                }
                Err(fault) => {
                    self.put(&name, REFUSED)?;
                    look.refused.push((name, fault));
                }
            }
        }
        Ok(look)
    }

    /// The names of files of the feed, sorted.
    fn names(&self, look: &mut Look) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // A link would lead out of the folder.
            if !entry.file_type()?.is_file() {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let plain = |one: u8| one.is_ascii_alphanumeric() || b"-._".contains(&one);
            if !name.ends_with(self.feed.format.ending()) {
                continue;
            }
            if name.starts_with('.') || !name.bytes().all(plain) {
                look.waiting.push(name);
            } else {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// The bytes of a file with their digest, when that is the one beside it; the bytes may be too many.
    #[expect(clippy::type_complexity, reason = "whole or not, and then too large or not")]
    fn whole(&self, name: &str) -> io::Result<Option<(Result<Vec<u8>, ProviderFault>, String)>> {
        let beside = self.folder.join(format!("{name}{DIGEST}"));
        let mut promised = String::new();
        match fs::File::open(beside) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
            Ok(file) => {
                let mut bytes = Vec::new();
                file.take(256).read_to_end(&mut bytes)?;
                promised.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        let promised = promised.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let file = fs::File::open(self.folder.join(name))?;
        let largest = self.feed.largest;
        if file.metadata()?.len() > largest {
            let fault = ProviderFault::TooLarge { limit: largest, unit: "bytes" };
            return Ok(Some((Err(fault), promised)));
        }
        let mut bytes = Vec::new();
        file.take(largest + 1).read_to_end(&mut bytes)?;
        let digest = hex::encode(Sm3::digest(&bytes));
        // Another digest: more is to come, or it was broken on the way and will be sent anew.
        Ok((digest == promised).then_some((Ok(bytes), digest)))
    }

    fn put(&self, name: &str, into: &str) -> io::Result<()> {
        let folder = self.folder.join(into);
        fs::create_dir_all(&folder)?;
        // The file first: a digest left alone is nothing, a file without one would wait for ever.
        for name in [name.to_owned(), format!("{name}{DIGEST}")] {
            match fs::rename(self.folder.join(&name), folder.join(&name)) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                done => done?,
            }
        }
        Ok(())
    }
}

fn rows(feed: &Feed, bytes: &[u8]) -> Result<Vec<Row>, ProviderFault> {
    let columns: Vec<&Column> = feed.shape.columns.iter().collect();
    let mut faults = Faults::new();
    let mut rows = Vec::new();
    match feed.format {
        Format::JsonLines => {
            let lines =
                bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
            for (index, line) in lines.enumerate() {
                feed.shape.room_for(index + 1)?;
                let broken =
                    || ProviderFault::lied(format!("/rows/{index}"), "json", "该行不是 JSON 对象");
                if !is_within(line, DEEPEST) {
                    return Err(broken());
                }
                let row: Value = serde_json::from_slice(line).map_err(|_| broken())?;
                let row = row.as_object().ok_or_else(broken)?;
                rows.push(shape::row(&columns, index, &mut faults, |column| {
                    row.get(&column.source).map_or(Cell::Absent, |value| Cell::Json(value.clone()))
                }));
            }
        }
        Format::Csv => {
            let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
            let mut reader = csv::Reader::from_reader(bytes);
            let broken = || ProviderFault::lied("/header", "csv", "首行不是 UTF-8 的字段名");
            let header = reader.headers().map_err(|_| broken())?.clone();
            for (index, record) in reader.records().enumerate() {
                feed.shape.room_for(index + 1)?;
                let record = record.map_err(|_| {
                    ProviderFault::lied(format!("/rows/{index}"), "csv", "该行的列数或编码有误")
                })?;
                rows.push(shape::row(&columns, index, &mut faults, |column| {
                    let mut places =
                        header.iter().enumerate().filter(|(_, name)| *name == column.source);
                    match (places.next(), places.next()) {
                        (None, _) => Cell::Absent,
                        (Some(_), Some(_)) => Cell::Wrong,
                        (Some((place, _)), None) => match record.get(place) {
                            None => Cell::Absent,
                            Some("") if column.kind != Kind::Text => Cell::Json(Value::Null),
                            Some(text) => Cell::Text(text.to_owned()),
                        },
                    }
                }));
            }
        }
    }
    ProviderFault::lied_about(faults)?;
    Ok(rows)
}
