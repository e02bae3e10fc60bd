//! An inspected object (检查对象).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::credit::CreditClass;
use tongban_contracts::supervision::{
    DuplicateGround, HeldLicence, InspectedObject, InspectedObjectEvent, ObjectKind,
    ObjectParticulars, ObjectSource, Premises,
};
use tongban_kernel::checks::{citizen_id, uscc};
use tongban_kernel::{Context, Fault, FaultKind, Faults, RegionCode, Role, civil_date};
use tongban_ledger::Aggregate;

use super::duplicate::likeness;
use super::rights;

/// Licences and places of business one object may have: its state is one row.
const MOST: usize = 1_000;

/// An object as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Unified social credit code, or identity number.
    pub code: String,
    /// Account at identity, where known.
    pub account: Option<String>,
    /// Where it was learnt of.
    pub source: ObjectSource,
    /// Particulars.
    pub particulars: ObjectParticulars,
    /// Licences it holds, by identifier.
    pub licences: BTreeMap<String, HeldLicence>,
    /// Licences whose term went by, by identifier.
    pub expired: BTreeMap<String, HeldLicence>,
    /// Whether an import told of it: then it is an object without any licence, too.
    pub imported: bool,
    /// The class that draws go by; absent for the default.
    pub grade: Option<CreditClass>,
    /// What the class follows from.
    pub graded_because: Option<String>,
    /// Objects that may be the same, and why.
    pub suspected: BTreeMap<String, BTreeSet<DuplicateGround>>,
    /// Objects that were found to be others.
    pub dismissed: BTreeSet<String>,
    /// Objects that were found to be this one, with their codes.
    pub absorbed: BTreeMap<String, String>,
    /// The object it was found to be.
    pub merged_into: Option<String>,
    /// Why it is no object any more.
    pub removed: Option<String>,
}

/// What can be asked of an object.
#[derive(Debug, Clone)]
pub enum Command {
    /// 入库或变更: as a department's system or an officer tells of it.
    Import {
        /// Its code.
        code: String,
        /// What is known.
        particulars: ObjectParticulars,
    },
    /// 取得证照: as the licence library tells.
    Hold {
        /// The holder, should it not be known yet.
        holder: Box<InspectedObject>,
        /// The licence.
        licence: Box<HeldLicence>,
    },
    /// 证照失效
    EndLicence {
        /// The licence.
        identifier: String,
    },
    /// 证照到期: the clock looks at the terms of its licences.
    Expire,
    /// 信用等级调整
    Grade {
        /// The class.
        grade: CreditClass,
        /// What it follows from.
        because: String,
    },
    /// 疑似重复
    Suspect {
        /// The other object.
        other: String,
        /// Why.
        ground: DuplicateGround,
    },
    /// 排除重复
    Dismiss {
        /// The other object.
        other: String,
        /// Why.
        reason: String,
    },
    /// 合并
    MergeInto {
        /// The object it is.
        into: String,
        /// Why.
        reason: String,
    },
    /// 并入
    Absorb {
        /// The other object.
        other: String,
        /// Its state.
        state: Box<Object>,
    },
    /// 移出
    Remove {
        /// Why.
        reason: String,
    },
    /// 恢复
    Restore {
        /// Why.
        reason: String,
    },
}

impl Object {
    /// Region.
    pub fn region(&self) -> &RegionCode {
        &self.particulars.region
    }

    /// Whether it can be drawn.
    pub fn drawable(&self) -> bool {
        self.left().is_none()
    }

    /// Why it cannot be drawn (不可抽取原因): merged, removed, or known by licences only and without one in force.
    pub fn left(&self) -> Option<&'static str> {
        if self.merged_into.is_some() {
            return Some("已合并到其他对象");
        }
        if self.removed.is_some() {
            return Some("已移出名录库");
        }
        let none = self.licences.is_empty() && !self.imported;
        none.then_some("因持有证照入库，现无有效证照")
    }

    /// The first day that is the last of one of its licences; nothing where no clock runs.
    pub fn next_expiry(&self) -> Option<NaiveDate> {
        let runs = self.merged_into.is_none();
        self.licences.values().filter_map(|licence| licence.until).min().filter(|_| runs)
    }

    /// Whether it is a natural person, whose code is not shown.
    pub fn is_person(&self) -> bool {
        self.particulars.kind == ObjectKind::NaturalPerson
    }

    fn reached(&self, context: &Context) -> Result<(), Fault> {
        if rights::is_service(&context.actor) {
            return Ok(());
        }
        rights::reaches(&context.actor, Role::InspectionPlanner, self.region())
    }

    fn standing(&self) -> Result<(), Fault> {
        match (&self.merged_into, &self.removed) {
            (Some(_), _) => Err(Fault::conflict("object_merged", "该检查对象已合并到其他对象")),
            (None, Some(_)) => Err(Fault::conflict("object_removed", "该检查对象已移出名录库")),
            (None, None) => Ok(()),
        }
    }
}

impl Aggregate for Object {
    // 2: licences that expired, and whether an import told of it.
    const SHAPE: u32 = 2;

    type Event = InspectedObjectEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<InspectedObjectEvent>, Fault> {
        match (current, command) {
            (current, Command::Import { code, particulars }) => {
                import(current, code, particulars, context)
            }
            (current, Command::Hold { holder, licence }) => Ok(hold(current, holder, licence)),
            (None, _) => Err(Fault::not_found("该检查对象")),
            (Some(object), command) => object.act(command, context),
        }
    }

    fn evolve(current: Option<Self>, event: &InspectedObjectEvent, _meta: &Meta) -> Option<Self> {
        use InspectedObjectEvent as E;
        if let E::Registered(object) = event {
            return current.is_none().then(|| Self::registered(object));
        }
        let mut object = current?;
        match event {
            E::Registered(_) => {}
            E::Changed(particulars) => {
                object.particulars = (**particulars).clone();
                object.imported = true;
            }
            E::LicenceHeld(licence) => {
                object.expired.remove(&licence.identifier);
                object.licences.insert(licence.identifier.clone(), (**licence).clone());
            }
            E::LicenceEnded { identifier } => {
                object.licences.remove(identifier);
            }
            E::LicenceExpired { identifier, .. } => {
                if let Some(licence) = object.licences.remove(identifier) {
                    object.expired.insert(identifier.clone(), licence);
                }
            }
            E::Graded { grade, because } => {
                object.grade = Some(*grade);
                object.graded_because = Some(because.clone());
            }
            E::DuplicateSuspected { other, grounds } => {
                object.suspected.entry(other.clone()).or_default().extend(grounds);
            }
            E::DuplicateDismissed { other, .. } => {
                object.suspected.remove(other);
                object.dismissed.insert(other.clone());
            }
            E::Merged { into, .. } => {
                object.suspected.clear();
                object.merged_into = Some(into.clone());
            }
            E::Absorbed { other, code, premises, licences } => {
                object.suspected.remove(other);
                object.absorbed.insert(other.clone(), code.clone());
                for place in premises {
                    if !object.particulars.premises.contains(place) {
                        object.particulars.premises.push(place.clone());
                    }
                }
                for licence in licences {
                    object.licences.insert(licence.identifier.clone(), licence.clone());
                }
            }
            E::Removed { reason } => object.removed = Some(reason.clone()),
            E::Restored { .. } => object.removed = None,
        }
        Some(object)
    }
}

impl Object {
    fn registered(object: &InspectedObject) -> Self {
        Self {
            code: object.code.clone(),
            account: object.account.clone(),
            source: object.source,
            particulars: object.particulars.clone(),
            licences: BTreeMap::new(),
            expired: BTreeMap::new(),
            imported: object.source == ObjectSource::Import,
            grade: None,
            graded_because: None,
            suspected: BTreeMap::new(),
            dismissed: BTreeSet::new(),
            absorbed: BTreeMap::new(),
            merged_into: None,
            removed: None,
        }
    }

    fn act(&self, command: Command, context: &Context) -> Result<Vec<InspectedObjectEvent>, Fault> {
        use InspectedObjectEvent as E;
        self.reached(context)?;
        match command {
            Command::EndLicence { identifier } => Ok(self
                .licences
                .contains_key(&identifier)
                .then_some(E::LicenceEnded { identifier })
                .into_iter()
                .collect()),
            Command::Expire => {
                let today = civil_date(context.now);
                let over = |licence: &HeldLicence| {
                    let until = licence.until.filter(|until| *until < today)?;
                    Some(E::LicenceExpired { identifier: licence.identifier.clone(), until })
                };
                Ok(self.licences.values().filter_map(over).collect())
            }
            Command::Grade { grade, because } => {
                let same = self.grade == Some(grade);
                Ok(if same { Vec::new() } else { vec![E::Graded { grade, because }] })
            }
            Command::Suspect { other, ground } => {
                let known = self.suspected.get(&other).is_some_and(|all| all.contains(&ground));
                if known || self.dismissed.contains(&other) || !self.drawable() {
                    return Ok(Vec::new());
                }
                Ok(vec![E::DuplicateSuspected { other, grounds: vec![ground] }])
            }
            Command::Dismiss { other, reason } => {
                if self.dismissed.contains(&other) {
                    return Ok(Vec::new());
                }
                Ok(vec![E::DuplicateDismissed { other, reason }])
            }
            Command::MergeInto { into, .. } if self.merged_into.as_ref() == Some(&into) => {
                Ok(Vec::new())
            }
            Command::MergeInto { into, reason } => {
                self.standing()?;
                Ok(vec![E::Merged { into, reason }])
            }
            Command::Absorb { other, .. } if self.absorbed.contains_key(&other) => Ok(Vec::new()),
            Command::Absorb { other, state } => {
                self.standing()?;
                let licences: Vec<_> = state.licences.into_values().collect();
                let mut premises = state.particulars.premises;
                if let Some(address) = state.particulars.address {
                    let name = state.particulars.name;
                    premises.push(Premises { name, address, region: state.particulars.region });
                }
                if self.licences.len() + licences.len() > MOST
                    || self.particulars.premises.len() + premises.len() > MOST
                {
                    return Err(Fault::conflict("object_too_large", "合并后的证照或经营场所过多"));
                }
                let mut events = Vec::new();
                // What an import told of under the other code, it told of this one.
                if state.imported && !self.imported {
                    events.push(E::Changed(Box::new(self.particulars.clone())));
                }
                events.push(E::Absorbed { other, code: state.code, premises, licences });
                Ok(events)
            }
            Command::Remove { reason } => {
                self.standing()?;
                Ok(vec![E::Removed { reason }])
            }
            Command::Restore { reason } => {
                if self.merged_into.is_some() {
                    self.standing()?;
                }
                if self.removed.is_none() {
                    return Err(Fault::conflict("object_not_removed", "该检查对象仍在名录库中"));
                }
                Ok(vec![E::Restored { reason }])
            }
            Command::Import { .. } | Command::Hold { .. } => {
                Err(Fault::internal("an import is decided before"))
            }
        }
    }
}

fn import(
    current: Option<&Object>,
    code: String,
    particulars: ObjectParticulars,
    context: &Context,
) -> Result<Vec<InspectedObjectEvent>, Fault> {
    use InspectedObjectEvent as E;
    rights::reaches(&context.actor, Role::InspectionPlanner, &particulars.region)?;
    let Some(object) = current else {
        let mut faults = Faults::new();
        check_import(&code, &particulars, "", &mut faults);
        faults.into_result("invalid_object", "检查对象信息有误")?;
        let source = ObjectSource::Import;
        let object = InspectedObject { code, account: None, source, particulars };
        return Ok(vec![E::Registered(Box::new(object))]);
    };
    object.reached(context)?;
    object.standing()?;
    // Told under the code of an object that was merged into this one, it is what that one was like.
    let known = object.imported && object.particulars == particulars;
    if object.code != code || known {
        return Ok(Vec::new());
    }
    if (particulars.kind == ObjectKind::NaturalPerson) != object.is_person() {
        return Err(Fault::new(FaultKind::Invalid, "kind_differs", "自然人与其他主体不能相互变更"));
    }
    Ok(vec![E::Changed(Box::new(particulars))])
}

/// A licence is followed whatever stands in its way here: it was issued.
fn hold(
    current: Option<&Object>,
    holder: Box<InspectedObject>,
    licence: Box<HeldLicence>,
) -> Vec<InspectedObjectEvent> {
    use InspectedObjectEvent as E;
    match current {
        None => vec![E::Registered(holder), E::LicenceHeld(licence)],
        Some(object) if object.licences.get(&licence.identifier) == Some(&licence) => Vec::new(),
        Some(object) if object.licences.len() >= MOST => Vec::new(),
        Some(_) => vec![E::LicenceHeld(licence)],
    }
}

/// Names what is wrong with an imported object, each at `pointer`.
pub fn check_import(
    code: &str,
    particulars: &ObjectParticulars,
    pointer: &str,
    faults: &mut Faults,
) {
    let found = match particulars.kind {
        ObjectKind::NaturalPerson => citizen_id::check(code).map(drop),
        _ => uscc::check(code).map(drop),
    };
    if let Err(invalid) = found {
        faults.add(format!("{pointer}/code"), invalid.reason(), invalid.message_zh());
    }
    if likeness(&particulars.name).is_empty() {
        faults.add(format!("{pointer}/name"), "required", "名称不能为空");
    }
}
