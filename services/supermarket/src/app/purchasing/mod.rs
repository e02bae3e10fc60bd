//! Use cases of purchases, one a file.

pub mod advance;
pub mod breach;
pub mod complain;
pub mod figures;
pub mod known;
pub mod listing;
pub mod outside;
pub mod publish;
pub mod receipts;
pub mod register;

use std::sync::Arc;

use tongban_contracts::of;
use tongban_contracts::purchases::PurchaseDocument;
use tongban_drawing::{Drawing, Draws};
use tongban_events::Consumer;
use tongban_files::Files;
use tongban_kernel::{Fault, Faults};
use tongban_ledger::{Caller, Loaded, Reply, RequestKey};
use tongban_runtime::{Environment, Host, Job, StartError};
use tongban_seal::Vault;
use uuid::Uuid;

use crate::api::purchasing::view::PurchaseView;
use crate::domain::purchase::{Command, Purchase};
use crate::domain::rules::PurchaseRules;

/// What every operation on purchases needs.
#[derive(Clone)]
pub struct Purchasing {
    /// What the process gives.
    pub host: Host,
    /// The published rules.
    pub rules: Arc<PurchaseRules>,
    /// Draws of the supermarket.
    pub draws: Draws,
    /// Uploaded files.
    pub files: Arc<Files>,
    /// Sealed bids.
    bids: Vault,
    /// What the draws follow.
    pub draw_consumers: Vec<Arc<dyn Consumer>>,
    /// What the draws do by the clock.
    pub draw_jobs: Vec<Arc<dyn Job>>,
}

impl Purchasing {
    /// For the service that `host` was given to.
    ///
    /// # Errors
    /// When the published rules are missing or unreadable.
    pub fn start(host: &Host, files: Arc<Files>) -> Result<Self, StartError> {
        let file = host.settings.data.join("supermarket/purchase-rules.json");
        let wrong = |error: String| StartError::File(file.display().to_string(), error);
        let text = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
        let rules: PurchaseRules =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let rules = match host.settings.environment {
            Environment::Sample => rules.of_sample(),
            Environment::Production => rules,
        };
        let Drawing { draws, consumers, jobs } = Drawing::mount::<of::Supermarket>(host)?;
        Ok(Self {
            host: host.clone(),
            rules: Arc::new(rules),
            draws,
            files,
            bids: host.vault("supermarket/bids"),
            draw_consumers: consumers,
            draw_jobs: jobs,
        })
    }

    /// The supermarket itself as a caller.
    pub fn caller(&self) -> Caller {
        Caller::service("supermarket", None)
    }

    /// The purchase as it stands.
    ///
    /// # Errors
    /// Not found; the database's absence.
    pub async fn purchase(&self, id: &str) -> Result<Loaded<Purchase>, Fault> {
        let found = self.host.ledger.load::<Purchase>(id).await?;
        found.ok_or_else(|| Fault::not_found("该采购"))
    }

    /// Carries out a command on a purchase once per request and answers with it as the caller sees it.
    ///
    /// # Errors
    /// The refusal of the rules; the database's absence.
    pub async fn act(
        &self,
        id: &str,
        command: Command,
        caller: &Caller,
        request: Option<&RequestKey>,
    ) -> Result<Reply, Fault> {
        let reader = caller.principal.clone();
        self.host
            .ledger
            .execute_once::<Purchase>(id, command, caller, request, |committed| {
                Reply::json(200, &PurchaseView::of(id, &committed.state, &reader))
            })
            .await
    }

    /// The caller's own files, as a purchase keeps them.
    ///
    /// # Errors
    /// Names each file that is not the caller's, at `pointer`; the database's absence.
    pub async fn documents(
        &self,
        ids: &[Uuid],
        pointer: &str,
        caller: &Caller,
    ) -> Result<Vec<PurchaseDocument>, Fault> {
        let own = self.files.owned(&caller.principal.account, ids.iter().copied()).await?;
        let mut faults = Faults::new();
        let mut documents = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            match own.get(id) {
                Some(file) => documents.push(PurchaseDocument {
                    file_id: *id,
                    name: file.name.clone(),
                    sm3: file.sm3.clone(),
                }),
                None => {
                    let at = if ids.len() == 1 {
                        pointer.to_owned()
                    } else {
                        format!("{pointer}/{place}")
                    };
                    faults.add(at, "unknown_file", "没有该文件，或不是本人上传");
                }
            }
        }
        faults.into_result("unknown_file", "文件有误")?;
        Ok(documents)
    }

    /// Seals a bid for the place where it will be opened.
    fn seal(&self, purchase: &str, agency: &str, quote: i64) -> String {
        let context = bid_context(purchase, agency);
        self.bids.seal_text(&quote.to_string(), context.as_bytes(), self.host.entropy.as_ref())
    }

    /// Opens a bid; nothing when it does not open.
    fn open(&self, purchase: &str, agency: &str, sealed: &str) -> Option<i64> {
        let context = bid_context(purchase, agency);
        match self.bids.open_text(sealed, context.as_bytes()) {
            Ok(text) => text.parse().ok(),
            Err(error) => {
                tracing::error!(purchase, agency, %error, "a sealed bid does not open");
                None
            }
        }
    }
}

fn bid_context(purchase: &str, agency: &str) -> String {
    format!("purchase/{purchase}/bid/{agency}")
}
