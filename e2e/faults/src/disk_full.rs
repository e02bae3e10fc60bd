//! The disk takes no more: commands are put off with a clear answer, reads go on, and with room it goes on by itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tongban_e2e::traffic::{Load, Traffic};
use tongban_e2e::{City, Error, Launch, Processes, WHOLE};

use crate::judging::judge;
use crate::mesh::{city, note};
use crate::options::Options;
use crate::telling::Telling;

/// Load before the disk is full, and how long it is.
const CALM: Duration = Duration::from_secs(3);
/// How long the disk is full.
const FULL: Duration = Duration::from_secs(6);
/// Within which it must go on by itself once there is room.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a command is answered then.
const CODE: &str = "storage_full";

/// Plays it; whether nothing was lost, doubled or wrong.
pub async fn play(options: &Options, seed: u64) -> Result<bool, Error> {
    let volume = options.volume()?;
    let launch = Launch {
        binary: options.binary.clone(),
        settings: options.settings(volume.join("city")),
        logs: options.work.clone(),
        ports: BTreeMap::from([(WHOLE, options.first_port)]),
    };
    let mut processes = Processes::new(launch.clone());
    let run_dir = options.run_dir.as_deref();
    note(run_dir, WHOLE, processes.start(WHOLE)?)?;
    processes.ready(WHOLE).await?;
    let city = city(&launch, &volume.join("city"))?;
    let traffic = Arc::new(Traffic::prepare(&city, &format!("faults-{seed}")).await?);
    let telling = Telling::begin();
    let mut playing = JoinSet::new();
    let load = Load { workers: 6, reviewers: 3, rate: options.rate };
    playing.spawn(Arc::clone(&traffic).run(load));
    sleep(CALM).await;

    let mut ballast = Ballast::in_volume(&volume)?;
    telling.say("the disk is full");
    let unread = read_on(&city, &mut ballast).await?;
    let put_off = traffic.counts().put_off.get(CODE).copied().unwrap_or_default();
    telling.say(&format!("{put_off} commands were answered 503 {CODE}; reads went on"));
    drop(ballast);
    goes_on(&traffic, &telling).await?;

    let mut ballast = Ballast::in_volume(&volume)?;
    telling.say("the disk is full once more");
    read_on(&city, &mut ballast).await?;
    processes.kill(WHOLE);
    drop(ballast);
    note(run_dir, WHOLE, processes.start(WHOLE)?)?;
    processes.ready(WHOLE).await?;
    telling.say("kill -9 while it was; room, and started again");
    goes_on(&traffic, &telling).await?;
    sleep(CALM).await;
    traffic.end();
    let told = playing.join_next().await;
    let told = told.ok_or_else(|| Error::Unexpected("no traffic".into()))?;
    let told = told.map_err(|error| Error::Unexpected(error.to_string()))??;
    telling.say(&format!("{} cases are finished; comparing", told.len()));
    let mut counts = traffic.counts();
    counts.strange.extend(unread);
    if put_off == 0 {
        counts.strange.push(format!("the disk was full, and nobody was told {CODE}"));
    }
    judge(&launch, &city, &told, &counts, &options.work).await
}

/// Reads while the disk is full; gives what could not be read.
async fn read_on(city: &City, ballast: &mut Ballast) -> Result<Vec<String>, Error> {
    // Signing in writes; the disk has been full for a moment only when it is not possible any more.
    let anyone = city.anyone();
    let (began, mut unread) = (Instant::now(), Vec::new());
    while began.elapsed() < FULL {
        ballast.press();
        let answer = anyone.get("/matters/v1/matters?limit=5").await?;
        if answer.status != 200 {
            unread.push(format!("a read on a full disk: {} {}", answer.status, answer.body));
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(unread)
}

/// Waits until commands are acknowledged again.
async fn goes_on(traffic: &Traffic, telling: &Telling) -> Result<(), Error> {
    let (began, before) = (Instant::now(), traffic.counts().acknowledged);
    while traffic.counts().acknowledged < before + 10 {
        if began.elapsed() > PATIENCE {
            return Err(Error::Unexpected("there is room, and it does not go on by itself".into()));
        }
        sleep(Duration::from_millis(50)).await;
    }
    telling.say(&format!("room: it goes on after {:.1} s", began.elapsed().as_secs_f64()));
    Ok(())
}

/// A file that leaves no room beside it; gone when this falls.
struct Ballast {
    path: PathBuf,
    file: File,
}

impl Ballast {
    fn in_volume(volume: &Path) -> Result<Self, Error> {
        let path = volume.join("ballast");
        let wrong =
            |error: std::io::Error| Error::File(path.display().to_string(), error.to_string());
        let file = File::create(&path).map_err(wrong)?;
        let mut ballast = Self { path, file };
        ballast.press();
        Ok(ballast)
    }

    /// Takes whatever room there is, down to the last byte that can be had.
    fn press(&mut self) {
        for size in [1024 * 1024, 4096, 1] {
            let block = vec![0; size];
            while self.file.write_all(&block).is_ok() {}
        }
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
