//! The features that an item needs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// Features by what they enable, directly or through others, themselves included.
pub type Enabled = BTreeMap<String, BTreeSet<String>>;

/// A condition on features: of each group, at least one is enabled. Without groups, an item is
/// always there. Thousands of items share the same ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirement(Arc<BTreeSet<BTreeSet<String>>>);

impl Requirement {
    /// Any of these features.
    pub fn any_of(features: impl IntoIterator<Item = String>) -> Self {
        Self(Arc::new([features.into_iter().collect()].into()))
    }

    /// Both conditions.
    pub fn and(&self, other: &Self) -> Self {
        if other.is_empty() || self == other {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        let all: BTreeSet<_> = self.0.union(&other.0).cloned().collect();
        // A group that holds another says nothing more.
        let says_more = |group: &BTreeSet<String>| !all.iter().any(|other| other != group && other.is_subset(group));
        Self(Arc::new(all.iter().filter(|group| says_more(group)).cloned().collect()))
    }

    /// Whether an item is always there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The features that are enough for each group, also those that enable one of the group.
    fn enough<'a>(&'a self, enabled: &'a Enabled) -> Vec<BTreeSet<&'a str>> {
        let groups = self.0.iter().map(|group| {
            let others = enabled.iter().filter(|(_, enables)| !enables.is_disjoint(group));
            others.map(|(feature, _)| feature.as_str()).chain(group.iter().map(String::as_str)).collect()
        });
        groups.collect()
    }

    /// Whether every choice of the old features that satisfied `old` still satisfies this one.
    pub fn follows_from(&self, old: &Self, old_features: &Enabled, features: &Enabled) -> bool {
        let before = old.enough(old_features);
        self.enough(features).iter().all(|now| before.iter().any(|group| group.is_subset(now)))
    }

    /// Reads the form that `Display` writes.
    pub fn read(text: &str) -> Self {
        let groups = text.split(" & ").filter(|group| !group.is_empty());
        Self(Arc::new(groups.map(|group| group.split(" | ").map(str::to_owned).collect()).collect()))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<String> =
            self.0.iter().map(|group| group.iter().map(String::as_str).collect::<Vec<_>>().join(" | ")).collect();
        f.write_str(&groups.join(" & "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(list: &[(&str, &[&str])]) -> Enabled {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        list.iter().map(|(name, enables)| ((*name).to_owned(), set(enables))).collect()
    }

    #[test]
    fn a_group_that_holds_another_goes() {
        let all = Requirement::read("a | b | c").and(&Requirement::read("b | c"));
        assert_eq!(all.to_string(), "b | c");
        assert_eq!(all.and(&Requirement::read("d")).to_string(), "b | c & d");
        assert!(Requirement::read("").is_empty());
    }

    #[test]
    fn what_more_features_enable_follows_and_what_fewer_enable_does_not() {
        let known = features(&[("a", &["a"]), ("b", &["b"]), ("full", &["a", "b", "full"])]);
        let follows = |old: &str, new: &str| Requirement::read(new).follows_from(&Requirement::read(old), &known, &known);
        assert!(follows("a", "a") && follows("a", "a | b") && follows("a", "") && follows("a & b", "b"));
        assert!(!follows("a | b", "a") && !follows("", "a") && !follows("a", "b") && !follows("a", "a & b"));
        assert!(follows("full", "a"), "`full` enables `a`");
    }

    #[test]
    fn a_feature_that_enables_the_new_one_is_enough() {
        let old = features(&[("a", &["a"])]);
        let new = features(&[("a", &["a", "part"]), ("part", &["part"])]);
        assert!(Requirement::read("part").follows_from(&Requirement::read("a"), &old, &new));
    }
}
