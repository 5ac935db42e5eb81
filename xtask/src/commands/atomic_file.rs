//! Files that commands write.

use std::{fs, io, io::Write, path::Path};

use super::Failure;

/// Writes files into a folder; each takes its place in one step, and none does before all are written.
pub(super) fn write_all<const N: usize>(folder: &Path, files: [(&Path, &str); N]) -> Result<(), Failure> {
    let refuse =
        |error: io::Error| Failure(format!("cannot write to {}: {error}\n    help: nothing was changed", folder.display()));
    fs::create_dir_all(folder).map_err(refuse)?;
    let mut staged = Vec::new();
    for (path, text) in files {
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(refuse)?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(refuse)?;
        staged.push((path, file));
    }
    for (path, file) in staged {
        readable_by_all(file.as_file()).map_err(refuse)?;
        file.persist(path).map_err(|error| refuse(error.error))?;
    }
    Ok(())
}

/// Temporary files are private; these are sources.
#[cfg(unix)]
fn readable_by_all(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &fs::File) -> io::Result<()> {
    Ok(())
}
