//! 开标: at the end of registration the bids are opened and the price selection follows from them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tongban_contracts::purchases::{
    DroppedAgency, OpenedBid, PurchaseEvent, QuoteType, SelectionMethod,
};
use tongban_kernel::Context;

use super::register::invalid_quote;
use super::stage::Stage;
use super::state::Purchase;
use super::{Decided, illegal, only_service};
use crate::domain::rules::PurchaseRules;

/// Ends registration; without enough registrants or valid bids the purchase fails at once.
pub fn close(
    purchase: &Purchase,
    quotes: &BTreeMap<String, i64>,
    dropped: Vec<DroppedAgency>,
    rules: &PurchaseRules,
    context: &Context,
) -> Decided {
    only_service(context)?;
    if purchase.stage != Stage::Registering {
        // Another process was faster.
        return Ok(Vec::new());
    }
    if context.now < purchase.requirement.registration_until {
        return Err(illegal(purchase, "close", "截止报名"));
    }
    let bids = if has_bids(purchase) { open(purchase, quotes, &dropped) } else { Vec::new() };
    let out = |agency: &str| dropped.iter().any(|one| one.agency == agency);
    let standing = purchase.standing().filter(|one| !out(&one.registration.agency)).count();
    let count = if has_bids(purchase) {
        bids.iter().filter(|bid| bid.invalid.is_none()).count()
    } else {
        standing
    };
    let mut events = vec![PurchaseEvent::RegistrationClosed { bids, dropped }];
    events.extend(too_few(purchase, count, rules));
    Ok(events)
}

/// The failure of a purchase with `count` of those that matter left.
pub fn too_few(purchase: &Purchase, count: usize, rules: &PurchaseRules) -> Option<PurchaseEvent> {
    let least = rules.least(purchase.requirement.method).max(1);
    if count >= least as usize {
        return None;
    }
    let (code, what) = if has_bids(purchase) {
        ("too_few_bids", "有效报价")
    } else {
        ("too_few_registrations", "报名机构")
    };
    let reason = format!("{what}不足 {least} 家（{count} 家），流标");
    Some(PurchaseEvent::Failed { code: code.to_owned(), reason })
}

/// Whether agencies offer prices.
pub fn has_bids(purchase: &Purchase) -> bool {
    let method = purchase.requirement.method;
    matches!(method, SelectionMethod::LowestPrice | SelectionMethod::NearestMean)
}

fn open(
    purchase: &Purchase,
    quotes: &BTreeMap<String, i64>,
    dropped: &[DroppedAgency],
) -> Vec<OpenedBid> {
    let opened = purchase.registrations.iter().map(|one| {
        let agency = one.registration.agency.clone();
        let quote = quotes.get(&agency).copied();
        let invalid = match quote {
            None => Some("unreadable".to_owned()),
            Some(_) if dropped.iter().any(|out| out.agency == agency) => {
                Some("dropped_out".to_owned())
            }
            Some(quote) => invalid_quote(purchase, quote).map(|(code, _)| code.to_owned()),
        };
        let quote = quote.unwrap_or_default();
        let price_fen = price(purchase, quote);
        OpenedBid { agency, quote, price_fen, invalid }
    });
    opened.collect()
}

/// What a quote comes to in fen; a discount is taken off the budget, rounded down.
pub fn price(purchase: &Purchase, quote: i64) -> i64 {
    match purchase.requirement.quote {
        QuoteType::Amount => quote,
        QuoteType::Discount => {
            let whole = i128::from(purchase.requirement.budget_fen) * i128::from(10_000 - quote);
            i64::try_from(whole / 10_000).unwrap_or_default()
        }
    }
}

/// The bid that wins among those that stand, and in words why.
///
/// 竞价: the lowest price. 均价: the price nearest to the mean of all valid bids that stand; of two equally near the
/// lower. Of equal prices the earlier registration. The mean is compared as a fraction, so that nothing is rounded.
pub fn winner(purchase: &Purchase) -> Option<(&OpenedBid, String)> {
    let valid: Vec<(&OpenedBid, DateTime<Utc>)> = purchase
        .bids
        .iter()
        .filter(|bid| bid.invalid.is_none() && !purchase.is_out(&bid.agency))
        .filter_map(|bid| {
            let found = purchase.registrations.iter();
            let mut found = found.filter(|one| one.registration.agency == bid.agency);
            found.next().map(|one| (bid, one.at))
        })
        .collect();
    let count = i128::try_from(valid.len()).ok()?;
    let sum: i128 = valid.iter().map(|(bid, _)| i128::from(bid.price_fen)).sum();
    let mean = purchase.requirement.method == SelectionMethod::NearestMean;
    let rank = |bid: &OpenedBid| {
        if mean { (i128::from(bid.price_fen) * count - sum).abs() } else { 0 }
    };
    let (bid, _) =
        valid.iter().min_by_key(|(bid, at)| (rank(bid), bid.price_fen, *at, bid.agency.clone()))?;
    let ground = if mean {
        format!("有效报价 {count} 家，平均 {} 元，与平均价最接近", mean_yuan(sum, count))
    } else {
        format!("有效报价 {count} 家，报价最低")
    };
    Some((bid, ground))
}

fn mean_yuan(sum: i128, count: i128) -> String {
    let fen = i64::try_from(sum / count.max(1)).unwrap_or_default();
    super::draft::yuan(fen)
}
