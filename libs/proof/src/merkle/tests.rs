//! The tree against its definition in RFC 6962, section 2.1, written down here as plainly as there.

use proptest::prelude::*;

use super::*;
use crate::plan;

/// MTH: splits at the largest power of two below the length.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        many => {
            let middle = many.len().next_power_of_two() / 2;
            node_hash(&defined(&many[..middle]), &defined(&many[middle..]))
        }
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

/// Hashes as storage keeps them: every eighth level, complete subtrees only.
fn stored(leaves: &[Hash]) -> impl Fn(u32, u64) -> Option<Hash> {
    move |level, place| {
        let width = usize::try_from(plan::WIDTH.pow(level)).unwrap();
        let start = usize::try_from(place).unwrap() * width;
        leaves.get(start..start + width).map(defined)
    }
}

fn path(ranges: &[std::ops::Range<u64>], leaves: &[Hash]) -> Vec<Hash> {
    ranges.iter().map(|range| plan::resolve(range, stored(leaves)).unwrap()).collect()
}

#[test]
fn hashes_are_those_of_the_standard() {
    // SM3 of "" and, after GB/T 32905 annex A, of "abc".
    assert_eq!(
        hex::encode(empty_root()),
        "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
    );
    assert_eq!(
        hex::encode(Sm3::digest(b"abc")),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
    assert_ne!(leaf_hash(&[0; 64]), node_hash(&[0; 32], &[0; 32]));
}

#[test]
fn every_small_tree_every_place_every_pair() {
    for size in 1..=65_u64 {
        let all = leaves(size);
        let root = defined(&all);
        assert_eq!(root_over(all.iter().copied()), root);
        assert_eq!(plan::resolve(&(0..size), stored(&all)), Some(root));
        for index in 0..size {
            let path = path(&plan::inclusion(index, size), &all);
            let leaf = &all[usize::try_from(index).unwrap()];
            check_inclusion(leaf, index, size, &path, &root).unwrap();
            for other in (0..=size).filter(|other| *other != index) {
                assert!(
                    check_inclusion(leaf, other, size, &path, &root).is_err(),
                    "{index} {other}"
                );
            }
        }
        for from in 1..=size {
            let path = path(&plan::consistency(from, size), &all);
            let earlier = defined(&all[..usize::try_from(from).unwrap()]);
            check_consistency(from, size, &path, &earlier, &root).unwrap();
            if from < size {
                assert!(check_consistency(from, size, &path, &root, &earlier).is_err());
            }
        }
    }
    assert_eq!(check_inclusion(&[0; 32], 0, 0, &[], &empty_root()), Err(ProofFault::Place));
    assert_eq!(check_consistency(0, 1, &[], &[0; 32], &[0; 32]), Err(ProofFault::Place));
    assert_eq!(check_consistency(2, 1, &[], &[0; 32], &[0; 32]), Err(ProofFault::Place));
}

#[test]
fn the_path_of_rfc_9162_section_2_1_5() {
    // Seven leaves: the proof of d0 is [b, h, l], that of d6 is [i, k].
    assert_eq!(plan::inclusion(0, 7), [1..2, 2..4, 4..7]);
    assert_eq!(plan::inclusion(3, 7), [2..3, 0..2, 4..7]);
    assert_eq!(plan::inclusion(4, 7), [5..6, 6..7, 0..4]);
    assert_eq!(plan::inclusion(6, 7), [4..6, 0..4]);
    assert_eq!(plan::consistency(3, 7), [2..3, 3..4, 0..2, 4..7]);
    assert_eq!(plan::consistency(4, 7), std::slice::from_ref(&(4..7)));
    assert_eq!(plan::consistency(6, 7), [4..6, 6..7, 0..4]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn large_trees_across_stored_levels(size in 1_u64..1_500, index: u64, from: u64) {
        let all = leaves(size);
        let root = defined(&all);
        prop_assert_eq!(plan::resolve(&(0..size), stored(&all)), Some(root));
        let (index, from) = (index % size, from % size + 1);
        let proof = path(&plan::inclusion(index, size), &all);
        let leaf = &all[usize::try_from(index).unwrap()];
        prop_assert_eq!(check_inclusion(leaf, index, size, &proof, &root), Ok(()));
        let proof = path(&plan::consistency(from, size), &all);
        let earlier = defined(&all[..usize::try_from(from).unwrap()]);
        prop_assert_eq!(check_consistency(from, size, &proof, &earlier, &root), Ok(()));
    }

    #[test]
    fn a_changed_proof_does_not_hold(size in 2_u64..300, index: u64, bit: usize, from: u64) {
        let all = leaves(size);
        let root = defined(&all);
        let index = index % size;
        let leaf = &all[usize::try_from(index).unwrap()];
        let proof = path(&plan::inclusion(index, size), &all);
        let mut bent = proof.clone();
        let bit = bit % (bent.len() * 256);
        bent[bit / 256][bit % 256 / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(check_inclusion(leaf, index, size, &bent, &root), Err(ProofFault::Root));
        let shorter = &proof[..proof.len() - 1];
        prop_assert!(check_inclusion(leaf, index, size, shorter, &root).is_err());
        let longer = [&proof[..], &[root]].concat();
        prop_assert!(check_inclusion(leaf, index, size, &longer, &root).is_err());

        let from = from % (size - 1) + 1;
        let proof = path(&plan::consistency(from, size), &all);
        let earlier = defined(&all[..usize::try_from(from).unwrap()]);
        let mut bent = proof.clone();
        let bit = bit % (bent.len() * 256);
        bent[bit / 256][bit % 256 / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(check_consistency(from, size, &bent, &earlier, &root), Err(ProofFault::Root));
        let longer = [&proof[..], &[root]].concat();
        prop_assert!(check_consistency(from, size, &longer, &earlier, &root).is_err());
    }

    #[test]
    fn only_what_is_stored_is_asked_for(size in 1_u64..200_000, index: u64) {
        for span in plan::needed(&plan::inclusion(index % size, size)) {
            let complete = size / plan::WIDTH.pow(span.level);
            prop_assert!(span.places.end <= complete, "{span:?} of {size}");
            prop_assert!(span.places.end - span.places.start <= plan::WIDTH / 2);
        }
    }
}
