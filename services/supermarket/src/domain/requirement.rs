//! Whether an agency has what a service requires, and until when (资质和人员要求).

use chrono::NaiveDate;
use tongban_contracts::supermarket::{AgencyProfile, IntermediaryService, QualificationRule};
use tongban_kernel::{Fault, Faults};

/// Until when a requirement is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// Nothing is required.
    Always,
    /// Through this day.
    Through(NaiveDate),
}

impl Met {
    /// The day, when there is one.
    pub fn through(self) -> Option<NaiveDate> {
        match self {
            Self::Always => None,
            Self::Through(day) => Some(day),
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, met) | (met, Self::Always) => met,
            (Self::Through(one), Self::Through(other)) => Self::Through(one.min(other)),
        }
    }
}

/// Judges on `day` by the certificates named, or by all the agency has. Every fault at once.
///
/// # Errors
/// `requirement_not_met`.
pub fn check(
    service: &IntermediaryService,
    profile: &AgencyProfile,
    certificates: Option<&[String]>,
    day: NaiveDate,
) -> Result<Met, Fault> {
    let mut faults = Faults::new();
    for (index, number) in certificates.unwrap_or_default().iter().enumerate() {
        let place = format!("/certificates/{index}");
        match profile.qualifications.iter().find(|one| one.number == *number) {
            None => faults.add(place, "unknown_certificate", "机构没有登记该证书"),
            Some(one) if !one.holds_on(day) => faults.add(place, "expired", "证书不在有效期内"),
            Some(_) => {}
        }
    }
    let named = |number: &String| certificates.is_none_or(|names| names.contains(number));
    let end_of = |code: &String| {
        let held = profile.qualifications.iter().filter(|one| one.code == *code);
        let held = held.filter(|one| named(&one.number) && one.holds_on(day));
        held.map(|one| one.valid_through).max()
    };
    let mut met = qualifications(&service.qualifications, end_of, &mut faults);
    for rule in &service.staff {
        let best = |member: &tongban_contracts::supermarket::StaffMember| {
            let held = member.qualifications.iter().filter(|one| one.code == rule.code);
            held.filter(|one| one.holds_on(day)).map(|one| one.valid_through).max()
        };
        let mut ends: Vec<NaiveDate> = profile.staff.iter().filter_map(best).collect();
        ends.sort_unstable_by(|one, other| other.cmp(one));
        let last = usize::try_from(rule.at_least).ok().and_then(|wanted| wanted.checked_sub(1));
        match last.and_then(|last| ends.get(last)) {
            Some(end) => met = met.and(Met::Through(*end)),
            None => {
                let text = format!(
                    "具备 {} 的在岗人员应不少于 {} 人，现有 {} 人",
                    rule.code,
                    rule.at_least,
                    ends.len()
                );
                faults.add("/staff", "too_few_staff", text);
            }
        }
    }
    faults.into_result("requirement_not_met", "不符合该服务事项的资质或者人员要求")?;
    Ok(met)
}

fn qualifications(
    rule: &QualificationRule,
    end_of: impl Fn(&String) -> Option<NaiveDate>,
    faults: &mut Faults,
) -> Met {
    if rule.codes.is_empty() {
        return Met::Always;
    }
    let missing = |codes: &[&String]| {
        let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        format!("缺少有效资质：{}", codes.join("、"))
    };
    if rule.all {
        let lacking: Vec<&String> =
            rule.codes.iter().filter(|code| end_of(code).is_none()).collect();
        if !lacking.is_empty() {
            faults.add("/certificates", "missing_qualification", missing(&lacking));
        }
        return rule.codes.iter().filter_map(end_of).min().map_or(Met::Always, Met::Through);
    }
    match rule.codes.iter().filter_map(end_of).max() {
        Some(end) => Met::Through(end),
        None => {
            let any: Vec<&String> = rule.codes.iter().collect();
            faults.add(
                "/certificates",
                "missing_qualification",
                missing(&any) + "（具备其一即可）",
            );
            Met::Always
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn certificate(code: &str, number: &str, from: &str, through: &str) -> Value {
        json!({"code": code, "name": code, "number": number, "issuer": "示例", "valid_from": from, "valid_through": through})
    }

    fn service(all: bool, codes: &[&str], people: u32) -> IntermediaryService {
        let body = |id: &str| json!({"id": id, "name": "示例"});
        let staff =
            if people > 0 { json!([{"code": "person", "at_least": people}]) } else { json!([]) };
        let service = json!({"name": "示例", "region": "320706", "industry_body": body("a"), "superior_body": body("b"),
            "basis": [], "matters": [], "fee": {"kind": "market", "unit": "项"}, "business_days": 5, "result": "示例",
            "qualifications": {"all": all, "codes": codes}, "staff": staff});
        serde_json::from_value(service).unwrap()
    }

    fn profile() -> AgencyProfile {
        let person = |number: &str, through: &str| json!({"number": number, "name": "示例", "qualifications": [certificate("person", number, "2024-01-01", through)]});
        let contact = json!({"person": "示例", "phone": "0518", "address": "示例"});
        let profile = json!({"code": "x", "account": "x", "name": "示例", "region": "320706", "contact": contact,
        "staff": [person("S1", "2030-01-01"), person("S2", "2027-01-01"), person("S3", "2025-01-01")],
        "qualifications": [
            certificate("a", "1", "2024-01-01", "2028-01-01"), certificate("b", "2", "2024-01-01", "2029-01-01"),
            certificate("a", "3", "2024-01-01", "2031-01-01"), certificate("c", "4", "2027-01-01", "2031-01-01"),
        ]});
        serde_json::from_value(profile).unwrap()
    }

    fn met(service: &IntermediaryService, certificates: Option<&[String]>) -> Result<Met, Fault> {
        check(service, &profile(), certificates, day("2026-03-11"))
    }

    #[test]
    fn it_holds_as_long_as_what_it_rests_on() {
        assert_eq!(met(&service(false, &[], 0), None).unwrap(), Met::Always);
        let through = |text: &str| Met::Through(day(text));
        assert_eq!(met(&service(true, &["a", "b"], 0), None).unwrap(), through("2029-01-01"));
        assert_eq!(met(&service(false, &["a", "b"], 0), None).unwrap(), through("2031-01-01"));
        assert_eq!(met(&service(false, &["a"], 2), None).unwrap(), through("2027-01-01"));
        let named = ["1".to_owned()];
        assert_eq!(
            met(&service(false, &["a", "b"], 0), Some(&named)).unwrap(),
            through("2028-01-01")
        );
    }

    #[test]
    fn what_is_not_in_force_counts_nothing_and_every_fault_is_named() {
        let one = ["4".to_owned(), "9".to_owned()];
        let refused = met(&service(true, &["a", "c"], 3), Some(&one)).unwrap_err();
        let places: Vec<&str> = refused.errors().iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(places, ["/certificates/0", "/certificates/1", "/certificates", "/staff"]);
        let codes: Vec<&str> = refused.errors().iter().map(|one| one.code.as_str()).collect();
        assert_eq!(
            codes,
            ["expired", "unknown_certificate", "missing_qualification", "too_few_staff"]
        );
        met(&service(false, &["c"], 0), None).unwrap_err();
        met(&service(false, &[], 3), None).unwrap_err();
    }
}
