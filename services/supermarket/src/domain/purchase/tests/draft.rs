//! What a requirement has to be.

use chrono::Duration;
use proptest::prelude::*;
use tongban_contracts::market::InvestmentProject;
use tongban_contracts::purchases::{
    DirectAward, FundSource, PublishedPurchase, QuoteType, SelectionMethod,
};
use tongban_kernel::Fault;

use super::world::{draft, facts, faults, start};
use crate::domain::purchase::check::check;
use crate::domain::purchase::draft::{Before, Draft, Facts};

const RANDOM: SelectionMethod = SelectionMethod::RandomDraw;

fn try_on(draft: Draft, facts: &Facts) -> Result<PublishedPurchase, Fault> {
    check(draft, facts, start())
}

fn codes(draft: Draft, facts: &Facts) -> Vec<(String, String)> {
    faults(&try_on(draft, facts).unwrap_err())
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

#[test]
fn a_good_requirement_passes_with_what_is_unusual() {
    let published = try_on(draft(RANDOM), &facts()).unwrap();
    assert_eq!(published.warnings, ["project_not_known"]);
    assert_eq!((published.attempt, published.rules.as_str()), (1, "2026-1"));
    let mut old = draft(RANDOM);
    old.project_code = Some("2020-320282-48-01-123456".into());
    let published = try_on(old, &Facts { region_known: false, ..facts() }).unwrap();
    assert_eq!(published.warnings, ["old_project_code", "region_unknown", "project_not_known"]);
}

#[test]
fn the_project_code_is_checked_by_its_digit() {
    let mut wrong = draft(RANDOM);
    wrong.project_code = Some("2611-320706-47-01-123458".into());
    assert_eq!(codes(wrong, &facts()), one("/project_code", "check_digit"));
    let mut none = draft(RANDOM);
    none.project_code = None;
    assert!(try_on(none.clone(), &facts()).is_ok(), "private money may do without");
    none.fund_source = FundSource::Public;
    assert_eq!(codes(none, &facts()), one("/project_code", "project_code_required"));
}

#[test]
fn the_project_is_checked_where_it_is_known() {
    let known = |name: &str, developer: &str, active| Facts {
        project: Some(InvestmentProject {
            code: "2611-320706-47-01-123459".into(),
            name: name.into(),
            developer: developer.into(),
            active,
        }),
        ..facts()
    };
    let own = known("海州区示例科技园一期工程", "owner（示例）", true);
    assert!(try_on(draft(RANDOM), &own).unwrap().warnings.is_empty());
    let other = known("别的项目", "别的公司", false);
    assert_eq!(
        codes(draft(RANDOM), &other),
        [
            ("/project_code".to_owned(), "project_closed".to_owned()),
            ("/project_name".to_owned(), "project_name_differs".to_owned()),
            ("/project_code".to_owned(), "project_of_another".to_owned()),
        ]
    );
}

#[test]
fn flag_reason_and_list_of_a_recusal_stand_together() {
    let mut flag = draft(RANDOM);
    flag.recusal = true;
    assert_eq!(
        codes(flag.clone(), &facts()),
        [
            ("/recusal_reason".to_owned(), "required".to_owned()),
            ("/recusal_agencies".to_owned(), "required".to_owned()),
        ]
    );
    flag.recusal_reason = Some("股权关系".into());
    flag.recusal_agencies = vec!["91320706MA0000000Y".into()];
    assert_eq!(codes(flag.clone(), &facts()), one("/recusal_agencies/0", "check_digit"));
    flag.recusal_agencies = vec!["91320706MA0000000X".into()];
    assert!(try_on(flag.clone(), &facts()).is_ok());
    flag.recusal = false;
    assert_eq!(codes(flag, &facts()), one("/recusal", "recusal_not_set"));
}

#[test]
fn budgets_over_the_limits_are_refused() {
    let mut tender = draft(RANDOM);
    tender.fund_source = FundSource::Public;
    tender.budget_fen = 50_000_000;
    assert_eq!(codes(tender.clone(), &facts()), one("/budget_fen", "over_tender_limit"));
    tender.budget_fen -= 1;
    assert!(try_on(tender, &facts()).is_ok());

    let mut direct = draft(SelectionMethod::DirectChoice);
    let reason = "承担前期勘测，资料衔接需要".to_owned();
    direct.direct = Some(DirectAward { agency: "a".into(), price_fen: 3_000_000, reason });
    assert!(try_on(direct.clone(), &facts()).is_ok());
    direct.budget_fen = 3_000_001;
    assert_eq!(codes(direct.clone(), &facts()), one("/budget_fen", "over_direct_limit"));
    let before = |attempt| Before {
        owner: "owner".into(),
        service: super::world::SERVICE_ID.into(),
        failed: true,
        attempt,
    };
    direct.repeats = Some("before".into());
    let after_two = Facts { before: Some(before(2)), ..facts() };
    assert_eq!(try_on(direct.clone(), &after_two).unwrap().attempt, 3);
    let after_one = Facts { before: Some(before(1)), ..facts() };
    assert_eq!(codes(direct.clone(), &after_one), one("/budget_fen", "over_direct_limit"));
    let too_often = Facts { before: Some(before(3)), ..facts() };
    assert_eq!(codes(direct, &too_often), one("/repeats", "too_many_attempts"));
}

#[test]
fn only_ones_own_failed_purchase_is_repeated() {
    let mut again = draft(RANDOM);
    again.repeats = Some("before".into());
    assert_eq!(codes(again.clone(), &facts()), one("/repeats", "unknown_purchase"));
    let before = Before {
        owner: "another".into(),
        service: super::world::SERVICE_ID.into(),
        failed: false,
        attempt: 1,
    };
    let found = codes(again, &Facts { before: Some(before), ..facts() });
    let codes: Vec<_> = found.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["another_purchase", "did_not_fail"]);
}

#[test]
fn every_method_has_its_own_fields() {
    let mut mixed = draft(RANDOM);
    mixed.large_list = Some(3);
    mixed.quote = QuoteType::Discount;
    mixed.witnesses = Vec::new();
    let found = codes(mixed, &facts());
    let codes_of =
        |found: &[(String, String)]| found.iter().map(|(_, code)| code.clone()).collect::<Vec<_>>();
    assert_eq!(codes_of(&found), ["not_of_method", "not_of_method", "required"]);
    let mut lists = draft(SelectionMethod::CreditChoice);
    lists.small_list = Some(4);
    assert_eq!(codes_of(&codes(lists, &facts())), ["bad_lists"]);
    let mut discount = draft(SelectionMethod::LowestPrice);
    discount.quote = QuoteType::Discount;
    discount.discount_from = Some(3000);
    discount.discount_to = Some(500);
    assert_eq!(codes_of(&codes(discount, &facts())), ["bad_discounts"]);
    let none = draft(SelectionMethod::DirectChoice);
    assert_eq!(codes_of(&codes(none, &facts())), ["required"]);
}

#[test]
fn the_notice_has_its_term() {
    let mut short = draft(RANDOM);
    // Three business days after Wednesday the 11th end with Monday the 16th.
    short.registration_until = start() + Duration::days(5);
    assert_eq!(codes(short.clone(), &facts()), one("/registration_until", "notice_too_short"));
    short.registration_until = "2026-03-16T16:00:00Z".parse().unwrap();
    assert!(try_on(short, &facts()).is_ok());
}

#[test]
fn witnesses_are_others_than_the_owner() {
    let mut own = draft(RANDOM);
    own.witnesses = vec!["owner".into(), "w".into(), "w".into()];
    assert_eq!(
        codes(own, &facts()),
        [
            ("/witnesses/0".to_owned(), "witness_is_owner".to_owned()),
            ("/witnesses/2".to_owned(), "duplicate".to_owned()),
        ]
    );
}

#[test]
fn the_service_is_one_of_the_directory_and_of_the_matter() {
    let unknown = Facts { service: None, ..facts() };
    assert_eq!(codes(draft(RANDOM), &unknown), one("/service", "unknown_service"));
    let mut other = draft(RANDOM);
    other.matter_id = Some(uuid::Uuid::from_u128(8));
    let mut capped = facts();
    capped.service.as_mut().unwrap().cap_fen = Some(2_999_999);
    assert_eq!(
        codes(other, &capped),
        [
            ("/matter_id".to_owned(), "service_not_of_matter".to_owned()),
            ("/budget_fen".to_owned(), "above_fee_cap".to_owned()),
        ]
    );
}

proptest! {
    /// Whatever stands where the code belongs: no panic, and only codes with their check digit pass.
    #[test]
    fn no_other_code_passes(code in "[0-9]{4}-320706-[0-9]{2}-01-[0-9]{6}") {
        let mut some = draft(RANDOM);
        some.project_code = Some(code.clone());
        let good = tongban_kernel::checks::project_code::check(&code).is_ok();
        prop_assert_eq!(try_on(some, &facts()).is_ok(), good);
    }
}
