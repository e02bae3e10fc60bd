//! The stages of a draw (抽取步骤), and whether they can be gone through whatever is drawn.

use std::collections::HashMap;

use crate::allocation::{number_by_rates, numbers};
use crate::findings::Findings;
use crate::terms::{Strata, Terms};

/// No group, or no stage.
const NONE: u32 = u32::MAX;

/// What is drawn in which order.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) stages: Vec<Stage>,
    pub(crate) groups: Option<Groups>,
    /// How many of each class, in the order of the table.
    pub(crate) numbers: Vec<u64>,
}

/// So many of these.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) count: u64,
    /// Places in the list of candidates, ascending.
    pub(crate) members: Vec<u32>,
    /// The member of the terms it comes from.
    origin: String,
}

/// Who is of one group; there when at most so many of each may be drawn.
#[derive(Debug)]
pub(crate) struct Groups {
    pub(crate) limit: u64,
    /// The group of each candidate.
    of: Vec<u32>,
    members: Vec<Vec<u32>>,
}

impl Groups {
    fn of(terms: &Terms) -> Option<Self> {
        let limit = terms.group_limit?.into();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut groups = Self { limit, of: Vec::new(), members: Vec::new() };
        for (place, one) in (0..).zip(&terms.candidates) {
            if one.group.is_empty() {
                groups.of.push(NONE);
                continue;
            }
            let next = groups.members.len() as u32;
            let group = *numbers.entry(&one.group).or_insert(next);
            if group == next {
                groups.members.push(Vec::new());
            }
            groups.members[group as usize].push(place);
            groups.of.push(group);
        }
        Some(groups)
    }

    /// The group of a candidate.
    pub(crate) fn group(&self, candidate: u32) -> Option<usize> {
        Some(self.of[candidate as usize]).filter(|group| *group != NONE).map(|group| group as usize)
    }

    /// The candidates of a group, ascending.
    pub(crate) fn members(&self, group: usize) -> &[u32] {
        &self.members[group]
    }

    /// How many groups there are.
    pub(crate) fn count(&self) -> usize {
        self.members.len()
    }
}

impl<'a> Plan<'a> {
    /// The plan of terms that [`crate::check`] found nothing wrong with; none when they cannot be kept.
    pub(crate) fn of(terms: &'a Terms, at: &str, findings: &mut Findings) -> Option<Self> {
        let before = findings.count();
        if terms.candidates.len() < terms.number as usize {
            let message = "候选人数少于应抽人数";
            findings.add(format!("{at}/number"), "too_few_candidates", message);
            return None;
        }
        let names: Vec<&str> = match &terms.strata {
            Some(strata) => strata.table().iter().map(|row| &*row.0).collect(),
            None => vec![""],
        };
        let of: Vec<u8> = terms
            .candidates
            .iter()
            .map(|one| names.binary_search(&&*one.stratum).unwrap_or_default() as u8)
            .collect();
        let numbers = divided(terms, &of, names.len(), at, findings);
        let mut stages = Vec::new();
        // The stages of a candidate: that of its region's quota, and that of its class.
        let mut by_quota = vec![NONE; terms.quotas.len()];
        let mut by_class = vec![NONE; names.len()];
        for (class, name) in names.iter().enumerate() {
            let mut left = numbers[class];
            for (place, quota) in terms.quotas.iter().enumerate() {
                if quota.stratum.as_deref().unwrap_or_default() != *name {
                    continue;
                }
                let (origin, count) = (format!("/quotas/{place}"), u64::from(quota.at_least));
                if count > left {
                    let message = "地区名额合计超过应抽人数";
                    findings.add(format!("{at}{origin}/at_least"), "quotas_exceed", message);
                }
                left = left.saturating_sub(count);
                by_quota[place] = stages.len() as u32;
                stages.push(Stage { count, members: Vec::new(), origin });
            }
            if left > 0 {
                let origin = match &terms.strata {
                    Some(Strata::Rates(_)) => format!("/strata/rates/{class}"),
                    Some(Strata::Shares(_)) => format!("/strata/shares/{class}"),
                    None => "/number".to_owned(),
                };
                by_class[class] = stages.len() as u32;
                stages.push(Stage { count: left, members: Vec::new(), origin });
            }
        }
        if findings.count() > before {
            return None;
        }
        for (place, one) in (0..).zip(&terms.candidates) {
            let key = (&*one.stratum, &one.region);
            let quota = terms.quotas.binary_search_by(|quota| {
                (quota.stratum.as_deref().unwrap_or_default(), &quota.region).cmp(&key)
            });
            let quota = quota.map_or(NONE, |quota| by_quota[quota]);
            for stage in [quota, by_class[usize::from(of[place as usize])]] {
                if stage != NONE {
                    stages[stage as usize].members.push(place);
                }
            }
        }
        let plan = Self { terms, stages, groups: Groups::of(terms), numbers };
        plan.never_stuck(at, findings);
        (findings.count() == before).then_some(plan)
    }

    /// Whether every stage finds enough candidates whatever the stages before it have drawn.
    ///
    /// A group can give a stage at most the limit; whoever is of no group is a group of one. Everybody drawn
    /// before takes at most one from that, and only a stage that meets the same groups takes any.
    fn never_stuck(&self, at: &str, findings: &mut Findings) {
        let stages = self.stages.len();
        let mut can_give = vec![0_u64; stages];
        let mut can_take = vec![0_u64; stages * stages];
        let mut count = |met: &[(usize, u64)], limit: u64| {
            for (index, &(stage, members)) in met.iter().enumerate() {
                can_give[stage] += members.min(limit);
                for &(earlier, members) in &met[..index] {
                    can_take[stage * stages + earlier] += members.min(limit);
                }
            }
        };
        // Of each candidate the stages, ascending; a candidate is of two at most.
        let mut met: Vec<[u32; 2]> = vec![[NONE; 2]; self.terms.candidates.len()];
        for (stage, members) in (0..).zip(self.stages.iter().map(|stage| &stage.members)) {
            for &member in members {
                let [first, second] = &mut met[member as usize];
                *(if *first == NONE { first } else { second }) = stage;
            }
        }
        let of = |candidate: u32| {
            met[candidate as usize]
                .into_iter()
                .filter(|stage| *stage != NONE)
                .map(|one| one as usize)
        };
        for candidate in 0..self.terms.candidates.len() as u32 {
            if self.groups.as_ref().is_none_or(|groups| groups.group(candidate).is_none()) {
                let mut own = [(0, 1); 2];
                let mut length = 0;
                for stage in of(candidate) {
                    own[length].0 = stage;
                    length += 1;
                }
                count(&own[..length], 1);
            }
        }
        if let Some(groups) = &self.groups {
            let mut members = vec![0_u64; stages];
            for group in 0..groups.count() {
                let mut touched: Vec<usize> = Vec::new();
                for stage in groups.members(group).iter().flat_map(|member| of(*member)) {
                    if members[stage] == 0 {
                        touched.push(stage);
                    }
                    members[stage] += 1;
                }
                touched.sort_unstable();
                let own: Vec<_> = touched.iter().map(|&stage| (stage, members[stage])).collect();
                count(&own, groups.limit);
                touched.iter().for_each(|&stage| members[stage] = 0);
            }
        }
        for (place, stage) in self.stages.iter().enumerate() {
            let taken = (0..place)
                .map(|earlier| can_take[place * stages + earlier].min(self.stages[earlier].count));
            let (pointer, taken) = (format!("{at}{}", stage.origin), taken.sum::<u64>());
            if stage.count > can_give[place] {
                findings.add(pointer, "too_few_candidates", "可抽的候选人少于应抽人数");
            } else if stage.count + taken > can_give[place] {
                let message = "先抽的可能占满同一单位的名额，使此处无人可抽";
                findings.add(pointer, "may_block", message);
            }
        }
    }
}

/// How many of each class.
fn divided(
    terms: &Terms,
    of: &[u8],
    classes: usize,
    at: &str,
    findings: &mut Findings,
) -> Vec<u64> {
    let number = u64::from(terms.number);
    let Some(strata) = &terms.strata else { return vec![number] };
    let mut sizes = vec![0; classes];
    for class in of {
        sizes[usize::from(*class)] += 1;
    }
    if matches!(strata, Strata::Rates(_)) {
        let right = number_by_rates(strata, &sizes);
        if number != right {
            let message = format!("按各层比例应抽 {right}");
            findings.add(format!("{at}/number"), "number_not_as_rates", &message);
        }
    }
    numbers(strata, &sizes, number)
}
