//! Rules that were found to be in order, and judging by them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tongban_kernel::{Fault, FaultKind, FieldFault};

use crate::bounds::SALT;
use crate::evaluate::{self, Bound, Failure};
use crate::evidence::{Finding, InputEvidence, Judgement, Outcome, Reason, Step, Taken};
use crate::given::{self, Given, Provenance};
use crate::grammar::Node;
use crate::set::{Condition, Input, RuleSet};
use crate::{LANGUAGE, check, digest, read};

/// A rule set that can be judged by (可执行规则). Cheap to judge with, dearer to compile: keep it.
#[derive(Debug, Clone)]
pub struct Rules {
    set: RuleSet,
    digest: String,
    /// The expressions, in the order of the conditions.
    nodes: Vec<Node>,
}

/// An input that cannot be read: why.
struct Lost {
    code: String,
    reason: String,
}

/// What was taken of all inputs.
#[derive(Default)]
struct Taking {
    evidence: Vec<InputEvidence>,
    bound: Bound,
    lost: BTreeMap<String, Lost>,
}

/// What the digest of a value is taken over.
#[derive(Serialize)]
struct Salted<'v> {
    name: &'v str,
    salt: String,
    value: &'v Value,
}

impl Rules {
    /// Takes a rule set in order.
    ///
    /// # Errors
    /// Every fault of it, as [`check`](check::check) names them but for its sources.
    pub fn compile(set: &RuleSet) -> Result<Self, Vec<FieldFault>> {
        let nodes = check::compile(set)?;
        Ok(Self { set: set.clone(), digest: set.digest(), nodes })
    }

    /// The rule set.
    pub fn set(&self) -> &RuleSet {
        &self.set
    }

    /// Its digest.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Each condition's expression written out in Chinese (规则释读), made from what is run.
    pub fn readings(&self) -> Vec<String> {
        self.nodes.iter().map(|node| read::read(node, &self.set.inputs)).collect()
    }

    /// Judges by what was had of the inputs, by their names. What is not there counts as not had; what was not declared
    /// is not looked at. The same rules, values and salt give the same judgement, always.
    ///
    /// A condition that names an input which failed or cannot be read is not judged, whatever else it says. One that
    /// reads an absent input is not judged either, unless that cannot change it: `!known(x) || x < y` holds without x.
    ///
    /// # Errors
    /// `salt_too_short` below [`bounds::SALT`](SALT) bytes: values such as dates could be found by trying.
    pub fn judge(&self, given: &BTreeMap<String, Given>, salt: &[u8]) -> Result<Judgement, Fault> {
        if salt.len() < SALT {
            let title = "机器审批记录的盐值过短";
            return Err(Fault::new(FaultKind::Internal, "salt_too_short", title));
        }
        let mut taking = Taking::default();
        for input in &self.set.inputs {
            taking.take(input, given.get(&input.name), salt);
        }
        let judged = self.set.conditions.iter().zip(&self.nodes);
        let judged: Vec<(&Condition, Step)> = judged
            .map(|(condition, node)| (condition, self.step(condition, node, &taking)))
            .collect();
        let reasons: Vec<Reason> =
            judged.iter().filter_map(|(condition, step)| reason(condition, step)).collect();
        // A set without conditions cannot be compiled; nothing may follow from none all the same.
        let approved = reasons.is_empty() && !judged.is_empty();
        Ok(Judgement {
            language: LANGUAGE.to_owned(),
            rules: self.digest.clone(),
            outcome: if approved { Outcome::Approve } else { Outcome::HandOver },
            reasons,
            inputs: taking.evidence,
            trace: judged.into_iter().map(|(_, step)| step).collect(),
        })
    }

    fn step(&self, condition: &Condition, node: &Node, taking: &Taking) -> Step {
        let inputs = node.inputs();
        let unjudged =
            |code: &str, reason: String| Finding::Unjudged { code: code.to_owned(), reason };
        let finding = match inputs.iter().find_map(|name| taking.lost.get(name)) {
            Some(lost) => unjudged(&lost.code, lost.reason.clone()),
            None => match evaluate::run(node, &taking.bound) {
                Ok(Some(true)) => Finding::Holds,
                Ok(Some(false)) => Finding::Fails,
                // A checked expression is one or the other.
                Ok(None) => {
                    unjudged(Failure::Other.code(), Failure::Other.reason(&self.set.inputs))
                }
                Err(failure) => unjudged(failure.code(), failure.reason(&self.set.inputs)),
            },
        };
        let (number, expression) = (condition.number.clone(), condition.expression.clone());
        Step { number, expression, inputs, finding }
    }
}

impl Taking {
    fn take(&mut self, input: &Input, given: Option<&Given>, salt: &[u8]) {
        match given {
            None => {
                let reason = format!("没有取得“{}”", input.meaning);
                self.lose(input, Taken::Failed, "not_given", reason);
            }
            Some(Given::Failed { code, reason }) => {
                self.lose(input, Taken::Failed, code, reason.clone());
            }
            Some(Given::Absent { provenance }) => self.absent(input, provenance),
            Some(Given::Value { value, provenance }) => match given::read(input, value) {
                Ok(None) => self.absent(input, provenance),
                Ok(Some(read)) => {
                    self.evidence.push(InputEvidence {
                        digest: Some(salted(input, value, salt)),
                        ..evidence(input, Taken::Taken, Some(provenance))
                    });
                    self.bound.0.push((input.name.clone(), Some(read)));
                }
                Err(unreadable) => {
                    self.lose(input, Taken::Unreadable, unreadable.code, unreadable.reason);
                    if let Some(last) = self.evidence.last_mut() {
                        last.provenance = Some(provenance.clone());
                        last.digest = Some(salted(input, value, salt));
                    }
                }
            },
        }
    }

    fn absent(&mut self, input: &Input, provenance: &Provenance) {
        self.evidence.push(evidence(input, Taken::Absent, Some(provenance)));
        self.bound.0.push((input.name.clone(), None));
    }

    fn lose(&mut self, input: &Input, taken: Taken, code: &str, reason: String) {
        let code = code.to_owned();
        self.evidence.push(InputEvidence {
            code: Some(code.clone()),
            reason: Some(reason.clone()),
            ..evidence(input, taken, None)
        });
        self.lost.insert(input.name.clone(), Lost { code, reason });
    }
}

fn evidence(input: &Input, taken: Taken, provenance: Option<&Provenance>) -> InputEvidence {
    InputEvidence {
        name: input.name.clone(),
        source: input.source.clone(),
        taken,
        provenance: provenance.cloned(),
        digest: None,
        code: None,
        reason: None,
    }
}

fn salted(input: &Input, value: &Value, salt: &[u8]) -> String {
    digest::of(&Salted { name: &input.name, salt: hex::encode(salt), value })
}

fn reason(condition: &Condition, step: &Step) -> Option<Reason> {
    let Condition { number, text, basis, .. } = condition;
    let (code, text) = match &step.finding {
        Finding::Holds => return None,
        Finding::Fails => ("not_met", format!("条件 {number}“{text}”不成立（{basis}）")),
        Finding::Unjudged { code, reason } => {
            (code.as_str(), format!("条件 {number}“{text}”无法判定：{reason}（{basis}）"))
        }
    };
    Some(Reason { condition: number.clone(), code: code.to_owned(), text })
}
