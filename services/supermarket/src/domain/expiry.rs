//! What the clock brings to an agency: certificates end, and terms of measures.

use chrono::NaiveDate;
use tongban_contracts::supermarket::AgencyEvent;

use super::agency::Agency;
use super::discipline::State;

/// What is over by `day` and was not noted yet. Asked again, there is nothing.
pub fn due(agency: &Agency, day: NaiveDate) -> Vec<AgencyEvent> {
    let ended = agency.certificates().filter(|(one, _)| one.valid_through < day);
    let unnoted = ended.filter(|(one, staff)| {
        let staff = staff.map(str::to_owned);
        !agency.expired.contains(&(one.code.clone(), one.number.clone(), staff))
    });
    let expired = unnoted.map(|(one, staff)| AgencyEvent::QualificationExpired {
        code: one.code.clone(),
        number: one.number.clone(),
        staff: staff.map(str::to_owned),
        valid_through: one.valid_through,
    });
    let over = agency.records.iter().filter(|one| {
        one.state == State::InForce && one.sanction.until.is_some_and(|until| until < day)
    });
    let lifted = over.map(|one| AgencyEvent::Lifted {
        number: one.sanction.number,
        by: None,
        reason: "惩戒期限届满，自动解除".to_owned(),
    });
    expired.chain(lifted).collect()
}

/// The first day on which something ends that was not noted yet.
pub fn next(agency: &Agency) -> Option<NaiveDate> {
    let certificates = agency.certificates().filter(|(one, staff)| {
        let staff = staff.map(str::to_owned);
        !agency.expired.contains(&(one.code.clone(), one.number.clone(), staff))
    });
    let certificates = certificates.map(|(one, _)| one.valid_through);
    let terms = agency.records.iter().filter(|one| one.state == State::InForce);
    certificates.chain(terms.filter_map(|one| one.sanction.until)).min()
}
