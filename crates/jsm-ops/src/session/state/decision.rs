//! What is to be done with the held grant.

use crate::{
    error::{Error, ErrorKind, consent_reason::ConsentReason},
    grant::Grant,
    session::state::{freshness::Freshness, machine::Machine, now::Now, refresh::Purpose, rejection},
};

/// What is to be done with the held grant.
pub(super) enum Decision {
    /// Nothing: its access token is valid.
    Done,
    /// Send its refresh token.
    Ask(Grant),
    /// Nothing: a request cannot help now.
    Fail(Error),
}

/// The error of a session without a grant.
pub(super) fn no_grant() -> Error {
    ErrorKind::Consent(ConsentReason::NoGrant).into()
}

impl Machine {
    pub(super) fn decide(&self, now: &Now, purpose: Purpose) -> Decision {
        let Some((freshness, grant)) = self.freshness(now) else { return Decision::Fail(no_grant()) };
        let is_forced = purpose == Purpose::RetryRejected && grant.is_rejected();
        if (freshness == Freshness::Fresh && !is_forced) || purpose == Purpose::Save {
            return Decision::Done;
        }
        if let (Some(since), Some(rejection)) = (self.held.rejected_since(), grant.rejection())
            && !is_forced
            && !rejection::is_over(rejection, since, now)
        {
            return Decision::Fail(rejection::error(rejection));
        }
        if !grant.is_refreshable() {
            return Decision::Fail(ErrorKind::Consent(ConsentReason::NoRefreshToken).into());
        }
        let failure = self.failure.as_ref().filter(|failure| failure.generation == grant.generation());
        match failure.and_then(|failure| failure.remembered(now)) {
            Some(error) => Decision::Fail(error),
            None => Decision::Ask(grant),
        }
    }
}
