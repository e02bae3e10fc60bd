//! Weights, their running sums, and who stands where in them: a Fenwick tree, in whole numbers.

/// Weights that can be taken out and found by their place in the running sum, each in logarithmic time.
#[derive(Debug)]
pub(crate) struct Tree {
    weights: Vec<u64>,
    /// Entry i − 1 sums as many weights up to the i-th as the lowest set bit of i says.
    sums: Vec<u64>,
    total: u64,
}

impl Tree {
    pub(crate) fn new(weights: Vec<u64>) -> Self {
        let mut sums = weights.clone();
        for place in 1..=sums.len() {
            let parent = place + (place & place.wrapping_neg());
            if parent <= sums.len() {
                sums[parent - 1] += sums[place - 1];
            }
        }
        let total = weights.iter().sum();
        Self { weights, sums, total }
    }

    /// All weights together.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The first place whose running sum, itself included, is above `number`, which is below the total.
    pub(crate) fn find(&self, mut number: u64) -> usize {
        let mut place = 0;
        let mut step = (self.sums.len() + 1).next_power_of_two() / 2;
        while step > 0 {
            if let Some(sum) = self.sums.get(place + step - 1).filter(|sum| **sum <= number) {
                number -= sum;
                place += step;
            }
            step /= 2;
        }
        place
    }

    /// Takes a weight out.
    pub(crate) fn clear(&mut self, place: usize) {
        let weight = std::mem::take(&mut self.weights[place]);
        self.total -= weight;
        let mut place = place + 1;
        while place <= self.sums.len() {
            self.sums[place - 1] -= weight;
            place += place & place.wrapping_neg();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn it_finds_what_adding_up_finds(
            weights in proptest::collection::vec(0_u64..1_000, 1..200),
            cleared in proptest::collection::vec(0_usize..200, 0..50),
        ) {
            let mut plain = weights.clone();
            let mut tree = Tree::new(weights);
            let length = plain.len();
            for place in cleared.into_iter().filter(|place| *place < length) {
                plain[place] = 0;
                tree.clear(place);
            }
            proptest::prop_assert_eq!(tree.total(), plain.iter().sum::<u64>());
            let mut before = 0;
            for (place, weight) in plain.iter().enumerate().filter(|(_, weight)| **weight > 0) {
                proptest::prop_assert_eq!(tree.find(before), place);
                proptest::prop_assert_eq!(tree.find(before + weight - 1), place);
                before += weight;
            }
        }
    }
}
