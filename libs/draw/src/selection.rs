//! Who is drawn (抽取): stage by stage, without putting back, and replacements from the same stream.

use std::num::NonZeroU64;

use tongban_kernel::Fault;

use crate::digest::Digest;
use crate::findings::Findings;
use crate::plan::Plan;
use crate::stream::Stream;
use crate::terms::Terms;
use crate::tree::Tree;

/// Who a joined seed draws on these terms, in the order of drawing.
///
/// [`crate::Announcement::draw`] does this with a seed that nobody chose.
///
/// # Errors
/// Those of [`Terms::check`].
pub fn select(terms: &Terms, seed: Digest) -> Result<Vec<&str>, Fault> {
    let mut findings = Findings::default();
    let plan = terms.find("", &mut findings);
    findings.into_result()?;
    let plan = plan.ok_or_else(|| Fault::internal("neither plan nor findings"))?;
    let selection = Selection::draw(&plan, seed)?;
    Ok(selection
        .drawn
        .iter()
        .map(|drawn| &*terms.candidates[drawn.candidate as usize].id)
        .collect())
}

/// Who has been drawn so far, and where the stream stands.
#[derive(Debug)]
pub(crate) struct Selection<'p> {
    plan: &'p Plan<'p>,
    stream: Stream,
    /// In the order of drawing; one who is replaced gives the place to the other.
    pub(crate) drawn: Vec<Drawn>,
    /// Who was ever drawn.
    taken: Vec<bool>,
    /// How many of each group are drawn.
    used: Vec<u64>,
}

/// One who was drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawn {
    /// Place in the list of candidates.
    pub(crate) candidate: u32,
    stage: usize,
}

impl<'p> Selection<'p> {
    /// The draw itself.
    pub(crate) fn draw(plan: &'p Plan<'p>, seed: Digest) -> Result<Self, Fault> {
        let mut own = Self {
            plan,
            stream: Stream::new(seed),
            drawn: Vec::with_capacity(plan.terms.number as usize),
            taken: vec![false; plan.terms.candidates.len()],
            used: vec![0; plan.groups.as_ref().map_or(0, |groups| groups.count())],
        };
        for (stage, of) in plan.stages.iter().enumerate() {
            let mut tree = own.tree(stage);
            for _ in 0..of.count {
                // The plan was refused unless this cannot happen.
                let stuck = || Fault::internal("a stage has nobody left to draw");
                let candidate = own.one(stage, &mut tree).ok_or_else(stuck)?;
                own.drawn.push(Drawn { candidate, stage });
            }
        }
        Ok(own)
    }

    /// Draws one more in the place of one who was drawn; none when nobody is left.
    ///
    /// Whoever is replaced makes room in the group, and never comes back.
    pub(crate) fn replace(&mut self, place: usize) -> Option<u32> {
        let Drawn { candidate, stage } = self.drawn[place];
        let group = self.group(candidate);
        if let Some(group) = group {
            self.used[group] -= 1;
        }
        let mut tree = self.tree(stage);
        let Some(other) = self.one(stage, &mut tree) else {
            if let Some(group) = group {
                self.used[group] += 1;
            }
            return None;
        };
        self.drawn[place].candidate = other;
        Some(other)
    }

    /// The weights of a stage's members, zero for those who cannot be drawn.
    fn tree(&self, stage: usize) -> Tree {
        let weight = |member: &u32| {
            let full = self.group(*member).is_some_and(|group| self.is_full(group));
            let out = self.taken[*member as usize] || full;
            if out { 0 } else { self.plan.terms.candidates[*member as usize].weight.unsigned_abs() }
        };
        Tree::new(self.plan.stages[stage].members.iter().map(weight).collect())
    }

    /// Draws one of a stage.
    fn one(&mut self, stage: usize, tree: &mut Tree) -> Option<u32> {
        let number = self.stream.below(NonZeroU64::new(tree.total())?);
        let members = &self.plan.stages[stage].members;
        let place = tree.find(number);
        let candidate = members[place];
        tree.clear(place);
        self.taken[candidate as usize] = true;
        if let Some(group) = self.group(candidate) {
            self.used[group] += 1;
            if self.is_full(group) {
                let others = self.plan.groups.iter().flat_map(|groups| groups.members(group));
                // Both lists are ascending; those of other stages are not here.
                others.filter_map(|other| members.binary_search(other).ok()).for_each(|place| {
                    tree.clear(place);
                });
            }
        }
        Some(candidate)
    }

    fn group(&self, candidate: u32) -> Option<usize> {
        self.plan.groups.as_ref()?.group(candidate)
    }

    fn is_full(&self, group: usize) -> bool {
        self.plan.groups.as_ref().is_some_and(|groups| self.used[group] >= groups.limit)
    }
}
