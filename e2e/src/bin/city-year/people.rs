//! Everybody who takes part: applicants with their files, officers by body.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use serde::Deserialize;
use tongban_e2e::year::{Guide, Person};
use tongban_e2e::{City, Error, knows, papers};

/// Files that an applicant uploads once and hands in with every case.
const FILES: usize = 3;
/// How often everybody signs in anew: tokens run out after fifteen minutes.
const RENEWAL: Duration = Duration::from_secs(8 * 60);

/// Somebody's token, renewed while the year goes on.
pub type Token = Rc<RefCell<String>>;

/// Somebody who applies.
pub struct Applicant {
    /// Their token.
    pub token: Token,
    /// Who they are.
    pub person: Person,
    /// Identifiers of their files.
    pub files: Vec<String>,
}

/// The officers of one body.
#[derive(Default)]
pub struct Officers {
    /// Who accepts: login and token.
    pub clerks: Vec<(String, Token)>,
    /// Who decides.
    pub approvers: Vec<(String, Token)>,
}

impl Officers {
    /// A clerk and another officer who decides, by a drawn number.
    pub fn pair(&self, draw: usize) -> Option<(&Token, &Token)> {
        let (clerk, accepts) = self.clerks.get(draw % self.clerks.len().max(1))?;
        let others: Vec<_> = self.approvers.iter().filter(|(login, _)| login != clerk).collect();
        let (_, decides) = others.get(draw / 7 % others.len().max(1))?;
        Some((accepts, decides))
    }
}

/// Everybody.
#[derive(Default)]
pub struct People {
    /// Applicants.
    pub applicants: Vec<Applicant>,
    /// Officers by body and region.
    pub officers: BTreeMap<(String, String), Officers>,
    tokens: Vec<(String, Token)>,
}

#[derive(Deserialize)]
struct Sample {
    login: String,
    account: Account,
}

#[derive(Deserialize)]
struct Account {
    kind: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    roles: Vec<String>,
}

impl People {
    /// Signs in the sample city's applicants, and the officers whom `guides` need; uploads files.
    pub async fn gather(city: &City, data: &Path, guides: &[Guide]) -> Result<Self, Error> {
        let file = data.join("city/accounts.json");
        let wrong = |why: String| Error::File(file.display().to_string(), why);
        let text = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
        let samples: Vec<Sample> =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let mut people = Self::default();
        for Sample { login, account } in samples {
            match account.kind.as_str() {
                "citizen" => people.applicant(city, &login, true).await?,
                "organisation" => people.applicant(city, &login, false).await?,
                _ => {
                    let place = (account.body, account.region);
                    let needed =
                        guides.iter().any(|guide| guide.body == place.0 && guide.region == place.1);
                    if needed {
                        people.officer(city, login, place, &account.roles).await?;
                    }
                }
            }
        }
        people.wait(city, guides).await?;
        Ok(people)
    }

    async fn applicant(&mut self, city: &City, login: &str, citizen: bool) -> Result<(), Error> {
        let caller = city.sign_in(login).await?;
        let me = caller.get("/identity/v1/me").await?.expect(200)?;
        let name = me.text("/name")?.to_owned();
        let document = me.text("/document/number")?.to_owned();
        let mut files = Vec::with_capacity(FILES);
        for number in 1..=FILES {
            let page = papers::page(&format!("material {number} of {login}"));
            let kept = caller.upload("材料.pdf", page).await?.expect(201)?;
            files.push(kept.text("/id")?.to_owned());
        }
        let token = self.keep(login, caller.token());
        let person = Person { name, document, citizen };
        self.applicants.push(Applicant { token, person, files });
        Ok(())
    }

    async fn officer(
        &mut self,
        city: &City,
        login: String,
        place: (String, String),
        roles: &[String],
    ) -> Result<(), Error> {
        let holds = |role: &str| roles.iter().any(|held| held == role);
        if !holds("window_clerk") && !holds("approver") {
            return Ok(());
        }
        let caller = city.sign_in(&login).await?;
        let token = self.keep(&login, caller.token());
        let officers = self.officers.entry(place).or_default();
        if holds("window_clerk") {
            officers.clerks.push((login.clone(), Rc::clone(&token)));
        }
        if holds("approver") {
            officers.approvers.push((login, token));
        }
        Ok(())
    }

    fn keep(&mut self, login: &str, token: Option<&str>) -> Token {
        let token = Rc::new(RefCell::new(token.unwrap_or_default().to_owned()));
        self.tokens.push((login.to_owned(), Rc::clone(&token)));
        token
    }

    /// Waits until intake has heard of every matter and every applicant, which it is told by events.
    async fn wait(&self, city: &City, guides: &[Guide]) -> Result<(), Error> {
        for (number, Applicant { token, .. }) in self.applicants.iter().enumerate() {
            let caller = city.bearer(&token.borrow().clone());
            for guide in guides.iter().take(if number == 0 { guides.len() } else { 1 }) {
                knows(&caller, &guide.id, &format!("year-probe-{}", guide.id)).await?;
            }
        }
        Ok(())
    }

    /// Signs everybody in anew, again and again.
    pub fn renewal(&self, city: City) -> impl Future<Output = Error> + 'static {
        let tokens = self.tokens.clone();
        async move {
            loop {
                tokio::time::sleep(RENEWAL).await;
                for (login, token) in &tokens {
                    match city.sign_in(login).await {
                        Ok(caller) => {
                            *token.borrow_mut() = caller.token().unwrap_or_default().to_owned()
                        }
                        Err(error) => return error,
                    }
                }
            }
        }
    }
}
