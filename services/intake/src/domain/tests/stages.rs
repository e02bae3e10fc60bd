//! States and their numbers in the exchange standard.

use serde_json::json;
use tongban_contracts::intake::{Outcome, RefusalGround};
use tongban_kernel::Role;

use super::samples::{Walk, applicant, item, material, officer, terms};
use crate::domain::command::Command;
use crate::domain::stage::{EXCHANGE_STATES, exchange_name_zh};

#[test]
fn the_table_has_the_fifteen_states_in_order() {
    let numbers: Vec<u8> = EXCHANGE_STATES.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=15).collect::<Vec<u8>>());
    assert_eq!(exchange_name_zh(13), "办结（不通过）");
}

#[test]
fn every_state_of_a_case_has_its_number() {
    let clerk = officer("clerk", &[Role::WindowClerk]);
    let approver = officer("approver", &[Role::Approver]);
    let org = applicant("org");
    let shown = |walk: &Walk| (walk.case().exchange_state(), walk.case().stage_name_zh());
    let refuse = |ground, body: Option<&str>| Command::RefuseAcceptance {
        ground,
        reason: "理由".into(),
        competent_body: body.map(str::to_owned),
    };
    let filed = Walk::filed(&["M01", "M02"]);
    assert_eq!(shown(&filed), (1, "已接件"));
    let after = |walk: &Walk, actor, command| {
        let mut walk = walk.clone();
        walk.take(actor, command).unwrap();
        walk
    };
    let withdrawn = after(&filed, &org, Command::Withdraw { reason: "不办了".into() });
    assert_eq!(shown(&withdrawn), (2, "已撤件"));
    let accepted = after(&filed, &clerk, Command::Accept { terms: terms() });
    assert_eq!(shown(&accepted), (3, "已受理"));
    let needless = after(&filed, &clerk, refuse(RefusalGround::NotNeeded, None));
    assert_eq!(shown(&needless), (4, "不受理"));
    let elsewhere = after(&filed, &clerk, refuse(RefusalGround::NotCompetent, Some("某局")));
    assert_eq!(shown(&elsewhere), (5, "不予受理"));
    let notice = Command::RequestCorrection { items: vec![item("/materials/M02")], terms: terms() };
    let correcting = after(&filed, &clerk, notice);
    assert_eq!(shown(&correcting), (6, "待补正"));
    let materials = vec![material("M01"), material("M02")];
    let again = after(&correcting, &org, Command::Resubmit { form: json!({}), materials });
    assert_eq!(shown(&again), (7, "已补正"));
    let decide = |outcome| Command::Decide { outcome, reason: "理由".into() };
    let approved = after(&accepted, &approver, decide(Outcome::Approved));
    assert_eq!(shown(&approved), (11, "办结（准予）"));
    let denied = after(&accepted, &approver, decide(Outcome::Denied));
    assert_eq!(shown(&denied), (13, "办结（不予）"));
}
