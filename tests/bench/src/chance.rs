//! Random numbers that are the same in every run with the same seed.

/// A small random generator (splitmix64). It is no secret and need not be one.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another generator, for a part of its own: what one part draws does not change what the others do.
    pub fn fork(&mut self) -> Self {
        Self(self.number())
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; 0 where there is none below it.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        (self.number() % bound) as usize
    }

    /// Whether something happens that happens once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several; the first where there is no choice.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> Option<&'a T> {
        of.get(self.below(of.len())).copied()
    }

    /// A character: mostly one that means something in an address, a header or JSON.
    pub fn character(&mut self) -> char {
        const ODD: &str =
            "/\\.%?#&=+:;,@[]{}\"' \t\r\n\0-_~ 0919aZ\u{7f}\u{85}\u{a0}é\u{2028}\u{200b}\u{202e}\u{feff}🦀\u{10ffff}";
        match self.below(4) {
            0 => char::from((32 + self.below(95)) as u8),
            1 => char::from_u32(self.below(0x0011_0000) as u32).unwrap_or('\u{fffd}'),
            _ => ODD.chars().nth(self.below(ODD.chars().count())).unwrap_or('/'),
        }
    }

    /// A text of up to so many characters.
    pub fn text(&mut self, longest: usize) -> String {
        let length = self.below(longest + 1);
        (0..length).map(|_| self.character()).collect()
    }

    /// A text with some damage: characters lost, changed, added, doubled, or an end that is missing.
    pub fn damage(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(4) {
            let place = self.below(characters.len());
            match self.below(6) {
                0 => characters.truncate(place),
                1 if !characters.is_empty() => drop(characters.remove(place)),
                2 if !characters.is_empty() => characters[place] = self.character(),
                3 => {
                    let end = (place + self.below(12)).min(characters.len());
                    let again = characters[place.min(end)..end].to_vec();
                    characters.splice(place.min(end)..place.min(end), again);
                }
                _ => characters.insert(place.min(characters.len()), self.character()),
            }
        }
        characters.into_iter().collect()
    }

    /// Bytes with some damage, which may be no text afterwards.
    pub fn damage_bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let place = self.below(bytes.len());
            match self.below(4) {
                0 => bytes.truncate(place),
                1 if !bytes.is_empty() => bytes[place] = self.number() as u8,
                2 if !bytes.is_empty() => drop(bytes.remove(place)),
                _ => bytes.insert(place.min(bytes.len()), self.number() as u8),
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_damage() {
        let damaged = |seed| Chance::new(seed).damage("https://ops.example/callback?code=a&state=b");
        assert_eq!(damaged(7), damaged(7));
        assert!((0..100).any(|seed| damaged(seed) != damaged(7)));
    }

    #[test]
    fn nothing_is_too_short_to_be_damaged() {
        for seed in 0..1000 {
            let mut chance = Chance::new(seed);
            let _ = (chance.damage(""), chance.damage_bytes(b""), chance.text(0), chance.pick::<str>(&[]));
        }
    }
}
