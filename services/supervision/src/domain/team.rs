//! Who inspects whom (检查分组): a fixed rule over the two results, so that nobody chooses.
//!
//! The inspectors of a body form teams of two in the order in which they were drawn; with an odd number the last
//! team has three. The objects, in the order in which they were drawn, go to the teams in turn.

/// Fewest inspectors on site (行政处罚法 art. 42).
pub const FEWEST: usize = 2;

/// The team for the object at `place`, from 0; nobody when there are fewer than two inspectors.
pub fn team<T>(inspectors: &[T], place: usize) -> &[T] {
    let teams = inspectors.len() / FEWEST;
    if teams == 0 {
        return &[];
    }
    let team = place % teams;
    let end = if team + 1 == teams { inspectors.len() } else { FEWEST * (team + 1) };
    &inspectors[FEWEST * team..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_go_to_teams_of_two_in_turn() {
        assert_eq!(team(&[1, 2, 3, 4], 0), [1, 2]);
        assert_eq!(team(&[1, 2, 3, 4], 1), [3, 4]);
        assert_eq!(team(&[1, 2, 3, 4], 2), [1, 2]);
        assert_eq!(team(&[1, 2, 3, 4, 5], 1), [3, 4, 5]);
        assert_eq!(team(&[1, 2, 3], 7), [1, 2, 3]);
        assert!(team(&[1], 0).is_empty());
        for inspectors in 2..20 {
            let all: Vec<usize> = (0..inspectors).collect();
            for place in 0..50 {
                assert!(matches!(team(&all, place).len(), 2 | 3));
            }
        }
    }
}
