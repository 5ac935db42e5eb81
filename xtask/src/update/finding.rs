//! What an update found, as an exit code for scheduled jobs.

use std::process::{ExitCode, Termination};

use crate::{
    public_api::{change::RustVerdict, compare as api},
    release::Changes,
    wire::compare::{self as requests, WireVerdict},
};

/// What `cargo xtask update --check` found. An error has the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The facts of the document are those that we have.
    NothingNew,
    /// Code that uses the last release compiles, and sends the same requests.
    Compatible,
    /// Code that uses the last release compiles, and sends other requests.
    OtherRequests,
    /// Code that uses the last release may not compile.
    Breaking,
    /// The document, the overlay or a repair needs a decision.
    NeedsAttention,
}

impl Finding {
    /// All findings, in the order of their precedence: the last one that applies counts.
    pub const ALL: [Self; 5] =
        [Self::NothingNew, Self::Compatible, Self::OtherRequests, Self::Breaking, Self::NeedsAttention];

    /// The finding of a document that is the known one or not, with the changes since the last
    /// release.
    pub fn of(is_known: bool, needs_attention: bool, changes: &Changes) -> Self {
        if needs_attention {
            Self::NeedsAttention
        } else if is_known {
            Self::NothingNew
        } else if api::verdict(&changes.api) == RustVerdict::Breaking {
            Self::Breaking
        } else if requests::verdict(&changes.wire) == WireVerdict::Changed {
            Self::OtherRequests
        } else {
            Self::Compatible
        }
    }

    /// The exit code of `--check`.
    pub fn code(self) -> u8 {
        match self {
            Self::NothingNew => 0,
            Self::Compatible => 10,
            Self::Breaking => 11,
            Self::NeedsAttention => 12,
            Self::OtherRequests => 13,
        }
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::NothingNew => "nothing new: the facts of the document are those that we have",
            Self::Compatible => "compatible with the last release: code compiles and sends the same requests",
            Self::OtherRequests => "code of the last release compiles and sends other requests",
            Self::Breaking => "breaking: code of the last release may not compile",
            Self::NeedsAttention => "something needs attention, whatever else changed",
        }
    }

    /// The exit codes of `--check`, for its help.
    pub fn help() -> String {
        let mut codes: Vec<(u8, &str)> = Self::ALL.map(|finding| (finding.code(), finding.meaning())).to_vec();
        codes.push((1, "an error"));
        codes.sort_unstable();
        let lines = codes.iter().map(|(code, meaning)| format!("\n  {code:>2}  {meaning}"));
        format!("Exit codes of --check:{}", lines.collect::<String>())
    }
}

impl Termination for Finding {
    fn report(self) -> ExitCode {
        self.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        public_api::change::{ApiChange, ChangeKind},
        wire::compare::WireChange,
    };

    fn changes(verdicts: &[RustVerdict], requests: usize) -> Changes {
        let api = verdicts.iter().map(|verdict| ApiChange {
            kind: ChangeKind::Changed,
            path: "a".to_owned(),
            detail: "b".to_owned(),
            verdict: *verdict,
        });
        let wire = WireChange { operation: "a().b".to_owned(), detail: "c".to_owned() };
        Changes { api: api.collect(), wire: vec![wire; requests] }
    }

    #[test]
    fn the_worst_counts() {
        use RustVerdict::{Breaking, Compatible, Deprecation};
        for (verdicts, requests, expected) in [
            (&[][..], 0, Finding::Compatible),
            (&[Deprecation], 0, Finding::Compatible),
            (&[Compatible], 1, Finding::OtherRequests),
            (&[Compatible, Breaking], 0, Finding::Breaking),
            (&[Breaking], 1, Finding::Breaking),
        ] {
            let changes = changes(verdicts, requests);
            assert_eq!(Finding::of(false, false, &changes), expected);
            assert_eq!(Finding::of(true, false, &changes), Finding::NothingNew);
            assert_eq!(Finding::of(false, true, &changes), Finding::NeedsAttention);
            assert_eq!(Finding::of(true, true, &changes), Finding::NeedsAttention);
        }
    }

    #[test]
    fn every_finding_has_a_code_of_its_own_and_is_in_the_help() {
        let mut codes: Vec<u8> = Finding::ALL.map(Finding::code).to_vec();
        // Those of an error and of wrong arguments.
        codes.extend([1, 2]);
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes, [0, 1, 2, 10, 11, 12, 13]);
        let help = Finding::help();
        assert_eq!(help.lines().count(), 7, "{help}");
        assert!(help.contains("\n   0  nothing new: ") && help.contains("\n  12  something needs"), "{help}");
    }
}
