//! The features of the crate `jsm-ops`: one for each area, which enables that of the generated
//! crate.

use std::{fs, io};

use super::{Failure, output::line, workspace};

/// The manifest that lists them, in the workspace.
const MANIFEST: &str = "crates/jsm-ops/Cargo.toml";

/// Lines of a manifest that are missing, and lines of areas that do not exist.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    missing: Vec<String>,
    stale: Vec<String>,
}

impl Differences {
    fn of(manifest: &str, areas: &[String]) -> Self {
        let line = |area: &str| format!("{area} = [\"jsm-ops-api/{area}\"]");
        let missing = areas.iter().map(|area| line(area)).filter(|line| !manifest.lines().any(|other| other == line));
        let stale = manifest.lines().filter(|other| {
            let area = other.split(' ').next().unwrap_or_default();
            // `full` has this form and is not an area.
            *other == line(area) && area != "full" && !areas.iter().any(|known| known == area)
        });
        Self { missing: missing.collect(), stale: stale.map(str::to_owned).collect() }
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let missing = self.missing.iter().map(|line| format!("add to {MANIFEST}: {line}"));
        missing.chain(self.stale.iter().map(|line| format!("remove from {MANIFEST}: {line}")))
    }
}

/// The lines to change: each says in which file, and what to do.
pub fn differences(areas: &[String]) -> Vec<String> {
    // Without the workspace there is nothing to compare with.
    let manifest = fs::read_to_string(workspace().join(MANIFEST));
    manifest.map_or_else(|_| Vec::new(), |text| Differences::of(&text, areas).lines().collect())
}

/// Prints the lines to change.
pub fn report(areas: &[String]) -> io::Result<()> {
    differences(areas).iter().try_for_each(|change| line!("features    {change}"))
}

/// Fails with the lines to change.
pub fn check(areas: &[String]) -> Result<(), Failure> {
    let lines = differences(areas);
    if lines.is_empty() {
        return Ok(());
    }
    Err(Failure(format!(
        "the features of jsm-ops do not match the areas of the overlay\n    help: {}",
        lines.join("\n    help: ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_stale_lines_are_found() {
        let manifest = "full = [\"jsm-ops-api/full\"]\nalerts = [\"jsm-ops-api/alerts\"]\nteams = [\"jsm-ops-api/teams\"]\n";
        let found = Differences::of(manifest, &["alerts".to_owned(), "roles".to_owned()]);
        assert_eq!(found.missing, ["roles = [\"jsm-ops-api/roles\"]"]);
        assert_eq!(found.stale, ["teams = [\"jsm-ops-api/teams\"]"]);
    }
}
