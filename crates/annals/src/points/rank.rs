//! Who is where, among children who are compared.

/// Each one's place: one more than how many have more, so that those with as many share it.
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
