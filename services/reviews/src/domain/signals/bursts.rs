//! Many reviews within a short time that have something in common.

use std::collections::BTreeMap;

use chrono::Duration;

use super::{Burst, Seen, Signal, SignalKind, SignalRule};

/// What reviews have in common; none where it says nothing.
type Common = fn(&SignalRule, &Seen) -> Option<String>;

/// One kind of burst.
struct Shape {
    kind: SignalKind,
    burst: Burst,
    common: Common,
    name: &'static str,
}

/// Bursts of every kind. `ordered` is in order of time.
pub(super) fn bursts(rule: &SignalRule, ordered: &[&Seen]) -> Vec<Signal> {
    let shapes = [
        Shape {
            kind: SignalKind::Device, burst: rule.device, common: device, name: "同一设备"
        },
        Shape {
            kind: SignalKind::Network,
            burst: rule.network,
            common: network,
            name: "同一网络、同一评价对象",
        },
        Shape {
            kind: SignalKind::Officer, burst: rule.officer, common: officer, name: "同一人员"
        },
        Shape {
            kind: SignalKind::Minute,
            burst: rule.minute,
            common: matter,
            name: "同一单位同一事项",
        },
        Shape {
            kind: SignalKind::Text,
            burst: rule.text,
            common: text,
            name: "同一单位、相同文字",
        },
    ];
    shapes.iter().flat_map(|shape| of_shape(rule, shape, ordered)).collect()
}

fn device(rule: &SignalRule, one: &Seen) -> Option<String> {
    own(rule, one).then(|| one.device.clone()).flatten()
}

fn network(rule: &SignalRule, one: &Seen) -> Option<String> {
    let network = own(rule, one).then_some(one.network.as_ref()).flatten()?;
    Some(format!("{network}@{}", one.officer.as_ref().unwrap_or(&one.body)))
}

fn officer(_: &SignalRule, one: &Seen) -> Option<String> {
    one.officer.clone()
}

fn matter(_: &SignalRule, one: &Seen) -> Option<String> {
    Some(format!("{}@{}", one.matter, one.body))
}

fn text(_: &SignalRule, one: &Seen) -> Option<String> {
    one.text.as_ref().map(|text| format!("{text}@{}", one.body))
}

/// Whether the device is the reviewer's own.
fn own(rule: &SignalRule, one: &Seen) -> bool {
    !rule.shared_channels.contains(&one.channel)
}

/// Reviews by what they have in common.
pub(super) fn grouped<'a>(
    seen: impl Iterator<Item = &'a Seen>,
    common: impl Fn(&Seen) -> Option<String>,
) -> BTreeMap<String, Vec<&'a Seen>> {
    let mut groups: BTreeMap<String, Vec<&Seen>> = BTreeMap::new();
    for one in seen {
        if let Some(common) = common(one) {
            groups.entry(common).or_default().push(one);
        }
    }
    groups
}

fn of_shape(rule: &SignalRule, shape: &Shape, ordered: &[&Seen]) -> Vec<Signal> {
    let groups = grouped(ordered.iter().copied(), |one| (shape.common)(rule, one));
    let mut found = Vec::new();
    for (common, reviews) in groups {
        for (first, last) in crowded(shape.burst, &reviews) {
            let part = reviews.get(first..=last).unwrap_or_default();
            let method = format!(
                "{}在 {} 分钟内评价达到 {} 件，此次共 {} 件",
                shape.name,
                shape.burst.minutes,
                shape.burst.reviews,
                part.len()
            );
            found.extend(Signal::of(shape.kind, &common, method, part));
        }
    }
    found
}

/// First and last places of stretches of which every review lies in some crowded time.
fn crowded(burst: Burst, reviews: &[&Seen]) -> Vec<(usize, usize)> {
    let (span, least) = (Duration::minutes(burst.minutes), burst.reviews.max(2));
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut first = 0;
    for (last, one) in reviews.iter().enumerate() {
        while reviews.get(first).is_some_and(|earliest| one.given_at - earliest.given_at > span) {
            first += 1;
        }
        if last + 1 - first < least {
            continue;
        }
        match found.last_mut() {
            Some((_, until)) if *until >= first => *until = last,
            _ => found.push((first, last)),
        }
    }
    found
}
