//! The one path of a store file, whatever its name is.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::store::{error::StoreError, lock::directory};

/// More links than the path of a store has. Linux follows as many.
const MAX_LINKS: usize = 40;

/// Follows the links of a path to the file that holds the grants, or will hold them: the file may
/// be missing. Then lock, save and delete meet at this file under whatever name it is opened.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        if !fs::symlink_metadata(&target).is_ok_and(|there| there.is_symlink()) {
            return finish(&target).ok_or_else(|| {
                StoreError::unusable(path.display(), "it does not end in a file name; choose the path of a file")
            });
        }
        let link = fs::read_link(&target).map_err(|error| follow_error(path, error))?;
        // A relative link starts at its own directory; the join of an absolute one is the link.
        target = directory(&target).join(link);
    }
    Err(StoreError::unusable(path.display(), "its symbolic links form a circle; repair or remove them"))
}

/// Resolves the directory, and the name too where the file system ignores case.
fn finish(target: &Path) -> Option<PathBuf> {
    let name = target.file_name()?;
    let resolved = fs::canonicalize(target).ok();
    let in_directory = || fs::canonicalize(directory(target)).ok().map(|directory| directory.join(name));
    // The directory may be missing too: the first save creates it.
    Some(resolved.or_else(in_directory).unwrap_or_else(|| target.to_owned()))
}

fn follow_error(path: &Path, error: io::Error) -> StoreError {
    StoreError::io("follow the symbolic link", path.display(), error)
}
