//! A story as it is told: a line for each step.

use serde_json::Value;
use tongban_kernel::SystemEntropy;
use tongban_kernel::entropy::readable_code;

use crate::{Answer, City, Error};

/// What a story left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryOutcome {
    /// Identifier of the case.
    pub case_id: String,
    /// Its number (办件编号).
    pub case_number: String,
    /// Identifier of the licence (电子证照标识).
    pub licence: String,
    /// Last day for the decision by the promised limit (承诺办结日期).
    pub due: String,
    /// Login of the applicant.
    pub applicant: String,
}

/// A story under way in a city.
pub struct Story<'a> {
    /// Where it happens.
    pub city: &'a City,
    tell: &'a mut (dyn FnMut(&str) + Send),
    run: String,
    steps: u32,
}

impl<'a> Story<'a> {
    /// A story whose lines go to `tell`.
    pub fn new(city: &'a City, tell: &'a mut (dyn FnMut(&str) + Send)) -> Self {
        Self { city, tell, run: readable_code(12, &SystemEntropy), steps: 0 }
    }

    /// An idempotency key for a step of this run and of no other.
    pub fn key(&self, step: &str) -> String {
        format!("demo-{}-{step}", self.run)
    }

    /// A line as it is.
    pub fn say(&mut self, line: &str) {
        (self.tell)(line);
    }

    /// A heading.
    pub fn chapter(&mut self, title: &str) {
        self.steps = 0;
        (self.tell)("");
        (self.tell)(&format!("══ {title}"));
    }

    /// Tells a step; its answer must have the status, and the telling is what is worth knowing of it.
    ///
    /// # Errors
    /// When the status is another, or the answer lacks what is to be told.
    pub fn step(
        &mut self,
        what: &str,
        answer: Answer,
        status: u16,
        telling: impl FnOnce(&Value) -> String,
    ) -> Result<Answer, Error> {
        let answer = answer.expect(status)?;
        self.steps += 1;
        (self.tell)(&format!("{:>2}. {what}", self.steps));
        (self.tell)(&format!("    {} → {status}  {}", answer.what, telling(&answer.body)));
        Ok(answer)
    }

    /// Tells a refusal: status and code must be those.
    ///
    /// # Errors
    /// When the answer is another.
    pub fn refusal(
        &mut self,
        what: &str,
        answer: Answer,
        status: u16,
        code: &str,
    ) -> Result<Answer, Error> {
        if answer.code() != code {
            return Err(Error::Unexpected(format!(
                "{} → {} where {status} {code} was expected: {:#}",
                answer.what, answer.status, answer.body
            )));
        }
        self.step(what, answer, status, |body| {
            let detail = body["detail"].as_str().map(|detail| format!("（{detail}）"));
            let errors = body["errors"].as_array().into_iter().flatten();
            let errors =
                errors.map(|error| format!("; {} {}", at(error, "pointer"), at(error, "message")));
            let errors: String = errors.collect();
            format!("{code}: {}{}{errors}", at(body, "title"), detail.unwrap_or_default())
        })
    }
}

/// The text of a field; empty when there is none.
pub(crate) fn at<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}
