//! What becomes of a purchase by the clock: each step can be repeated and broken off anywhere.

use std::collections::BTreeMap;

use tongban_contracts::draws::{DrawOrganiser, DrawWitness};
use tongban_contracts::purchases::{DroppedAgency, SelectionMethod};
use tongban_draw::{Candidate, Exclusion, ExclusionKind, ReplacementKind};
use tongban_drawing::Proposal;
use tongban_kernel::{Fault, civil_date};

use super::{Purchasing, known};
use crate::domain::purchase::register::unfit;
use crate::domain::purchase::selection::{candidates, needs_draw, number_to_draw};
use crate::domain::purchase::{Command, Purchase, Stage};

/// Takes a purchase as far as the clock and the draw allow.
///
/// # Errors
/// The database's absence; the next round tries again.
pub async fn advance(shop: &Purchasing, id: &str) -> Result<(), Fault> {
    let purchase = shop.purchase(id).await?.state;
    let now = shop.host.clock.now();
    match purchase.stage {
        Stage::Registering if now >= purchase.requirement.registration_until => {
            close(shop, id, &purchase).await
        }
        Stage::ToSelect if needs_draw(&purchase) => propose(shop, id, &purchase).await,
        Stage::Drawing => follow_draw(shop, id, &purchase).await,
        Stage::OnNotice => {
            let over = purchase.award.as_ref().is_some_and(|award| now >= award.notice_until);
            if over { confirm(shop, id, &purchase).await } else { Ok(()) }
        }
        _ => tick(shop, id).await,
    }
}

async fn tick(shop: &Purchasing, id: &str) -> Result<(), Fault> {
    let command = Command::Tick { rules: shop.rules.clone(), calendar: shop.host.calendar.clone() };
    execute(shop, id, command).await
}

async fn execute(shop: &Purchasing, id: &str, command: Command) -> Result<(), Fault> {
    shop.host.ledger.execute::<Purchase>(id, command, &shop.caller()).await.map(|_| ())
}

/// 报名截止、开标
async fn close(shop: &Purchasing, id: &str, purchase: &Purchase) -> Result<(), Fault> {
    let mut quotes = BTreeMap::new();
    for one in &purchase.registrations {
        let registration = &one.registration;
        if let Some(sealed) = &registration.sealed
            && let Some(quote) = shop.open(id, &registration.agency, sealed)
        {
            quotes.insert(registration.agency.clone(), quote);
        }
    }
    let dropped = no_longer_fit(shop, purchase, |_| true).await?;
    execute(shop, id, Command::Close { quotes, dropped, rules: shop.rules.clone() }).await
}

/// Those of the registrants who are not fit any more, by the same rule that let them register.
async fn no_longer_fit(
    shop: &Purchasing,
    purchase: &Purchase,
    asked: impl Fn(&str) -> bool,
) -> Result<Vec<DroppedAgency>, Fault> {
    let today = civil_date(shop.host.clock.now());
    let mut dropped = Vec::new();
    for one in purchase.standing() {
        let registration = &one.registration;
        if !asked(&registration.agency) {
            continue;
        }
        let service = &purchase.requirement.service;
        let found = known::registrant(shop, &registration.agency, service).await?;
        let why = match found {
            Some(registrant) => unfit(purchase, &registrant, &registration.staff, today),
            None => Some(("agency_exited", "机构已退出中介超市".to_owned())),
        };
        if let Some((rule, reason)) = why {
            let (agency, rule) = (registration.agency.clone(), rule.to_owned());
            dropped.push(DroppedAgency { agency, rule, reason });
        }
    }
    Ok(dropped)
}

/// 中选确认: the winner is looked at once more.
async fn confirm(shop: &Purchasing, id: &str, purchase: &Purchase) -> Result<(), Fault> {
    let winner = purchase.award.as_ref().map(|award| award.agency.clone()).unwrap_or_default();
    let dropped = no_longer_fit(shop, purchase, |agency| agency == winner).await?;
    if dropped.is_empty() {
        return tick(shop, id).await;
    }
    execute(shop, id, Command::Drop { dropped, rules: shop.rules.clone() }).await
}

/// 启动抽取: the terms are fixed by the drawing. The draw that is under way for this purchase is taken over, whoever
/// proposed it; one that lapsed before it was announced, for want of a witness, is followed by another.
async fn propose(shop: &Purchasing, id: &str, purchase: &Purchase) -> Result<(), Fault> {
    let history = shop.draws.find(id).await?;
    let latest = history.as_ref().and_then(|history| history.latest());
    let draw = match latest.filter(|latest| latest.cancelled.is_none()) {
        Some(latest) => latest.terms.draw.clone(),
        None => shop.draws.propose(proposal(id, purchase), &shop.caller()).await?.draw,
    };
    if purchase.draw.as_deref() == Some(&draw) {
        return Ok(());
    }
    let agencies = candidates(purchase).into_iter().map(|(agency, _)| agency).collect();
    execute(shop, id, Command::ProposeDraw { draw, candidates: agencies }).await
}

/// A draw among credit codes, which everybody can look up.
fn proposal(id: &str, purchase: &Purchase) -> Proposal {
    let requirement = &purchase.requirement;
    let code = |agency: &str| {
        purchase.registration(agency).map(|one| one.code.clone()).unwrap_or_default()
    };
    let drawn: Vec<Candidate> = candidates(purchase)
        .iter()
        .map(|(agency, weight)| Candidate::new(&code(agency), i64::from(*weight)))
        .collect();
    let mut exclusions: BTreeMap<String, Exclusion> = BTreeMap::new();
    let mut leave_out = |code: String, kind, reason: &str| {
        let (candidate, reason) = (code.as_str().into(), plain(reason).into());
        exclusions.insert(code, Exclusion { candidate, kind, reason });
    };
    if let Some(recusal) = &requirement.recusal {
        for code in &recusal.agencies {
            leave_out(code.clone(), ExclusionKind::Recusal, &recusal.reason);
        }
    }
    for out in &purchase.dropped {
        leave_out(code(&out.agency), ExclusionKind::Unqualified, &out.reason);
    }
    let large = drawn.iter().map(|one| one.id.as_ref()).collect::<Vec<_>>();
    for one in purchase.standing().filter(|one| !large.contains(&one.registration.code.as_str())) {
        let reason = "信用得分未进入大名单";
        leave_out(one.registration.code.clone(), ExclusionKind::Other, reason);
    }
    let number = number_to_draw(purchase, drawn.len());
    let spare = u32::try_from(drawn.len()).unwrap_or(u32::MAX).saturating_sub(number);
    let witnesses = requirement.witnesses.iter().zip(1..).map(|(account, place)| DrawWitness {
        party: account.clone(),
        name: format!("见证人 {place}"),
        account: account.clone(),
    });
    Proposal {
        purpose: id.to_owned(),
        title: plain(&format!("{} {}选取中介机构", requirement.number, requirement.project_name)),
        candidates: drawn,
        exclusions: exclusions.into_values().collect(),
        number,
        strata: None,
        quotas: Vec::new(),
        group_limit: None,
        max_replacements: spare,
        organiser: DrawOrganiser {
            party: "tongban-supermarket".to_owned(),
            name: "网上中介服务超市".to_owned(),
        },
        witnesses: witnesses.collect(),
        quorum: Some(1),
        again: None,
        source: None,
        times: None,
    }
}

/// A text as draws take it: without control characters, 500 at most.
fn plain(text: &str) -> String {
    let plain = text.chars().map(|one| if one.is_control() { ' ' } else { one });
    plain.take(500).collect()
}

/// 抽取结果: taken over when it is there; who dropped out since is replaced from the same stream first.
async fn follow_draw(shop: &Purchasing, id: &str, purchase: &Purchase) -> Result<(), Fault> {
    let draw = purchase.draw.clone().unwrap_or_default();
    let selected = match shop.draws.selected(&draw).await {
        Ok(selected) => selected,
        Err(fault) if fault.code() == "not_drawn_yet" => return propose(shop, id, purchase).await,
        Err(fault) => return Err(fault),
    };
    let mut result = Vec::new();
    for code in &selected {
        let found = purchase.registrations.iter().find(|one| one.registration.code == *code);
        let Some(found) = found else {
            return Err(Fault::internal(format!("{code} was drawn and never registered")));
        };
        let agency = &found.registration.agency;
        let Some(out) = purchase.dropped.iter().find(|out| out.agency == *agency) else {
            result.push(agency.clone());
            continue;
        };
        let kind = ReplacementKind::Unqualified;
        let caller = shop.caller();
        match shop.draws.replace(id, code, kind, &plain(&out.reason), &caller).await {
            // Who came instead is looked at in the next round.
            Ok(_) => return Ok(()),
            Err(fault) if fault.code() == "invalid_draw" => {}
            Err(fault) => return Err(fault),
        }
    }
    let enough = match purchase.requirement.method {
        SelectionMethod::CreditChoice => !result.is_empty(),
        _ => result.len() == selected.len(),
    };
    if !enough {
        return execute(shop, id, Command::GiveUp).await;
    }
    let (rules, calendar) = (shop.rules.clone(), shop.host.calendar.clone());
    execute(shop, id, Command::Drawn { draw, result, rules, calendar }).await
}
