//! A visit on site as its history made it (现场检查): one object, one or several bodies, each with its own part.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::inspections::{
    Evidence, InspectionEvent, InspectionFinding, OrderedPart, PartResult, SettledResult,
    ShownPaper, VisitOrder,
};
use tongban_kernel::{Context, Fault};
use tongban_ledger::Aggregate;
use uuid::Uuid;

use super::visit;
pub use super::visit_command::{Attending, Command, Conclusion, Demand};

/// Identifier of what is published of one body's part of a visit.
pub fn publication_id(inspection: &str, body: &str) -> Uuid {
    let name = format!("tongban:supervision:publication:{inspection}/{body}");
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
}

/// Where one body's part stands (办理环节).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartStage {
    /// 待检查
    Ordered,
    /// 检查中
    Begun,
    /// 责令改正中
    Correcting,
    /// 已办结: the result stands.
    Settled,
    /// 已移送
    HandedOver,
    /// 移送已接收
    Received,
}

impl PartStage {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Begun => "begun",
            Self::Correcting => "correcting",
            Self::Settled => "settled",
            Self::HandedOver => "handed_over",
            Self::Received => "received",
        }
    }

    /// Its name for people.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Ordered => "待检查",
            Self::Begun => "检查中",
            Self::Correcting => "责令改正中",
            Self::Settled => "已办结",
            Self::HandedOver => "已移送",
            Self::Received => "移送已接收",
        }
    }
}

/// How a part began (到场).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// Identifiers of the inspectors present.
    pub present: Vec<String>,
    /// How they identified themselves.
    pub shown: ShownPaper,
    /// When.
    pub at: DateTime<Utc>,
}

/// A result as told (告知的检查结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What was told.
    pub result: PartResult,
    /// By whom, by account.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A follow-up visit (复查).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Whether all was put right.
    pub corrected: bool,
    /// What was seen.
    pub note: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A hand-over to case handling (移送).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Its number.
    pub number: String,
    /// Body that is to handle the case.
    pub to_body: String,
    /// Its name.
    pub to_name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Number and time of the receipt.
    pub receipt: Option<(String, DateTime<Utc>)>,
}

/// One body's part as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The body.
    pub body: String,
    /// Where it stands.
    pub stage: PartStage,
    /// How it began.
    pub begun: Option<Beginning>,
    /// What was found, by item.
    pub findings: BTreeMap<String, InspectionFinding>,
    /// The result as told.
    pub told: Option<Told>,
    /// The result as it stands now, which later steps may have changed.
    pub settled: Option<SettledResult>,
    /// Follow-up visits.
    pub follow_ups: Vec<FollowUp>,
    /// Whether the day to correct by went by.
    pub lapsed: bool,
    /// The hand-over.
    pub handover: Option<Handover>,
    /// Why the result was amended, oldest first.
    pub amended: Vec<(String, DateTime<Utc>)>,
}

impl Part {
    fn new(body: &str) -> Self {
        Self {
            body: body.to_owned(),
            stage: PartStage::Ordered,
            begun: None,
            findings: BTreeMap::new(),
            told: None,
            settled: None,
            follow_ups: Vec::new(),
            lapsed: false,
            handover: None,
            amended: Vec::new(),
        }
    }

    /// The last day to correct, while an order to correct runs.
    pub fn correction_due(&self) -> Option<NaiveDate> {
        let running = self.stage == PartStage::Correcting;
        let told = self.told.as_ref().filter(|_| running)?;
        told.result.correction.as_ref().map(|order| order.due)
    }
}

/// A visit as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The order.
    pub order: VisitOrder,
    /// When it was given.
    pub ordered_at: DateTime<Utc>,
    /// The parts, in the order's order.
    pub parts: Vec<Part>,
}

impl Aggregate for Inspection {
    type Event = InspectionEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<InspectionEvent>, Fault> {
        visit::decide(current, command, context)
    }

    fn evolve(current: Option<Self>, event: &InspectionEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (InspectionEvent::Ordered(order), None) => Some(Self {
                parts: order.parts.iter().map(|part| Part::new(&part.body)).collect(),
                order: order.as_ref().clone(),
                ordered_at: meta.at,
            }),
            (_, current) => current?.follow(event, meta),
        }
    }
}

impl Inspection {
    /// The body's part of the order.
    pub fn ordered(&self, body: &str) -> Option<&OrderedPart> {
        self.order.parts.iter().find(|part| part.body == body)
    }

    /// Every file that any step of the visit names.
    pub fn files(&self) -> impl Iterator<Item = &Evidence> {
        use tongban_contracts::inspections::Signature;
        self.parts.iter().flat_map(|part| {
            let found = part.findings.values().flat_map(|one| &one.evidence);
            let told = part.told.iter().flat_map(|told| {
                let signature = match &told.result.signature {
                    Signature::Signed { paper, .. } => Some(paper),
                    Signature::RefusedRecorded { recording, .. } => Some(recording),
                    Signature::NobodyMet { proof, .. } => Some(proof),
                    Signature::RefusedWitnessed { .. } => None,
                };
                std::iter::once(&told.result.notice).chain(signature)
            });
            found.chain(told).chain(part.follow_ups.iter().flat_map(|one| &one.evidence))
        })
    }

    /// The body's part as it stands.
    pub fn part(&self, body: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.body == body)
    }

    /// The visit after one more event; `None` when it cannot follow.
    fn follow(mut self, event: &InspectionEvent, meta: &Meta) -> Option<Self> {
        match event {
            InspectionEvent::Ordered(_) => return None,
            InspectionEvent::Joined(order) => {
                for part in &order.parts {
                    if self.part(&part.body).is_none() {
                        self.parts.push(Part::new(&part.body));
                    }
                }
                self.order = order.as_ref().clone();
            }
            InspectionEvent::InspectorsReplaced { body, inspectors, .. } => {
                let part = self.order.parts.iter_mut().find(|part| part.body == *body)?;
                part.inspectors.clone_from(inspectors);
            }
            InspectionEvent::Begun { body, present, shown } => {
                let part = self.part_mut(body)?;
                let beginning = Beginning { present: present.clone(), shown: *shown, at: meta.at };
                part.begun = Some(beginning);
                part.stage = PartStage::Begun;
            }
            InspectionEvent::Found { body, findings } => {
                let part = self.part_mut(body)?;
                for finding in findings {
                    part.findings.insert(finding.item.clone(), finding.clone());
                }
            }
            InspectionEvent::Concluded { told, settled } => {
                let part = self.part_mut(&settled.body)?;
                let open = told.correction.is_some();
                part.stage = if open { PartStage::Correcting } else { PartStage::Settled };
                let (by, result) = (meta.actor.account.clone(), told.as_ref().clone());
                part.told = Some(Told { result, by, at: meta.at });
                part.settled = Some(settled.as_ref().clone());
            }
            InspectionEvent::CorrectionLapsed { body, .. } => self.part_mut(body)?.lapsed = true,
            InspectionEvent::FollowedUp { corrected, note, evidence, settled, .. } => {
                let part = self.part_mut(&settled.body)?;
                part.follow_ups.push(FollowUp {
                    corrected: *corrected,
                    note: note.clone(),
                    evidence: evidence.clone(),
                    at: meta.at,
                });
                if *corrected {
                    part.stage = PartStage::Settled;
                }
                part.settled = Some(settled.as_ref().clone());
            }
            InspectionEvent::HandedOver { number, to_body, to_name, reason, settled } => {
                let part = self.part_mut(&settled.body)?;
                part.handover = Some(Handover {
                    number: number.clone(),
                    to_body: to_body.clone(),
                    to_name: to_name.clone(),
                    reason: reason.clone(),
                    at: meta.at,
                    receipt: None,
                });
                part.stage = PartStage::HandedOver;
                part.settled = Some(settled.as_ref().clone());
            }
            InspectionEvent::HandoverReceived { body, receipt } => {
                let part = self.part_mut(body)?;
                part.handover.as_mut()?.receipt = Some((receipt.clone(), meta.at));
                part.stage = PartStage::Received;
            }
            InspectionEvent::Amended { reason, settled } => {
                let part = self.part_mut(&settled.body)?;
                part.amended.push((reason.clone(), meta.at));
                part.settled = Some(settled.as_ref().clone());
            }
        }
        Some(self)
    }

    fn part_mut(&mut self, body: &str) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| part.body == body)
    }
}
