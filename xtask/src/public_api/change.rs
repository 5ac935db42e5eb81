//! Changes of the public API, and their verdicts.

use std::fmt;

/// What a change means for code that uses the crate, from nothing to the worst.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RustVerdict {
    /// The crate offers what it offered.
    #[default]
    None,
    /// Code compiles, and the compiler warns of what is deprecated.
    Deprecation,
    /// Code compiles, and there is more.
    Compatible,
    /// Code may not compile.
    Breaking,
}

/// One change of the public API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiChange {
    /// Whether it is new, gone or different.
    pub kind: ChangeKind,
    /// The item.
    pub path: String,
    /// What it is now, or was, or both.
    pub detail: String,
    /// What it means.
    pub verdict: RustVerdict,
}

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
}

impl fmt::Display for RustVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Deprecation => "deprecation",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        })
    }
}

impl fmt::Display for ApiChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
        };
        write!(f, "{sign} {}: {}", self.path, self.detail)
    }
}
