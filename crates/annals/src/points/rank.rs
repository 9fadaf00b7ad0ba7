//! Ranks among children who are compared.

/// Returns each child's rank: one more than the number of children with more points. Equal points
/// share a rank.
pub fn ranks(points: &[i64]) -> Vec<usize> {
    let more = |own: i64| points.iter().filter(|other| **other > own).count();
    points.iter().map(|own| 1 + more(*own)).collect()
}

#[cfg(test)]
mod tests {
    use super::ranks;

    #[test]
    fn those_with_as_many_share_a_place() {
        assert_eq!(ranks(&[]), Vec::<usize>::new());
        assert_eq!(ranks(&[0]), [1]);
        assert_eq!(ranks(&[5, 12, 5, 0, 12]), [3, 1, 3, 5, 1]);
    }
}
