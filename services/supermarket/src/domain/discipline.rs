//! Measures by rule: who decides, for how long, and what an agency can do against them (惩戒).

use std::sync::Arc;

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supermarket::{AgencyEvent, Measure, Named, Sanction};
use tongban_kernel::{Context, Fault, civil_date};
use utoipa::ToSchema;

use super::agency::{Agency, Standing};
use super::ground::{Ground, another, manager, named};

/// Where a measure stands (惩戒状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "in_force")]
#[schema(as = SanctionState)]
pub enum State {
    /// 待复核: an exclusion waits for the second officer.
    Proposed,
    /// 执行中
    InForce,
    /// 不予清退
    Rejected,
    /// 已解除
    Lifted,
}

/// An appeal (申诉).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SanctionPlea)]
pub struct Plea {
    /// On what ground (申诉理由).
    #[schema(example = "测绘成果经复核与实地一致")]
    pub ground: String,
    /// When.
    #[schema(example = "2026-03-12T02:00:00Z")]
    pub at: DateTime<Utc>,
    /// Last day for the decision (处理期限).
    #[schema(example = "2026-04-02")]
    pub due: NaiveDate,
    /// Whether it was upheld, once it is decided (是否支持).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(false))]
    pub upheld: Option<bool>,
    /// Why (决定理由).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("复核维持原认定"))]
    pub reason: Option<String>,
}

/// A measure and what became of it (惩戒记录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SanctionRecord)]
pub struct Record {
    /// The measure.
    pub sanction: Sanction,
    /// Where it stands.
    pub state: State,
    /// When it came into force, or was proposed.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub decided_at: DateTime<Utc>,
    /// Why it was rejected or lifted (解除理由).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("惩戒期限届满，自动解除"))]
    pub ended: Option<String>,
    /// The agency's appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plea: Option<Plea>,
}

impl Record {
    /// Whether it counts on `day`.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.state == State::InForce && self.sanction.until.is_none_or(|until| day <= until)
    }

    /// Whether an officer has something to decide.
    pub fn is_pending(&self) -> bool {
        self.state == State::Proposed
            || self.plea.as_ref().is_some_and(|plea| plea.upheld.is_none())
    }
}

/// A rule was broken: a suspension holds at once, an exclusion waits for the second officer.
pub fn sanction(
    agency: &Agency,
    rule: &str,
    facts: String,
    ground: &Ground,
    context: &Context,
) -> Result<Vec<AgencyEvent>, Fault> {
    let actor = &context.actor;
    manager(actor, &agency.profile.region)?;
    let rule = ground.rules.rule(rule)?;
    let day = civil_date(context.now);
    if agency.standing_on(day) == Standing::Excluded {
        return Err(Fault::conflict("agency_excluded", "该机构已被清退"));
    }
    let open = |one: &Record| {
        one.sanction.rule == rule.code && (one.state == State::Proposed || one.holds_on(day))
    };
    if agency.records.iter().any(open) {
        return Err(Fault::conflict(
            "already_sanctioned",
            "该机构已因违反同一规则被惩戒或者待复核",
        ));
    }
    let number = u32::try_from(agency.records.len()).map_err(Fault::internal)?.saturating_add(1);
    let sanction = Box::new(Sanction {
        number,
        measure: rule.measure,
        rule: rule.code.clone(),
        rules_version: ground.rules.version,
        text: rule.text.clone(),
        facts,
        months: rule.months,
        until: end(rule.months, day)?,
        appeal_until: ground.due(day, &ground.rules.appeal)?,
        by: named(actor),
        confirmed_by: None,
    });
    Ok(vec![match rule.measure {
        Measure::Suspension => AgencyEvent::Suspended(sanction),
        Measure::Exclusion => AgencyEvent::ExclusionProposed(sanction),
    }])
}

fn end(months: Option<u32>, day: NaiveDate) -> Result<Option<NaiveDate>, Fault> {
    let Some(months) = months else { return Ok(None) };
    let end = day.checked_add_months(Months::new(months));
    end.map(Some).ok_or_else(|| Fault::internal("a term ends beyond all calendars"))
}

/// The second officer's word on an exclusion; with a ground it is confirmed, and its term starts.
pub fn confirm(
    agency: &Agency,
    number: u32,
    ground: Option<Arc<Ground>>,
    reason: String,
    context: &Context,
) -> Result<Vec<AgencyEvent>, Fault> {
    let record = find(agency, number)?;
    let actor = &context.actor;
    manager(actor, &agency.profile.region)?;
    another(actor, &[&record.sanction.by])?;
    if record.state != State::Proposed {
        return Err(Fault::conflict("not_proposed", "该惩戒不在待复核状态"));
    }
    let Some(ground) = ground else {
        return Ok(vec![AgencyEvent::ExclusionRejected { number, by: named(actor), reason }]);
    };
    let day = civil_date(context.now);
    let proposed = &record.sanction;
    let until = end(proposed.months, day)?;
    let appeal_until = ground.due(day, &ground.rules.appeal)?;
    let confirmed_by = Some(named(actor));
    let sanction = Sanction { until, appeal_until, confirmed_by, ..proposed.clone() };
    Ok(vec![AgencyEvent::Excluded(Box::new(sanction))])
}

/// An officer ends a measure before its term, or one that has none.
pub fn lift(
    agency: &Agency,
    number: u32,
    reason: String,
    context: &Context,
) -> Result<Vec<AgencyEvent>, Fault> {
    let record = find(agency, number)?;
    let actor = &context.actor;
    manager(actor, &agency.profile.region)?;
    if record.state != State::InForce {
        return Err(Fault::conflict("not_in_force", "该惩戒不在执行中"));
    }
    if record.sanction.measure == Measure::Exclusion {
        another(actor, &deciders(record))?;
    }
    Ok(vec![AgencyEvent::Lifted { number, by: Some(named(actor)), reason }])
}

/// The agency appeals, once and in time.
pub fn appeal(
    agency: &Agency,
    number: u32,
    plea: String,
    ground: &Ground,
    context: &Context,
) -> Result<Vec<AgencyEvent>, Fault> {
    let record = find(agency, number)?;
    let day = civil_date(context.now);
    if record.state != State::InForce {
        return Err(Fault::conflict("not_in_force", "该惩戒不在执行中"));
    }
    if record.plea.is_some() {
        return Err(Fault::conflict("already_appealed", "该惩戒已申诉，不能重复申诉"));
    }
    if day > record.sanction.appeal_until {
        let detail = format!("申诉期限至 {}", record.sanction.appeal_until);
        return Err(Fault::conflict("appeal_too_late", "已过申诉期限").with_detail(detail));
    }
    let due = ground.due(day, &ground.rules.appeal_decision)?;
    Ok(vec![AgencyEvent::Appealed { number, ground: plea, due }])
}

/// An officer who had no part in the measure decides on the appeal.
pub fn decide_appeal(
    agency: &Agency,
    number: u32,
    upheld: bool,
    reason: String,
    context: &Context,
) -> Result<Vec<AgencyEvent>, Fault> {
    let record = find(agency, number)?;
    let actor = &context.actor;
    manager(actor, &agency.profile.region)?;
    another(actor, &deciders(record))?;
    if record.plea.as_ref().is_none_or(|plea| plea.upheld.is_some()) {
        return Err(Fault::conflict("no_open_appeal", "没有待处理的申诉"));
    }
    let decided =
        AgencyEvent::AppealDecided { number, by: named(actor), upheld, reason: reason.clone() };
    if upheld && record.state == State::InForce {
        return Ok(vec![decided, AgencyEvent::Lifted { number, by: Some(named(actor)), reason }]);
    }
    Ok(vec![decided])
}

fn deciders(record: &Record) -> Vec<&Named> {
    let Sanction { by, confirmed_by, .. } = &record.sanction;
    confirmed_by.iter().chain([by]).collect()
}

fn find(agency: &Agency, number: u32) -> Result<&Record, Fault> {
    let found = agency.records.iter().find(|one| one.sanction.number == number);
    found.ok_or_else(|| Fault::not_found("该惩戒记录"))
}

/// The records after an event.
pub fn after(records: &mut Vec<Record>, event: &AgencyEvent, meta: &Meta) -> Option<()> {
    let of = |records: &mut Vec<Record>, number: u32| {
        records.iter().position(|one| one.sanction.number == number)
    };
    match event {
        AgencyEvent::Suspended(sanction) => records.push(record(sanction, State::InForce, meta)),
        AgencyEvent::ExclusionProposed(sanction) => {
            records.push(record(sanction, State::Proposed, meta));
        }
        AgencyEvent::Excluded(sanction) => {
            let at = of(records, sanction.number)?;
            *records.get_mut(at)? = record(sanction, State::InForce, meta);
        }
        AgencyEvent::ExclusionRejected { number, reason, .. } => {
            let at = of(records, *number)?;
            let record = records.get_mut(at)?;
            (record.state, record.ended) = (State::Rejected, Some(reason.clone()));
        }
        AgencyEvent::Lifted { number, reason, .. } => {
            let at = of(records, *number)?;
            let record = records.get_mut(at)?;
            (record.state, record.ended) = (State::Lifted, Some(reason.clone()));
        }
        AgencyEvent::Appealed { number, ground, due } => {
            let at = of(records, *number)?;
            let ground = ground.clone();
            let plea = Plea { ground, at: meta.at, due: *due, upheld: None, reason: None };
            records.get_mut(at)?.plea = Some(plea);
        }
        AgencyEvent::AppealDecided { number, upheld, reason, .. } => {
            let at = of(records, *number)?;
            let plea = records.get_mut(at)?.plea.as_mut()?;
            (plea.upheld, plea.reason) = (Some(*upheld), Some(reason.clone()));
        }
        _ => return None,
    }
    Some(())
}

fn record(sanction: &Sanction, state: State, meta: &Meta) -> Record {
    Record { sanction: sanction.clone(), state, decided_at: meta.at, ended: None, plea: None }
}
