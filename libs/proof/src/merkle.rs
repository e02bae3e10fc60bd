//! The tree: RFC 6962 (and RFC 9162, section 2.1) with SM3 in the place of SHA-256.

use sm3::{Digest, Sm3};

use crate::ProofFault;

/// An SM3 hash.
pub type Hash = [u8; 32];

/// Hash of a leaf: SM3(0x00 ‖ data).
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sm3::new().chain_update([0]).chain_update(data).finalize().into()
}

/// Hash of an inner node: SM3(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sm3::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Root of the tree without leaves: SM3 of nothing.
pub fn empty_root() -> Hash {
    Sm3::digest([]).into()
}

/// Root over `hashes`, which stand side by side at one level and need not be a power of two.
pub fn root_over(hashes: impl IntoIterator<Item = Hash>) -> Hash {
    let mut frontier = Frontier::default();
    hashes.into_iter().for_each(|hash| frontier.push(hash));
    frontier.root()
}

/// The complete subtrees of a growing tree, the largest first: all that is needed to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the hash of the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Every trailing one of the size is a complete subtree that the new leaf completes to a larger.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// Root of the tree as it is.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(last) = subtrees.next() else { return empty_root() };
        subtrees.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// Checks that the leaf with hash `leaf` is at `index` of the tree of `size` leaves with root `root`.
///
/// # Errors
/// [`ProofFault::Place`], [`ProofFault::Length`] or [`ProofFault::Root`].
pub fn check_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofFault> {
    if index >= size {
        return Err(ProofFault::Place);
    }
    let (mut place, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            // The right edge passes over levels at which it stands alone.
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofFault::Length);
    }
    if hash == *root { Ok(()) } else { Err(ProofFault::Root) }
}

/// Checks that the tree of `to` leaves with root `later` begins with that of `from` leaves with root `earlier`.
///
/// # Errors
/// [`ProofFault::Place`], [`ProofFault::Length`] or [`ProofFault::Root`].
pub fn check_consistency(
    from: u64,
    to: u64,
    path: &[Hash],
    earlier: &Hash,
    later: &Hash,
) -> Result<(), ProofFault> {
    if from == 0 || from > to {
        return Err(ProofFault::Place);
    }
    if from == to {
        if !path.is_empty() {
            return Err(ProofFault::Length);
        }
        return if earlier == later { Ok(()) } else { Err(ProofFault::Root) };
    }
    // A complete earlier tree is itself the first hash and is not repeated in the proof.
    let (first, rest) = if from.is_power_of_two() {
        (*earlier, path)
    } else {
        let (first, rest) = path.split_first().ok_or(ProofFault::Length)?;
        (*first, rest)
    };
    let (mut place, mut last) = (from - 1, to - 1);
    let ones = place.trailing_ones();
    place >>= ones;
    last >>= ones;
    let (mut old, mut new) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if place & 1 == 1 || place == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofFault::Length);
    }
    if old == *earlier && new == *later { Ok(()) } else { Err(ProofFault::Root) }
}

#[cfg(test)]
mod tests;
