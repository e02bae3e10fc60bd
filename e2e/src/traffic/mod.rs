//! Traffic that does not give up: cases from submission to review, each request repeated with its key until it is
//! answered, and every answer noted.

mod insisting;
mod person;
mod seen;
mod told;
mod verdict;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::case::{CASES, step};
use crate::{City, Error, elder_form, knows, papers};

pub use insisting::Counts;
use insisting::{Asked, Counting};
use person::Person;
pub use seen::{Seen, SeenCase};
pub use told::{Told, acknowledged};
pub use verdict::{Effect, Tally, Verdict};

/// How long a request may go unanswered, or what follows by events be waited for.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Pause of a reviewer who finds nothing to do, or asks for a licence that is not there yet.
const PAUSE: Duration = Duration::from_millis(100);

/// How busy it is.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Cases under way at once.
    pub workers: u32,
    /// Decided cases whose licence and review are seen to at once.
    pub reviewers: u32,
    /// Cases begun in a second, at most.
    pub rate: f64,
}

/// People who apply, handle and review, again and again.
pub struct Traffic {
    city: City,
    run: String,
    applicant: Person,
    clerk: Person,
    approver: Person,
    matter_id: String,
    materials: Value,
    form: Value,
    began: Instant,
    next: AtomicU32,
    working: AtomicUsize,
    over: AtomicBool,
    decided: Mutex<VecDeque<Told>>,
    told: Mutex<Vec<Told>>,
    counting: Counting,
}

impl Traffic {
    /// Gets everything ready: people, files, a matter. `run` is put before every key, so that a run can follow
    /// another on the same city.
    ///
    /// # Errors
    /// When the city does not answer as it should; nothing may break yet.
    pub async fn prepare(city: &City, run: &str) -> Result<Self, Error> {
        let applicant = city.sign_in("citizen.chen").await?;
        let me = applicant.get("/identity/v1/me").await?.expect(200)?;
        let found = city.anyone().get("/matters/v1/matters?q=老年人优待证&region=320706").await?;
        let matter_id = found.expect(200)?.text("/items/0/id")?.to_owned();
        knows(&applicant, &matter_id, &format!("{run}-probe")).await?;
        let mut materials = Vec::new();
        for (code, name, bytes) in
            [("M01", "证.pdf", papers::page("card")), ("M02", "照.png", papers::portrait())]
        {
            let file = applicant.upload(name, bytes).await?.expect(201)?;
            materials.push(json!({"code": code, "file_id": file.text("/id")?}));
        }
        Ok(Self {
            city: city.clone(),
            run: run.to_owned(),
            applicant: Person::new("citizen.chen"),
            clerk: Person::new("clerk.minzheng.1"),
            approver: Person::new("approver.minzheng.1"),
            matter_id,
            materials: Value::Array(materials),
            form: elder_form(me.text("/name")?, me.text("/document/number")?),
            began: Instant::now(),
            next: AtomicU32::new(0),
            working: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            decided: Mutex::default(),
            told: Mutex::default(),
            counting: Counting::default(),
        })
    }

    /// The same people, who call `city` from now on: another way to the same services.
    #[must_use]
    pub fn calling(self, city: City) -> Self {
        Self { city, began: Instant::now(), ..self }
    }

    /// Plays cases until [`Traffic::end`] is called and all that were begun are reviewed; gives what was
    /// acknowledged.
    ///
    /// # Errors
    /// When something is not answered, or does not follow, within a quarter of an hour.
    pub async fn run(self: Arc<Self>, load: Load) -> Result<Vec<Told>, Error> {
        let mut people = JoinSet::new();
        self.working.store(load.workers as usize, Ordering::SeqCst);
        for _ in 0..load.workers {
            people.spawn(Arc::clone(&self).work(load.rate));
        }
        for _ in 0..load.reviewers {
            people.spawn(Arc::clone(&self).review_all());
        }
        while let Some(ended) = people.join_next().await {
            ended.map_err(|error| Error::Unexpected(error.to_string()))??;
        }
        Ok(std::mem::take(&mut *held(&self.told)))
    }

    /// No further case is begun.
    pub fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counting.counts()
    }

    /// Decided cases whose licence or review is still to come.
    pub fn waiting(&self) -> usize {
        held(&self.decided).len()
    }

    async fn work(self: Arc<Self>, rate: f64) -> Result<(), Error> {
        while !self.over.load(Ordering::SeqCst) {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            sleep_until(self.began + Duration::from_secs_f64(f64::from(number) / rate)).await;
            if self.over.load(Ordering::SeqCst) {
                break;
            }
            let told = self.carry(number).await?;
            if told.decided.is_some() {
                held(&self.decided).push_back(told);
            } else {
                held(&self.told).push(told);
            }
        }
        self.working.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }

    /// One case from its submission to its decision; ends early when an answer is not the one expected.
    async fn carry(&self, number: u32) -> Result<Told, Error> {
        let mut form = self.form.clone();
        form["address"] = json!(told::mark(number));
        let application =
            json!({"matter_id": self.matter_id, "form": form, "materials": self.materials});
        let mut told = Told::new(number);
        let submit = Asked::new(&self.applicant, CASES.to_owned(), 201, &application);
        told.submitted = self.ask(&format!("{number}-submit"), submit).await?;
        let Some(case) = &told.submitted else { return Ok(told) };
        let id = case["id"].as_str().unwrap_or_default().to_owned();
        let nothing = json!({});
        let accept = Asked::new(&self.clerk, step(&id, "acceptance"), 200, &nothing);
        told.accepted = self.ask(&format!("{number}-accept"), accept).await?;
        if told.accepted.is_some() {
            let approval = json!({"outcome": "approved", "reason": "符合条件"});
            let decide = Asked::new(&self.approver, step(&id, "decision"), 200, &approval);
            told.decided = self.ask(&format!("{number}-decide"), decide).await?;
        }
        Ok(told)
    }

    /// Sees to the licences and reviews of decided cases, the oldest first, until there are no more.
    async fn review_all(self: Arc<Self>) -> Result<(), Error> {
        loop {
            let next = held(&self.decided).pop_front();
            match next {
                Some(told) => {
                    let told = self.review(told).await?;
                    held(&self.told).push(told);
                }
                None if self.working.load(Ordering::SeqCst) == 0 && self.waiting() == 0 => {
                    return Ok(());
                }
                None => sleep(PAUSE).await,
            }
        }
    }

    /// Waits for the licence, then reviews.
    async fn review(&self, mut told: Told) -> Result<Told, Error> {
        let id = told.id().to_owned();
        let began = Instant::now();
        while told.licence.is_none() {
            let case = self.applicant.read(&self.city, &format!("{CASES}/{id}")).await?;
            told.licence = case["licence"].as_str().map(str::to_owned);
            if told.licence.is_none() {
                if began.elapsed() > PATIENCE {
                    return Err(Error::Unexpected(format!("no licence for the case {id}")));
                }
                sleep(PAUSE).await;
            }
        }
        let opinion = json!({"stars": 5, "tags": ["510"], "text": told::mark(told.number)});
        let path = format!("/reviews/v1/reviews/{id}");
        // The right to review comes by an event.
        let review = Asked::new(&self.applicant, path, 201, &opinion).early();
        told.reviewed = self.ask(&format!("{}-review", told.number), review).await?;
        Ok(told)
    }
}

/// What a lock guards, also after somebody panicked who held it.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
