//! The stream of numbers that a joined seed gives (随机序列): SM3 in counter mode.

use std::num::NonZeroU64;

use sm3::{Digest as _, Sm3};

use crate::digest::Digest;

/// Words in a block.
const WORDS: usize = 4;

/// Block i is SM3(seed ‖ i), i in eight bytes; a block is four words of eight bytes, big endian.
#[derive(Debug, Clone)]
pub struct Stream {
    seed: Digest,
    next: u64,
    block: [u8; 32],
    used: usize,
}

impl Stream {
    /// From its beginning.
    pub fn new(seed: Digest) -> Self {
        Self { seed, next: 0, block: [0; 32], used: WORDS }
    }

    /// The next word.
    pub fn word(&mut self) -> u64 {
        if self.used == WORDS {
            let hash = Sm3::new().chain_update(self.seed.0).chain_update(self.next.to_be_bytes());
            self.block = hash.finalize().into();
            self.next += 1;
            self.used = 0;
        }
        let mut word = [0; 8];
        word.copy_from_slice(&self.block[self.used * 8..][..8]);
        self.used += 1;
        u64::from_be_bytes(word)
    }

    /// A number below `bound`, each as likely as every other.
    ///
    /// The last 2⁶⁴ mod `bound` words would favour the small numbers; they are passed over.
    pub fn below(&mut self, bound: NonZeroU64) -> u64 {
        let bound = bound.get();
        let over = (u64::MAX % bound + 1) % bound;
        loop {
            let word = self.word();
            if word <= u64::MAX - over {
                return word % bound;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_would_favour_small_numbers_are_passed_over() {
        // For 2⁶³ + 1 all but half of the words are passed over: the remainder alone would give each number
        // below 2⁶³ − 1 twice as often as the last two.
        let bound = NonZeroU64::new((1 << 63) + 1).unwrap();
        let (mut taken, mut raw) = (Stream::new(Digest([7; 32])), Stream::new(Digest([7; 32])));
        let mut passed = 0;
        for _ in 0..1_000 {
            let number = taken.below(bound);
            let mut word = raw.word();
            while word > bound.get() - 1 {
                passed += 1;
                word = raw.word();
            }
            assert_eq!(number, word);
        }
        assert!((900..1_100).contains(&passed), "{passed}");
    }

    #[test]
    fn bounds_that_divide_evenly_pass_nothing_over() {
        for bound in [1, 2, 1 << 32, 1 << 63] {
            let bound = NonZeroU64::new(bound).unwrap();
            let (mut taken, mut raw) = (Stream::new(Digest([9; 32])), Stream::new(Digest([9; 32])));
            for _ in 0..100 {
                assert_eq!(taken.below(bound), raw.word() % bound);
            }
        }
    }
}
