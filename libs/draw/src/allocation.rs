//! How many of each class: the largest remainder, exactly (最大余数法).

use crate::bounds;
use crate::terms::Strata;

/// The number that rates lead to: of the classes together, rounded to the nearest, a half upwards.
///
/// `sizes` has as many entries as the table.
pub(crate) fn number_by_rates(strata: &Strata, sizes: &[u64]) -> u64 {
    let parts = strata.table().iter().zip(sizes).map(|(row, size)| row.1 * size);
    (parts.sum::<u64>() + bounds::WHOLE / 2) / bounds::WHOLE
}

/// How many of each class when `number` are drawn.
pub(crate) fn numbers(strata: &Strata, sizes: &[u64], number: u64) -> Vec<u64> {
    let table = strata.table();
    let (parts, whole): (Vec<u64>, u64) = match strata {
        Strata::Rates(_) => {
            (table.iter().zip(sizes).map(|(row, size)| row.1 * size).collect(), bounds::WHOLE)
        }
        Strata::Shares(_) => (
            table.iter().map(|row| row.1 * number).collect(),
            table.iter().map(|row| row.1).sum::<u64>().max(1),
        ),
    };
    largest_remainder(&parts, whole, number)
}

/// Each gets the whole of its `parts / whole`; what is left of `number` goes one by one to the greatest
/// remainders, among equal ones to the first.
fn largest_remainder(parts: &[u64], whole: u64, number: u64) -> Vec<u64> {
    let mut given: Vec<u64> = parts.iter().map(|part| part / whole).collect();
    let left = number.saturating_sub(given.iter().sum());
    let mut order: Vec<usize> = (0..parts.len()).collect();
    // Stable: equal remainders keep the order of the table.
    order.sort_by_key(|&place| std::cmp::Reverse(parts[place] % whole));
    for (_, place) in (0..left).zip(order) {
        given[place] += 1;
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Stratum;

    fn table(parts: &[u64]) -> Vec<Stratum> {
        parts
            .iter()
            .zip('A'..)
            .map(|(part, name)| Stratum(name.to_string().into(), *part))
            .collect()
    }

    #[test]
    fn rates_of_classes() {
        // Henan 2020: 1 %, 4 %, 8 %, 20 % and 100 % from the lowest risk to the highest.
        let strata = Strata::Rates(table(&[100, 400, 800, 2_000, 10_000]));
        let sizes = [12_345, 2_000, 333, 47, 3];
        // 123.45 + 80 + 26.64 + 9.4 + 3 = 242.49
        assert_eq!(number_by_rates(&strata, &sizes), 242);
        assert_eq!(numbers(&strata, &sizes, 242), [123, 80, 27, 9, 3]);
        assert_eq!(number_by_rates(&Strata::Rates(table(&[5_000])), &[1]), 1, "a half upwards");
    }

    #[test]
    fn shares_of_the_number() {
        let strata = Strata::Shares(table(&[1, 1, 1]));
        assert_eq!(numbers(&strata, &[9, 9, 9], 5), [2, 2, 1], "the first of equal remainders");
        let strata = Strata::Shares(table(&[2, 1]));
        assert_eq!(numbers(&strata, &[9, 9], 5), [3, 2]);
    }

    proptest::proptest! {
        #[test]
        fn no_class_gives_more_than_it_has(
            rows in proptest::collection::vec((0_u64..=10_000, 0_u64..5_000_000), 1..64)
        ) {
            let (rates, sizes): (Vec<u64>, Vec<u64>) = rows.into_iter().unzip();
            let strata = Strata::Rates(rates.iter().map(|rate| Stratum("x".into(), *rate)).collect());
            let number = number_by_rates(&strata, &sizes);
            let given = numbers(&strata, &sizes, number);
            proptest::prop_assert_eq!(given.iter().sum::<u64>(), number);
            for ((given, size), rate) in given.iter().zip(&sizes).zip(&rates) {
                proptest::prop_assert!(given <= size);
                let exact = rate * size;
                proptest::prop_assert!(given * 10_000 + 10_000 > exact && given * 10_000 < exact + 10_000);
            }
        }

        #[test]
        fn shares_are_met_within_one(
            shares in proptest::collection::vec(1_u64..=1_000_000_000, 1..64),
            number in 1_u64..5_000_000,
        ) {
            let strata = Strata::Shares(shares.iter().map(|one| Stratum("x".into(), *one)).collect());
            let given = numbers(&strata, &vec![0; shares.len()], number);
            let whole: u64 = shares.iter().sum();
            proptest::prop_assert_eq!(given.iter().sum::<u64>(), number);
            for (given, share) in given.iter().zip(&shares) {
                let (given, exact) = (u128::from(given * whole), u128::from(share * number));
                proptest::prop_assert!(given + u128::from(whole) > exact && given < exact + u128::from(whole));
            }
        }
    }
}
