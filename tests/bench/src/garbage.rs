//! Damaged input. The same seed makes the same damage.

use fastrand::Rng;

/// What a random generator makes for the fuzz tests.
pub trait Garbage {
    /// A number below a bound; 0 where the bound is 0.
    fn below(&mut self, bound: usize) -> usize;

    /// Whether an event happens that happens once in so many times.
    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// A character, most often one with a meaning in a URL, a header, or JSON.
    fn odd_char(&mut self) -> char;

    /// A string of up to so many characters.
    fn text(&mut self, longest: usize) -> String {
        let length = self.below(longest + 1);
        (0..length).map(|_| self.odd_char()).collect()
    }

    /// A string with lost, changed, added, or doubled characters, or without its end.
    fn damage(&mut self, text: &str) -> String;

    /// Bytes with some damage, possibly invalid UTF-8.
    fn damage_bytes(&mut self, bytes: &[u8]) -> Vec<u8>;
}

impl Garbage for Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.usize(..bound.max(1))
    }

    fn odd_char(&mut self) -> char {
        const ODD: &str =
            "/\\.%?#&=+:;,@[]{}\"' \t\r\n\0-_~ 0919aZ\u{7f}\u{85}\u{a0}é\u{2028}\u{200b}\u{202e}\u{feff}🦀\u{10ffff}";
        match self.below(4) {
            0 => self.char(' '..='~'),
            1 => self.char(..),
            _ => self.choice(ODD.chars().collect::<Vec<_>>()).unwrap_or('/'),
        }
    }

    fn damage(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(4) {
            let place = self.below(characters.len());
            match self.below(6) {
                0 => characters.truncate(place),
                1 if !characters.is_empty() => drop(characters.remove(place)),
                2 if !characters.is_empty() => characters[place] = self.odd_char(),
                3 => {
                    let end = (place + self.below(12)).min(characters.len());
                    let again = characters[place.min(end)..end].to_vec();
                    characters.splice(place.min(end)..place.min(end), again);
                }
                _ => characters.insert(place.min(characters.len()), self.odd_char()),
            }
        }
        characters.into_iter().collect()
    }

    fn damage_bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let place = self.below(bytes.len());
            match self.below(4) {
                0 => bytes.truncate(place),
                1 if !bytes.is_empty() => bytes[place] = self.u8(..),
                2 if !bytes.is_empty() => drop(bytes.remove(place)),
                _ => bytes.insert(place.min(bytes.len()), self.u8(..)),
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_damage() {
        let damaged = |seed| Rng::with_seed(seed).damage("https://ops.example/callback?code=a&state=b");
        assert_eq!(damaged(7), damaged(7));
        assert!((0..100).any(|seed| damaged(seed) != damaged(7)));
    }

    #[test]
    fn empty_input_can_be_damaged() {
        for seed in 0..1000 {
            let mut rng = Rng::with_seed(seed);
            let _ = (rng.damage(""), rng.damage_bytes(b""), rng.text(0), rng.below(0));
        }
    }
}
