//! A purchase as its history made it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::purchases::{
    DroppedAgency, OpenedBid, PublishedPurchase, PurchaseAward, PurchaseContract, PurchaseDocument,
    PurchaseEvent, PurchaseMarks, PurchaseOwner, PurchaseRegistration, PurchaseRequirement,
    PurchaseSide, SelectionMethod, StopGround,
};
use tongban_kernel::{Principal, Role};

use super::stage::Stage;

/// A registration and when it came, by the platform's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The registration.
    pub registration: PurchaseRegistration,
    /// When.
    pub at: DateTime<Utc>,
}

/// A delivery of the result (服务结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What.
    pub documents: Vec<PurchaseDocument>,
    /// Remark.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it was returned, if it was.
    pub returned: Option<String>,
}

/// The owner's rating, or its default (服务评价).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rating {
    /// Given by the owner.
    Given {
        /// Six marks.
        marks: PurchaseMarks,
        /// In words.
        text: Option<String>,
        /// When.
        at: DateTime<Utc>,
    },
    /// Nobody rated in time. It counts in no mean.
    Default {
        /// When.
        at: DateTime<Utc>,
    },
}

/// A service that was stopped (服务中止).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// By whom.
    pub by: PurchaseSide,
    /// On which ground.
    pub ground: StopGround,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether an officer found the breach that was named; absent until then.
    pub found: Option<bool>,
    /// The officer's reasons.
    pub finding: Option<String>,
    /// The breach recorded.
    pub breach: Option<String>,
}

/// A purchase as it stands (采购).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// Who buys.
    pub owner: PurchaseOwner,
    /// What and how.
    pub requirement: PurchaseRequirement,
    /// Which attempt.
    pub attempt: u32,
    /// The purchase it repeats.
    pub repeats: Option<String>,
    /// What is unusual.
    pub warnings: Vec<String>,
    /// Version of the rules.
    pub rules: String,
    /// Where it stands.
    pub stage: Stage,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Who registered, in order.
    pub registrations: Vec<Registered>,
    /// The bids, opened.
    pub bids: Vec<OpenedBid>,
    /// Who dropped out.
    pub dropped: Vec<DroppedAgency>,
    /// The draw.
    pub draw: Option<String>,
    /// The small list.
    pub short_list: Vec<String>,
    /// Since when it stands where it stands.
    pub since: DateTime<Utc>,
    /// The award.
    pub award: Option<PurchaseAward>,
    /// When it was awarded.
    pub awarded_at: Option<DateTime<Utc>>,
    /// Awards that fell, oldest first.
    pub former_awards: Vec<PurchaseAward>,
    /// Last day for the contract.
    pub contract_due: Option<NaiveDate>,
    /// Whether that day passed without one.
    pub contract_overdue: bool,
    /// The contract.
    pub contract: Option<PurchaseContract>,
    /// Why it was last returned.
    pub contract_returned: Option<String>,
    /// When it was confirmed.
    pub contract_confirmed_at: Option<DateTime<Utc>>,
    /// What was delivered.
    pub deliveries: Vec<Delivery>,
    /// When the result was accepted.
    pub completed_at: Option<DateTime<Utc>>,
    /// Last day for the rating.
    pub rating_due: Option<NaiveDate>,
    /// The rating.
    pub rating: Option<Rating>,
    /// The stop.
    pub stop: Option<Stop>,
    /// Why it failed or was taken back: code and words.
    pub ended: Option<(String, String)>,
}

impl Purchase {
    pub(super) fn new(published: &PublishedPurchase, meta: &Meta) -> Self {
        let PublishedPurchase { owner, requirement, attempt, repeats, warnings, rules } =
            published.clone();
        Self {
            owner,
            requirement,
            attempt,
            repeats,
            warnings,
            rules,
            stage: Stage::Registering,
            published_at: meta.at,
            registrations: Vec::new(),
            bids: Vec::new(),
            dropped: Vec::new(),
            draw: None,
            short_list: Vec::new(),
            since: meta.at,
            award: None,
            awarded_at: None,
            former_awards: Vec::new(),
            contract_due: None,
            contract_overdue: false,
            contract: None,
            contract_returned: None,
            contract_confirmed_at: None,
            deliveries: Vec::new(),
            completed_at: None,
            rating_due: None,
            rating: None,
            stop: None,
            ended: None,
        }
    }

    /// The purchase after one more event; `None` when it cannot follow.
    pub(super) fn follow(mut self, event: &PurchaseEvent, meta: &Meta) -> Option<Self> {
        use Stage::{
            AwaitingContract, Cancelled, Choosing, Completed, ConfirmingContract, Delivered,
            Drawing, Failed, InService, OnNotice, Registering, Stopped, ToSelect,
        };
        let before = self.stage;
        self.stage = match (event, self.stage) {
            (PurchaseEvent::Registered(registration), Registering) => {
                let registration = registration.as_ref().clone();
                self.registrations.push(Registered { registration, at: meta.at });
                Registering
            }
            (PurchaseEvent::RegistrationWithdrawn { agency }, Registering) => {
                self.registrations.retain(|one| one.registration.agency != *agency);
                Registering
            }
            (PurchaseEvent::RegistrationClosed { bids, dropped }, Registering) => {
                self.bids.clone_from(bids);
                self.dropped.extend(dropped.iter().cloned());
                ToSelect
            }
            (PurchaseEvent::Dropped { dropped }, stage) if stage.is_selecting() => {
                self.dropped.extend(dropped.iter().cloned());
                self.after_drop_out()
            }
            (PurchaseEvent::DrawProposed { draw, .. }, ToSelect | Drawing) => {
                self.draw = Some(draw.clone());
                Drawing
            }
            (PurchaseEvent::ShortListed { agencies, .. }, Drawing) => {
                self.short_list.clone_from(agencies);
                Choosing
            }
            (PurchaseEvent::Awarded(award), ToSelect | Drawing | Choosing) => {
                self.award = Some(award.as_ref().clone());
                self.awarded_at = Some(meta.at);
                OnNotice
            }
            (PurchaseEvent::AwardConfirmed { contract_due }, OnNotice) => {
                self.contract_due = Some(*contract_due);
                AwaitingContract
            }
            (PurchaseEvent::ContractUploaded(contract), AwaitingContract) => {
                self.contract = Some(contract.as_ref().clone());
                ConfirmingContract
            }
            (PurchaseEvent::ContractReturned { reason }, ConfirmingContract) => {
                self.contract = None;
                self.contract_returned = Some(reason.clone());
                AwaitingContract
            }
            (PurchaseEvent::ContractConfirmed, ConfirmingContract) => {
                self.contract_confirmed_at = Some(meta.at);
                InService
            }
            (PurchaseEvent::ContractOverdue, stage @ (AwaitingContract | ConfirmingContract)) => {
                self.contract_overdue = true;
                stage
            }
            (PurchaseEvent::ResultDelivered { documents, note }, InService) => {
                let (documents, note) = (documents.clone(), note.clone());
                self.deliveries.push(Delivery { documents, note, at: meta.at, returned: None });
                Delivered
            }
            (PurchaseEvent::ResultReturned { reason }, Delivered) => {
                self.deliveries.last_mut()?.returned = Some(reason.clone());
                InService
            }
            (PurchaseEvent::ResultAccepted { rating_due }, Delivered) => {
                self.completed_at = Some(meta.at);
                self.rating_due = Some(*rating_due);
                Completed
            }
            (PurchaseEvent::Rated { marks, text }, Completed) if self.rating.is_none() => {
                self.rating =
                    Some(Rating::Given { marks: *marks, text: text.clone(), at: meta.at });
                Completed
            }
            (PurchaseEvent::RatingDefaulted, Completed) if self.rating.is_none() => {
                self.rating = Some(Rating::Default { at: meta.at });
                Completed
            }
            (
                PurchaseEvent::Stopped { by, ground, reason },
                AwaitingContract | ConfirmingContract | InService | Delivered,
            ) => {
                self.stop = Some(Stop {
                    by: *by,
                    ground: *ground,
                    reason: reason.clone(),
                    at: meta.at,
                    found: None,
                    finding: None,
                    breach: None,
                });
                Stopped
            }
            (PurchaseEvent::BreachDecided { found, reason, breach }, Stopped) => {
                let stop = self.stop.as_mut()?;
                stop.found = Some(*found);
                stop.finding = Some(reason.clone());
                stop.breach.clone_from(breach);
                Stopped
            }
            (PurchaseEvent::Failed { code, reason }, stage) if stage.is_selecting() => {
                self.ended = Some((code.clone(), reason.clone()));
                Failed
            }
            (PurchaseEvent::Cancelled { reason }, stage) if stage.is_selecting() => {
                self.ended = Some(("cancelled".to_owned(), reason.clone()));
                Cancelled
            }
            _ => return None,
        };
        if self.stage != before {
            self.since = meta.at;
        }
        Some(self)
    }

    /// Where it stands when somebody dropped out: back at the selection if it was the winner.
    fn after_drop_out(&mut self) -> Stage {
        self.short_list.retain(|agency| self.dropped.iter().all(|out| out.agency != *agency));
        let fell = self.award.as_ref().is_some_and(|award| self.is_out(&award.agency));
        if self.stage != Stage::OnNotice || !fell {
            return self.stage;
        }
        self.former_awards.extend(self.award.take());
        self.awarded_at = None;
        match self.requirement.method {
            SelectionMethod::RandomDraw => Stage::Drawing,
            SelectionMethod::CreditChoice => Stage::Choosing,
            SelectionMethod::LowestPrice
            | SelectionMethod::NearestMean
            | SelectionMethod::DirectChoice => Stage::ToSelect,
        }
    }

    /// Whether an agency dropped out.
    pub fn is_out(&self, agency: &str) -> bool {
        self.dropped.iter().any(|out| out.agency == agency)
    }

    /// The registrations that still stand, in order.
    pub fn standing(&self) -> impl Iterator<Item = &Registered> {
        self.registrations.iter().filter(|one| !self.is_out(&one.registration.agency))
    }

    /// The registration of an agency.
    pub fn registration(&self, agency: &str) -> Option<&PurchaseRegistration> {
        let found = self.registrations.iter().find(|one| one.registration.agency == agency);
        found.map(|one| &one.registration)
    }

    /// Whether `actor` is the owner: the account, or an officer who buys for the same body.
    pub fn is_owner(&self, actor: &Principal) -> bool {
        let same_body = self
            .owner
            .body
            .as_deref()
            .is_some_and(|body| actor.holds(Role::MarketBuyer, body, &self.requirement.region));
        actor.account == self.owner.account || same_body
    }

    /// Whether `actor` is the agency that was awarded.
    pub fn is_winner(&self, actor: &Principal) -> bool {
        let award = self.award.as_ref().and_then(|award| self.registration(&award.agency));
        award.is_some_and(|registration| registration.account == actor.account)
    }

    /// Which side of the contract `actor` is on.
    pub fn side_of(&self, actor: &Principal) -> Option<PurchaseSide> {
        if self.is_owner(actor) {
            Some(PurchaseSide::Owner)
        } else if self.is_winner(actor) {
            Some(PurchaseSide::Agency)
        } else {
            None
        }
    }
}
