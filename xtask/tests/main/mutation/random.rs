//! Random numbers that are the same in every run.

/// The generator of Steele, Lea and Flood (`SplitMix64`): a few lines, and good enough to pick nodes.
pub struct Random(u64);

impl Random {
    /// The numbers that belong to a seed and an index, whatever was drawn for other indices.
    pub fn of(seed: u64, index: u64) -> Self {
        let mut random = Self(seed ^ index.wrapping_mul(0x2545_F491_4F6C_DD1D));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }

    /// One of several values.
    pub fn pick<'a, T: ?Sized>(&mut self, values: &[&'a T]) -> &'a T {
        values[self.below(values.len())]
    }
}

#[test]
fn the_same_seed_and_index_give_the_same_numbers() {
    let draw = |seed, index| {
        let mut random = Random::of(seed, index);
        [random.below(1_000_000), random.below(1_000_000), random.below(1_000_000)]
    };
    assert_eq!(draw(1, 2), draw(1, 2));
    assert_ne!(draw(1, 2), draw(1, 3));
    assert_ne!(draw(1, 2), draw(2, 2));
}

#[test]
fn every_value_comes_up() {
    let mut random = Random::of(7, 0);
    let mut counts = [0; 6];
    (0..6_000).for_each(|_| counts[random.below(6)] += 1);
    assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
}
