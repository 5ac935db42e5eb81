//! The features of the crate `jsm-ops`: one for each area, which enables that of the generated
//! crate.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Failure, workspace};
use crate::{atomic_write, emit::disk::PlanError};

/// The manifest that lists them, in the workspace.
const MANIFEST: &str = "crates/jsm-ops/Cargo.toml";

/// Lines of a manifest that are missing, and lines of areas that do not exist.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    missing: Vec<String>,
    stale: Vec<String>,
}

/// The line of the feature of an area.
fn feature(area: &str) -> String {
    format!("{area} = [\"jsm-ops-api/{area}\"]")
}

/// The area whose feature a line is.
fn area_of(line: &str) -> Option<&str> {
    let area = line.split(' ').next()?;
    // `full` has this form and is not an area.
    (line == feature(area) && area != "full").then_some(area)
}

impl Differences {
    fn of(manifest: &str, areas: &[String]) -> Self {
        let missing = areas.iter().map(|area| feature(area)).filter(|line| !manifest.lines().any(|other| other == line));
        let is_stale = |line: &&str| area_of(line).is_some_and(|area| !areas.iter().any(|known| known == area));
        Self { missing: missing.collect(), stale: manifest.lines().filter(is_stale).map(str::to_owned).collect() }
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let missing = self.missing.iter().map(|line| format!("add to {MANIFEST}: {line}"));
        missing.chain(self.stale.iter().map(|line| format!("remove from {MANIFEST}: {line}")))
    }
}

/// The manifest without some lines.
fn without(manifest: &str, stale: &[String]) -> String {
    manifest.split_inclusive('\n').filter(|line| !stale.iter().any(|gone| gone == line.trim_end())).collect()
}

/// The manifest with a line more, in the order of the areas. `None` where it lists no area.
fn with(manifest: &str, line: &str) -> Option<String> {
    let mut lines: Vec<&str> = manifest.lines().collect();
    let is_behind = |other: &&str| area_of(other).is_some_and(|area| area < area_of(line).unwrap_or_default());
    let first = lines.iter().position(|other| area_of(other).is_some())?;
    let at = lines.iter().rposition(is_behind).map_or(first, |last| last + 1);
    lines.insert(at, line);
    Some(lines.join("\n") + "\n")
}

/// The manifest whose features follow the crate in a directory: that of the workspace, for the
/// crate of the workspace alone.
pub fn of_crate(out: &Path) -> Option<PathBuf> {
    let own = fs::canonicalize(workspace().join("generated")).ok()?;
    let manifest = workspace().join(MANIFEST);
    (fs::canonicalize(out).ok()? == own && manifest.is_file()).then_some(manifest)
}

/// Writes a crate, and the features of `jsm-ops` with the crate of the workspace. Returns what
/// changed, or must change, in the features.
///
/// # Errors
/// A crate or a manifest that cannot be written.
pub fn follow(
    out: &Path,
    areas: &[String],
    write_crate: impl FnOnce() -> Result<(), PlanError>,
) -> Result<Vec<String>, Failure> {
    let Some(manifest) = of_crate(out) else {
        write_crate()?;
        return Ok(by_hand(areas));
    };
    let mut changes = remove_stale(&manifest, areas)?;
    write_crate()?;
    changes.extend(add_missing(&manifest, areas)?);
    Ok(changes)
}

/// Removes the features of areas that the crate is about to lose. A feature that names a missing
/// one keeps cargo from reading the workspace, so this comes before the crate is written. Returns
/// what to report.
///
/// # Errors
/// A manifest that cannot be read or written.
fn remove_stale(manifest: &Path, areas: &[String]) -> Result<Vec<String>, Failure> {
    let text = fs::read_to_string(manifest)?;
    let Differences { stale, .. } = Differences::of(&text, areas);
    write(manifest, &text, &without(&text, &stale))?;
    Ok(stale.iter().map(|line| format!("removed from {MANIFEST}: {line}")).collect())
}

/// Adds the features of areas that the crate has got, after it was written. Returns what to report.
///
/// # Errors
/// A manifest that cannot be read or written.
fn add_missing(manifest: &Path, areas: &[String]) -> Result<Vec<String>, Failure> {
    let text = fs::read_to_string(manifest)?;
    let differences = Differences::of(&text, areas);
    let missing = &differences.missing;
    let new = missing.iter().try_fold(text.clone(), |text, line| with(&text, line));
    let Some(new) = new else { return Ok(differences.lines().collect()) };
    write(manifest, &text, &new)?;
    Ok(missing.iter().map(|line| format!("added to {MANIFEST}: {line}")).collect())
}

/// The lines to change by hand, for a crate that is not that of the workspace.
pub fn by_hand(areas: &[String]) -> Vec<String> {
    differences(areas).lines().collect()
}

fn differences(areas: &[String]) -> Differences {
    // Without the workspace there is nothing to compare with.
    let manifest = fs::read_to_string(workspace().join(MANIFEST));
    manifest.map_or_else(|_| Differences::default(), |text| Differences::of(&text, areas))
}

fn write(manifest: &Path, old: &str, new: &str) -> Result<(), Failure> {
    if let Some(directory) = manifest.parent().filter(|_| old != new) {
        atomic_write::apply(directory, &[(manifest.to_owned(), new)], &[])?;
    }
    Ok(())
}

/// Fails with the lines to change.
///
/// # Errors
/// The lines that are missing, and those of areas that do not exist.
pub fn check(areas: &[String]) -> Result<(), Failure> {
    let lines = by_hand(areas);
    if lines.is_empty() {
        return Ok(());
    }
    Err(Failure(format!(
        "the features of jsm-ops do not match the areas of the crate\n    help: {}\n    help: `cargo xtask regen` makes these changes",
        lines.join("\n    help: ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "# Areas.\nfull = [\"jsm-ops-api/full\"]\nalerts = [\"jsm-ops-api/alerts\"]\n\
                         teams = [\"jsm-ops-api/teams\"]\n\n[dependencies]\n";

    fn manifest() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("Cargo.toml");
        fs::write(&path, LINES).expect("the file can be written");
        (directory, path)
    }

    fn areas(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn missing_and_stale_lines_are_found() {
        let found = Differences::of(LINES, &areas(&["alerts", "roles"]));
        assert_eq!(found.missing, ["roles = [\"jsm-ops-api/roles\"]"]);
        assert_eq!(found.stale, ["teams = [\"jsm-ops-api/teams\"]"]);
    }

    #[test]
    fn lines_are_added_in_order_and_removed() {
        let (_directory, path) = manifest();
        let wanted = areas(&["aa", "alerts", "roles", "zones"]);
        let removed = remove_stale(&path, &wanted).expect("written");
        assert_eq!(removed, ["removed from crates/jsm-ops/Cargo.toml: teams = [\"jsm-ops-api/teams\"]"]);
        let feature = |area: &str| format!("{area} = [\"jsm-ops-api/{area}\"]\n");
        let text = || fs::read_to_string(&path).expect("the file is readable");
        let [head, tail] = ["# Areas.\nfull = [\"jsm-ops-api/full\"]\n", "\n[dependencies]\n"];
        assert_eq!(text(), format!("{head}{}{tail}", feature("alerts")));
        assert_eq!(add_missing(&path, &wanted).expect("written").len(), 3);
        let all: String = ["aa", "alerts", "roles", "zones"].map(feature).concat();
        assert_eq!(text(), format!("{head}{all}{tail}"));
        assert_eq!(fs::read_dir(path.parent().expect("a directory")).expect("readable").count(), 1, "nothing else");
    }

    #[test]
    fn a_manifest_without_areas_stays() {
        let (_directory, path) = manifest();
        fs::write(&path, "[package]\n").expect("the file can be written");
        let said = add_missing(&path, &areas(&["alerts"])).expect("said");
        assert_eq!(said, ["add to crates/jsm-ops/Cargo.toml: alerts = [\"jsm-ops-api/alerts\"]"]);
        assert_eq!(fs::read_to_string(&path).expect("the file is readable"), "[package]\n");
    }

    #[test]
    fn only_the_crate_of_the_workspace_has_a_manifest_to_follow() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        assert_eq!(of_crate(directory.path()), None);
        assert_eq!(of_crate(&workspace().join("xtask/../generated")), Some(workspace().join(MANIFEST)));
    }
}
