//! What an agency says of itself, checked by machine and by nobody else (宽进).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use tongban_contracts::supermarket::{AgencyProfile, Contact, Qualification, StaffMember};
use tongban_kernel::checks::uscc;
use tongban_kernel::{Fault, Faults, RegionCode};
use uuid::Uuid;

/// Namespace of the identifiers of agencies: one for every credit code.
const AGENCIES: Uuid = Uuid::from_u128(0x9b1f_7d52_3c60_5e0e_8f3a_1d2c_4b5a_6978);

/// The identifier of the agency with a credit code; there is no second one.
pub fn agency_id(code: &str) -> Uuid {
    Uuid::new_v5(&AGENCIES, code.as_bytes())
}

/// The organisation behind an account, as identity vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Account.
    pub account: String,
    /// Credit code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// What an agency may change by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Region of its office.
    pub region: RegionCode,
    /// How it is reached.
    pub contact: Contact,
    /// Its professionals.
    pub staff: Vec<StaffMember>,
    /// Its qualifications.
    pub qualifications: Vec<Qualification>,
}

impl Details {
    /// The profile of `organisation` with these details.
    pub fn of(self, organisation: Organisation) -> AgencyProfile {
        let Self { region, contact, staff, qualifications } = self;
        let Organisation { account, code, name } = organisation;
        AgencyProfile { code, account, name, region, contact, staff, qualifications }
    }
}

/// Checks a profile on `day`; `before` is the profile it replaces. Every fault at once.
pub fn check(
    profile: &AgencyProfile,
    before: Option<&AgencyProfile>,
    day: NaiveDate,
) -> Result<(), Fault> {
    let mut faults = Faults::new();
    if let Err(invalid) = uscc::check(&profile.code) {
        faults.add("/credit_code", invalid.reason(), invalid.message_zh());
    }
    let known: &[Qualification] = before.map_or(&[], |before| &before.qualifications);
    qualifications(&profile.qualifications, known, "/qualifications", day, &mut faults);
    let mut numbers = BTreeSet::new();
    for (index, member) in profile.staff.iter().enumerate() {
        if !numbers.insert(&member.number) {
            faults.add(format!("/staff/{index}/number"), "duplicate", "工号重复");
        }
        let known = before
            .and_then(|before| before.staff.iter().find(|other| other.number == member.number));
        let known: &[Qualification] = known.map_or(&[], |known| &known.qualifications);
        let place = format!("/staff/{index}/qualifications");
        qualifications(&member.qualifications, known, &place, day, &mut faults);
    }
    faults.into_result("invalid_agency", "机构信息有误")
}

/// Terms run forwards, certificates stand there once, and none is new that is over already.
fn qualifications(
    given: &[Qualification],
    known: &[Qualification],
    place: &str,
    day: NaiveDate,
    faults: &mut Faults,
) {
    let mut numbers = BTreeSet::new();
    for (index, one) in given.iter().enumerate() {
        if !numbers.insert((&one.code, &one.number)) {
            faults.add(format!("{place}/{index}/number"), "duplicate", "同一证书重复填写");
        }
        if one.valid_through < one.valid_from {
            faults.add(
                format!("{place}/{index}/valid_through"),
                "reversed",
                "有效期止早于有效期起",
            );
        } else if one.valid_through < day && !known.contains(one) {
            faults.add(format!("{place}/{index}/valid_through"), "expired", "资质已过有效期");
        }
    }
}
