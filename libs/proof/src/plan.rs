//! Which stored hashes a root or a proof is made of.
//!
//! Of the tree only every eighth level is kept, as C2SP's tlog-tiles have it: level 0 are the leaves, and
//! a hash of level *l* stands for 256 complete neighbours of level *l* − 1. What lies between is computed.

use std::ops::Range;

use crate::merkle::{Hash, node_hash, root_over};

/// How many hashes of one stored level a hash of the next stands for.
pub const WIDTH: u64 = 256;
/// Binary logarithm of [`WIDTH`].
const HEIGHT: u32 = 8;

/// Neighbouring hashes of one stored level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The stored level; 0 are the leaves.
    pub level: u32,
    /// Their places in it.
    pub places: Range<u64>,
}

/// The leaves under each hash of the inclusion proof of `index` in a tree of `size` leaves, the leaf's
/// sibling first; empty for a place that the tree does not have.
pub fn inclusion(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut path = Vec::new();
    let mut tree = 0..size;
    if index >= size {
        return path;
    }
    while tree.end - tree.start > 1 {
        let middle = tree.start + split(tree.end - tree.start);
        if index < middle {
            path.push(middle..tree.end);
            tree.end = middle;
        } else {
            path.push(tree.start..middle);
            tree.start = middle;
        }
    }
    path.reverse();
    path
}

/// The leaves under each hash of the consistency proof from `from` to `to` leaves; empty when there is
/// nothing to prove.
pub fn consistency(from: u64, to: u64) -> Vec<Range<u64>> {
    let mut path = Vec::new();
    if from == 0 || from >= to {
        return path;
    }
    let mut tree = 0..to;
    // Whether the part looked at is the earlier tree itself, whose root the verifier has.
    let mut whole = true;
    while tree.end != from {
        let middle = tree.start + split(tree.end - tree.start);
        if from <= middle {
            path.push(middle..tree.end);
            tree.end = middle;
        } else {
            path.push(tree.start..middle);
            tree.start = middle;
            whole = false;
        }
    }
    if !whole {
        path.push(tree);
    }
    path.reverse();
    path
}

/// Largest power of two below `size`, which is above 1.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The stored hashes that [`resolve`] asks for over all `ranges`.
pub fn needed(ranges: &[Range<u64>]) -> Vec<Span> {
    ranges
        .iter()
        .flat_map(|range| subtrees(range).into_iter().map(|subtree| subtree.span()))
        .collect()
}

/// Hash over the leaves of `range`, one that [`inclusion`] or [`consistency`] gave or that starts at 0.
///
/// Nothing when `stored` lacks a hash.
pub fn resolve(range: &Range<u64>, stored: impl Fn(u32, u64) -> Option<Hash>) -> Option<Hash> {
    let mut hashes = Vec::new();
    for subtree in subtrees(range) {
        let Span { level, places } = subtree.span();
        let under: Option<Vec<Hash>> = places.map(|place| stored(level, place)).collect();
        hashes.push(root_over(under?));
    }
    let last = hashes.pop();
    match last {
        Some(last) => Some(hashes.iter().rev().fold(last, |right, left| node_hash(left, &right))),
        None => Some(root_over([])),
    }
}

/// A complete subtree of 2^`level` leaves.
struct Subtree {
    level: u32,
    place: u64,
}

impl Subtree {
    fn span(&self) -> Span {
        let above = self.level % HEIGHT;
        Span { level: self.level / HEIGHT, places: self.place << above..(self.place + 1) << above }
    }
}

/// The complete subtrees of a range, the largest first.
fn subtrees(range: &Range<u64>) -> Vec<Subtree> {
    let mut found = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let level = 63 - (range.end - start).leading_zeros();
        found.push(Subtree { level, place: start >> level });
        start += 1 << level;
    }
    found
}
