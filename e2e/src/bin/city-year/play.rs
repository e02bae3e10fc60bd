//! The year as it is played: every case from its submission to its decision, and then its review.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep, sleep_until};
use tongban_e2e::Error;
use tongban_e2e::load::{Line, Request};
use tongban_e2e::year::{Case, End};

use crate::count::{Count, Step};
use crate::desk::Desk;
use crate::people::{People, Token};

/// How long a right to review may take to appear.
const PATIENCE: Duration = Duration::from_secs(600);
/// Pause of a reviewer who finds nothing to do, or a right that is not there yet.
const PAUSE: Duration = Duration::from_millis(50);

/// Everything the players share.
pub struct Stage {
    /// Everybody.
    pub people: People,
    /// The profile's matters.
    pub desks: Vec<Desk>,
    /// What is played, by arrival.
    pub cases: Vec<Case>,
    /// Where intake and reviews listen, `host:port`.
    pub addresses: (String, String),
    /// Put before every idempotency key, so that a run can follow another on the same city.
    pub run: String,
    /// Which case is next.
    pub next: Cell<usize>,
    /// Players who still play cases.
    pub playing: Cell<usize>,
    /// Decided cases that wait for their review, by decision.
    pub to_review: RefCell<VecDeque<Decided>>,
    /// How long rights lately took to appear: nobody asks for one much earlier.
    pub lag: Cell<Duration>,
    /// What was done.
    pub count: RefCell<Count>,
}

/// A decided case that is to be reviewed.
pub struct Decided {
    id: String,
    number: usize,
    stars: u8,
    applicant: usize,
    at: Instant,
}

/// A case as an answer tells of it.
#[derive(Deserialize)]
struct Told {
    id: String,
}

/// A connection and whose it is.
struct Player {
    stage: Rc<Stage>,
    line: Line,
}

/// Plays cases until there are no more.
pub async fn handle(stage: Rc<Stage>) -> Result<(), Error> {
    let line = Line::to(&stage.addresses.0).await.map_err(broken)?;
    let mut player = Player { stage: Rc::clone(&stage), line };
    loop {
        let number = stage.next.get();
        let Some(case) = stage.cases.get(number).copied() else { break };
        stage.next.set(number + 1);
        player.case(number, case).await?;
        stage.count.borrow_mut().cases += 1;
    }
    stage.playing.set(stage.playing.get() - 1);
    Ok(())
}

/// Gives reviews until all cases are played and reviewed.
pub async fn review(stage: Rc<Stage>) -> Result<(), Error> {
    let line = Line::to(&stage.addresses.1).await.map_err(broken)?;
    let mut player = Player { stage: Rc::clone(&stage), line };
    loop {
        let next = stage.to_review.borrow_mut().pop_front();
        match next {
            Some(decided) => player.review(&decided).await?,
            None if stage.playing.get() == 0 => return Ok(()),
            None => sleep(PAUSE).await,
        }
    }
}

impl Player {
    async fn case(&mut self, number: usize, case: Case) -> Result<(), Error> {
        let stage = Rc::clone(&self.stage);
        let missing = || Error::Unexpected("a case without a desk".into());
        let desk = stage.desks.get(case.matter).ok_or_else(missing)?;
        let draw = case.draw as usize;
        let papers = desk.papers.get(draw % desk.papers.len()).ok_or_else(missing)?;
        let applicant = stage.people.applicants.get(papers.applicant).ok_or_else(missing)?;
        let (clerk, approver) = desk.officers.pair(draw).ok_or_else(missing)?;
        let body = if case.corrected { &papers.short } else { &papers.whole };
        let path = "/intake/v1/cases";
        let id = self.step(Step::Submit, path, &applicant.token, number, body).await?;
        let path = |step: &str| format!("/intake/v1/cases/{id}/{step}");
        if case.corrected {
            self.step(Step::Correct, &path("correction"), clerk, number, &desk.notice).await?;
            let again = path("resubmission");
            self.step(Step::Resubmit, &again, &applicant.token, number, &papers.again).await?;
        }
        match case.end {
            End::Withdrawn => {
                let body = r#"{"reason":"计划有变"}"#;
                let path = path("withdrawal");
                self.step(Step::Withdraw, &path, &applicant.token, number, body).await?;
                return Ok(());
            }
            End::NotAccepted => {
                let body = r#"{"ground":"not_needed","reason":"该事项依法不需要办理"}"#;
                self.step(Step::Refuse, &path("acceptance-refusal"), clerk, number, body).await?;
                return Ok(());
            }
            End::Denied | End::Approved => {}
        }
        self.step(Step::Accept, &path("acceptance"), clerk, number, "{}").await?;
        let body = if case.end == End::Denied {
            r#"{"outcome":"denied","reason":"不符合法定条件"}"#
        } else {
            r#"{"outcome":"approved","reason":"符合法定条件"}"#
        };
        self.step(Step::Decide, &path("decision"), approver, number, body).await?;
        let mut count = stage.count.borrow_mut();
        count.decided += 1;
        count.licences += i64::from(case.end == End::Approved && desk.licence);
        if let Some(stars) = case.stars {
            let (applicant, at) = (papers.applicant, Instant::now());
            let decided = Decided { id, number, stars, applicant, at };
            stage.to_review.borrow_mut().push_back(decided);
        }
        Ok(())
    }

    /// One command; gives the identifier of the case in its answer.
    async fn step(
        &mut self,
        step: Step,
        path: &str,
        token: &Token,
        number: usize,
        body: &str,
    ) -> Result<String, Error> {
        let key = format!("{}-{}-{number}", self.stage.run, step.name());
        let request = Request::post(path, &token.borrow(), &key, body);
        let began = Instant::now();
        let (status, answer) = self.line.send(&request).await.map_err(broken)?;
        let taken = began.elapsed();
        if !matches!(status, 200 | 201) {
            return Err(unexpected(path, status, answer));
        }
        let told: Told = serde_json::from_slice(answer)
            .map_err(|error| Error::Unexpected(format!("POST {path}: {error}")))?;
        self.stage.count.borrow_mut().took(step, taken);
        Ok(told.id)
    }

    /// Reviews a case as soon as its applicant may.
    async fn review(&mut self, decided: &Decided) -> Result<(), Error> {
        let stage = Rc::clone(&self.stage);
        let Decided { id, number, stars, applicant, at } = decided;
        let Some(applicant) = stage.people.applicants.get(*applicant) else {
            return Err(Error::Unexpected("a review without an applicant".into()));
        };
        let path = format!("/reviews/v1/reviews/{id}");
        let key = format!("{}-review-{number}", stage.run);
        let body = format!(r#"{{"stars":{stars},"text":"办理情况如实评价"}}"#);
        let mut first = true;
        loop {
            sleep_until(*at + stage.lag.get()).await;
            let request = Request::post(&path, &applicant.token.borrow(), &key, &body);
            let began = Instant::now();
            let (status, answer) = self.line.send(&request).await.map_err(broken)?;
            match status {
                201 => {
                    stage.count.borrow_mut().took(Step::Review, began.elapsed());
                    if first {
                        stage.lag.set(stage.lag.get().mul_f64(0.995));
                    }
                    return Ok(());
                }
                // The right is opened by an event that is still on its way.
                404 if at.elapsed() < PATIENCE => {
                    stage.count.borrow_mut().too_early += 1;
                    first = false;
                    stage.lag.set(stage.lag.get().max(at.elapsed() + PAUSE));
                }
                _ => return Err(unexpected(&path, status, answer)),
            }
        }
    }
}

fn unexpected(path: &str, status: u16, answer: &[u8]) -> Error {
    Error::Unexpected(format!("POST {path} → {status}: {}", String::from_utf8_lossy(answer)))
}

#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` asks for")]
fn broken(error: std::io::Error) -> Error {
    Error::Unexpected(format!("a connection broke: {error}"))
}
