//! A small histogram of whole numbers, such as times in milliseconds.
//!
//! Numbers below 64 have a bucket each. Above, every power of two is cut into 32 buckets, so that
//! a bucket is at most 1/32 as wide as its smallest number, and its middle differs from each of
//! its numbers by less than [1/64, or 1.6 per cent](Histogram::percentile). Sum and count are exact.
//!
//! Stored form: the sum, then for each bucket in use the distance from the one before and
//! the count, all as LEB128. A single number takes about six bytes; a thousand page loads
//! between 0.1 and 10 seconds take some 450. An empty histogram takes none.

use std::collections::BTreeMap;

/// Buckets of a power of two: 2⁵.
const FINE: u32 = 5;

/// Approximate counts of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    sum: u64,
    /// Counts by bucket; none is 0.
    buckets: BTreeMap<u32, u64>,
}

impl Histogram {
    /// Adds a number.
    pub fn record(&mut self, number: u64) {
        self.sum = self.sum.saturating_add(number);
        *self.buckets.entry(bucket(number)).or_default() += 1;
    }

    /// Adds all numbers of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        self.sum = self.sum.saturating_add(other.sum);
        for (bucket, count) in &other.buckets {
            let sum = self.buckets.entry(*bucket).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// The number of values.
    pub fn count(&self) -> u64 {
        self.buckets.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Their exact mean; `None` if empty.
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum as f64 / count as f64)
    }

    /// The smallest number that is at least as large as this percentage of the values (nearest
    /// rank): 50 gives the median. Exact below 64, and to within 1/64 above; `None` if empty.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let rank = (u128::from(self.count()) * u128::from(percent)).div_ceil(100).max(1);
        let mut passed = 0_u128;
        self.buckets.iter().find_map(|(bucket, count)| {
            passed += u128::from(*count);
            (passed >= rank).then(|| middle(*bucket))
        })
    }

    /// The histogram in its stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.buckets.is_empty() {
            return bytes;
        }
        write(&mut bytes, self.sum);
        let mut before = 0;
        for (bucket, count) in &self.buckets {
            write(&mut bytes, u64::from(bucket - before));
            write(&mut bytes, *count);
            before = *bucket;
        }
        bytes
    }

    /// Reads the stored form; `None` if the bytes are no histogram.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Histogram> {
        let mut histogram = Histogram::default();
        if bytes.is_empty() {
            return Some(histogram);
        }
        histogram.sum = read(&mut bytes)?;
        let mut bucket = 0_u32;
        while !bytes.is_empty() {
            bucket = bucket.checked_add(read(&mut bytes)?.try_into().ok()?)?;
            let count = read(&mut bytes)?;
            let known = histogram.buckets.insert(bucket, count).is_some();
            if bucket > LAST || known || count == 0 {
                return None;
            }
        }
        Some(histogram)
    }
}

/// The bucket of the greatest number.
const LAST: u32 = bucket(u64::MAX);

const fn bucket(number: u64) -> u32 {
    // The number of lowest bits that do not matter.
    let coarse = (u64::BITS - number.leading_zeros()).saturating_sub(FINE + 1);
    (coarse << FINE) + (number >> coarse) as u32
}

/// The value that stands for a bucket's numbers.
fn middle(bucket: u32) -> u64 {
    let coarse = (bucket >> FINE).saturating_sub(1);
    let smallest = u64::from(bucket - (coarse << FINE)) << coarse;
    smallest + ((1_u64 << coarse) - 1) / 2
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        numbers.iter().for_each(|number| histogram.record(*number));
        histogram
    }

    /// The nearest rank, by definition.
    fn exact(numbers: &[u64], percent: usize) -> u64 {
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable();
        sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
    }

    /// Numbers of all magnitudes.
    fn number() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0_u32..63).prop_map(|(number, shift)| number >> shift)
    }

    proptest! {
        #[test]
        fn percentiles_are_off_by_less_than_a_sixty_fourth(
            numbers in vec(number(), 1..60), percent in 0_usize..=100,
        ) {
            let (answer, exact) = (of(&numbers).percentile(percent as u64).unwrap(), exact(&numbers, percent));
            prop_assert!(u128::from(answer.abs_diff(exact)) * 64 < u128::from(exact).max(1) , "{answer} {exact}");
            if exact < 64 {
                prop_assert_eq!(answer, exact);
            }
        }

        #[test]
        fn what_is_merged_written_and_read_is_all_of_it(
            one in vec(number(), 0..40), other in vec(number(), 0..40),
        ) {
            let mut merged = of(&one);
            merged.merge(&Histogram::from_bytes(&of(&other).to_bytes()).unwrap());
            let all = of(&[one, other].concat());
            prop_assert_eq!(&merged, &all);
            prop_assert_eq!(Histogram::from_bytes(&merged.to_bytes()), Some(all));
        }

        #[test]
        fn any_bytes_are_a_histogram_or_none(bytes in vec(any::<u8>(), 0..30)) {
            if let Some(histogram) = Histogram::from_bytes(&bytes) {
                prop_assert_eq!(histogram.percentile(50).is_some(), !histogram.buckets.is_empty());
            }
        }
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        for number in 0..5_000_u64 {
            let step = bucket(number + 1) - bucket(number);
            assert!(step <= 1, "{number}");
        }
        assert_eq!(bucket(63), 63);
        assert_eq!(middle(bucket(63)), 63);
        assert_eq!((bucket(64), bucket(65), bucket(66)), (64, 64, 65));
        assert!(middle(LAST) > u64::MAX / 64 * 63);
    }

    #[test]
    fn average_count_and_bytes_are_as_told() {
        let histogram = of(&[100, 200, 303]);
        assert_eq!((histogram.mean(), histogram.count()), (Some(201.0), 3));
        let none = Histogram::default();
        assert_eq!((none.mean(), none.percentile(50), none.to_bytes()), (None, None, Vec::new()));
        assert!(of(&[1_234]).to_bytes().len() <= 6);
        let page_loads: Vec<u64> = (0..1_000).map(|n| 100 + n * n / 101).collect();
        assert!(of(&page_loads).to_bytes().len() <= 450);
        for broken in
            [&[0x80][..], &[5, 1], &[5, 1, 0], &[5, 1, 1, 0, 1], &[5, 0xff, 0xff, 0x7f, 1]]
        {
            assert_eq!(Histogram::from_bytes(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn more_than_could_ever_be_counted_is_too_many_and_no_fault() {
        let most = [0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        let mut histogram = Histogram::from_bytes(&most).unwrap();
        histogram.merge(&histogram.clone());
        assert_eq!((histogram.count(), histogram.percentile(100)), (u64::MAX, Some(1)));
    }
}
