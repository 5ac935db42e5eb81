//! From code to files, and from files to disk.

pub mod disk;
pub mod files;
pub mod source;
pub mod type_files;
