//! What a case is handled by: the version of the matter it was filed under, and the calendar.

use std::sync::Arc;

use chrono::NaiveDate;
use tongban_calendar::{Calendar, CalendarError, Due, Limit};
use tongban_contracts::intake::{CaseMatter, HandedMaterial};
use tongban_contracts::matters::{Material, Matter, TimeLimit};
use tongban_kernel::Fault;
use uuid::Uuid;

/// The terms of a case (办理依据): they stay as they were on the day it was filed.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Identifier of the matter.
    pub matter_id: Uuid,
    /// Version of the matter (事项版本).
    pub revision: u32,
    /// That version, whole.
    pub matter: Arc<Matter>,
    /// Business days.
    pub calendar: Arc<Calendar>,
}

impl Terms {
    /// What of the matter stays with the case.
    pub fn case_matter(&self) -> CaseMatter {
        let matter = &self.matter;
        CaseMatter {
            matter_id: self.matter_id,
            revision: self.revision,
            code: matter.code.clone(),
            name: matter.name.clone(),
            body: matter.body.clone(),
            body_name: matter.body_name.clone(),
            region: matter.region.clone(),
            notice_limit: matter.notice_limit.clone(),
            promised_limit: matter.promised_limit.clone(),
            legal_limit: matter.legal_limit.clone(),
            result_name: matter.result.name.clone(),
            licence: matter.result.licence.clone(),
        }
    }

    /// The material of this code.
    pub fn material(&self, code: &str) -> Option<&Material> {
        self.matter.materials.iter().find(|material| material.code == code)
    }

    /// Required materials that are not among those handed in (缺少的必要材料).
    pub fn missing(&self, handed: &[HandedMaterial]) -> Vec<&Material> {
        self.matter
            .materials
            .iter()
            .filter(|material| material.required)
            .filter(|material| handed.iter().all(|one| one.code != material.code))
            .collect()
    }

    /// The last day of a limit that starts on `start`.
    ///
    /// # Errors
    /// `calendar_not_loaded` when it reaches beyond the days that are known.
    pub fn due(&self, start: NaiveDate, limit: &TimeLimit) -> Result<NaiveDate, Fault> {
        self.calendar.due_date(start, as_limit(limit), &[]).map_err(not_loaded)
    }

    /// The same, every day explained.
    ///
    /// # Errors
    /// As [`Terms::due`].
    pub fn explain(&self, start: NaiveDate, limit: &TimeLimit) -> Result<Due, Fault> {
        self.calendar.due(start, as_limit(limit), &[]).map_err(not_loaded)
    }
}

fn as_limit(limit: &TimeLimit) -> Limit {
    Limit { amount: limit.amount, unit: limit.unit }
}

/// Days beyond the loaded calendar are refused, never guessed.
fn not_loaded(error: CalendarError) -> Fault {
    Fault::conflict("calendar_not_loaded", "工作日历尚未覆盖所需日期，暂时不能计算办理期限")
        .with_detail(format!("{error}。请在次年放假安排公布并更新工作日历后再办理。"))
}
