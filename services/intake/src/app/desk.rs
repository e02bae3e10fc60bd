//! The window all use cases stand at.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tongban_files::{Described, Files};
use tongban_forms::Form;
use tongban_kernel::{Fault, Principal};
use tongban_ledger::{Caller, Committed, Loaded, Reply, RequestKey};
use tongban_runtime::Host;
use uuid::Uuid;

use crate::api::case_view::CaseView;
use crate::domain::application::OwnFile;
use crate::domain::case::CaseFile;
use crate::domain::command::Command;
use crate::domain::terms::Terms;
use crate::store::holder::Holders;
use crate::store::matter::{KnownMatter, Matters};
use crate::store::serial::Serials;

/// Compiled forms by matter and version.
type Forms = RwLock<HashMap<(Uuid, u32), Arc<Form>>>;

/// The host, and the forms of matters compiled once per version.
#[derive(Clone)]
pub struct Desk {
    /// What the process gives.
    pub host: Host,
    /// What requests look up.
    pub stores: Arc<Stores>,
    forms: Arc<Forms>,
}

/// What requests look up, those of concurrent ones together.
pub struct Stores {
    /// Applicants.
    pub holders: Holders,
    /// Uploaded files.
    pub files: Files,
    /// Versions of matters.
    pub matters: Matters,
    /// Case numbers.
    pub serials: Serials,
}

impl Desk {
    /// A desk without compiled forms.
    pub fn new(host: Host) -> Self {
        let db = || host.db().clone();
        let stores = Stores {
            holders: Holders::new(db()),
            files: Files::new(db()),
            matters: Matters::new(db()),
            serials: Serials::new(db()),
        };
        Self { host, stores: Arc::new(stores), forms: Arc::default() }
    }

    /// A case that exists.
    pub async fn case(&self, id: &str) -> Result<CaseFile, Fault> {
        self.loaded(id).await.map(|loaded| loaded.state)
    }

    /// A case that exists, as the ledger has it.
    pub async fn loaded(&self, id: &str) -> Result<Loaded<CaseFile>, Fault> {
        let found = self.host.ledger.load::<CaseFile>(id).await?;
        found.ok_or_else(|| Fault::not_found("该办件"))
    }

    /// The terms a case was filed under.
    pub async fn terms_of(&self, case: &CaseFile) -> Result<Terms, Fault> {
        let (matter_id, revision) = (case.matter.matter_id, case.matter.revision);
        let known = self.stores.matters.version(matter_id, revision).await?;
        Ok(self.terms(matter_id, known))
    }

    /// The terms that a version of a matter sets.
    pub fn terms(&self, matter_id: Uuid, known: KnownMatter) -> Terms {
        let calendar = Arc::clone(&self.host.calendar);
        Terms { matter_id, revision: known.revision, matter: known.matter, calendar }
    }

    /// Those of the files that `owner` uploaded.
    pub async fn own_files(
        &self,
        owner: &str,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, OwnFile>, Fault> {
        let found = self.stores.files.owned(owner, ids).await?;
        let own = |file: Described| OwnFile { name: file.name, sm3: file.sm3 };
        Ok(found.into_iter().map(|(id, file)| (id, own(file))).collect())
    }

    /// The matter's form, compiled.
    pub fn form(&self, terms: &Terms) -> Result<Arc<Form>, Fault> {
        let key = (terms.matter_id, terms.revision);
        let known = self.forms.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(form) = known {
            return Ok(form);
        }
        let form = Form::compile(&terms.matter.form_schema).map_err(|faults| {
            Fault::internal(format!("form of matter {key:?} cannot be used: {faults:?}"))
        })?;
        let form = Arc::new(form);
        let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        forms.insert(key, Arc::clone(&form));
        Ok(form)
    }

    /// Carries out, once per request, what `command` makes of the case and its terms.
    pub async fn act(
        &self,
        id: &str,
        caller: &Caller,
        request: Option<&RequestKey>,
        command: impl FnOnce(&Terms) -> Command,
    ) -> Result<Reply, Fault> {
        let case = self.loaded(id).await?;
        let terms = self.terms_of(&case.state).await?;
        self.execute(id, case, command(&terms), &terms, caller, request).await
    }

    /// Carries out a command on the case once per request and answers with it as the caller sees it.
    pub async fn execute(
        &self,
        id: &str,
        case: Loaded<CaseFile>,
        command: Command,
        terms: &Terms,
        caller: &Caller,
        request: Option<&RequestKey>,
    ) -> Result<Reply, Fault> {
        let answer = answer(200, id, terms, &caller.principal);
        self.host.ledger.execute_once_on(id, case, command, caller, request, answer).await
    }

    /// Opens a case once per request and answers with it as its applicant sees it.
    pub async fn open(
        &self,
        command: Command,
        terms: &Terms,
        caller: &Caller,
        request: &RequestKey,
    ) -> Result<Reply, Fault> {
        let ledger = &self.host.ledger;
        let id = ledger.new_id();
        let answer = answer(201, &id, terms, &caller.principal);
        ledger.open_once::<CaseFile>(&id, command, caller, Some(request), answer).await
    }
}

/// Answers with the case as `reader` sees it.
fn answer(
    status: u16,
    id: &str,
    terms: &Terms,
    reader: &Principal,
) -> impl Fn(&Committed<CaseFile>) -> Result<Reply, Fault> + Send + Sync {
    move |committed| {
        let view = CaseView::of(id, &committed.state, terms, reader);
        Reply::json(status, &view)
    }
}
