//! Checks whether a store keeps what [`TokenStore`] promises.
//!
//! A store that breaks a promise loses grants only now and then: after a crash, in a race, when a
//! call is cancelled. These checks provoke that. Run them in a test of your store:
//!
//! ```
//! # use jsm_ops::{FileStore, store::conformance};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let name = format!("jsm-ops-conformance-{}", std::process::id());
//! # let directory = std::env::temp_dir().join(name);
//! # struct MyStore;
//! # impl MyStore {
//! #     async fn open(path: &std::path::Path) -> FileStore { FileStore::directory(path) }
//! # }
//! let report = conformance::check(|| async { MyStore::open(&directory).await }).await?;
//! println!("{report}");
//! # std::fs::remove_dir_all(&directory)?;
//! # Ok(())
//! # }
//! ```
//!
//! The closure opens the store as a new process does. It is called many times, and all results must
//! be the same store: the same directory, the same database. What a check cannot reach in one
//! process, it does not prove: the end of a process that holds a lock, and a power loss.
//!
//! The checks use keys of their own, with a random part, and delete their grants at the end. So
//! they may run in a database that has other grants, and several times.
//!
//! [`Suite`] has settings: how to damage data, and how long to wait. The checks wait on the clock
//! of tokio, spawn tasks, and find the more races the more threads the runtime has.

mod concurrency;
mod damage;
mod dropped;
mod durability;
mod keys;
mod locks;
mod report;
mod saves;
mod subject;
mod watch;

use std::{fmt, sync::Arc, time::Duration};

use jsm_ops_core::BoxFuture;

pub use self::report::{Check, Failure, NonConformance, Report};
use self::{
    subject::{Damage, Open, Subject},
    watch::{Problem, watched},
};
use crate::{grant::key::GrantKey, store::TokenStore};

/// How long a lock that is held is tried.
const LOCK_WAIT: Duration = Duration::from_millis(200);

/// How long a check may take. It is generous: a slow disk is not a fault.
const CHECK_TIMEOUT: Duration = Duration::from_secs(120);

/// Runs all checks with the default settings on the store that `open` returns, see [`Suite`].
///
/// [`Check::DamagedData`] is skipped, because it needs [`Suite::damage`].
///
/// # Errors
/// The store fails at least one check. The error names each and says what happened.
pub async fn check<'a, S, F>(open: impl Fn() -> F + Send + Sync + 'a) -> Result<Report, NonConformance>
where
    S: TokenStore + 'static,
    F: Future<Output = S> + Send + 'a,
{
    Suite::new(open).run().await
}

/// The checks of a store, with settings.
pub struct Suite<'a> {
    open: Box<Open<'a>>,
    damage: Option<Box<Damage<'a>>>,
    lock_wait: Duration,
    check_timeout: Duration,
}

impl<'a> Suite<'a> {
    /// The checks of the store that `open` returns. It is called many times and opens the same
    /// store each time, as a new process would.
    pub fn new<S, F>(open: impl Fn() -> F + Send + Sync + 'a) -> Self
    where
        S: TokenStore + 'static,
        F: Future<Output = S> + Send + 'a,
    {
        let open = move || {
            let opened = open();
            let store: BoxFuture<'a, Arc<dyn TokenStore>> = Box::pin(async move { Arc::new(opened.await) as _ });
            store
        };
        Self { open: Box::new(open), damage: None, lock_wait: LOCK_WAIT, check_timeout: CHECK_TIMEOUT }
    }

    /// Sets how to damage the stored data of a key, so that it is not a grant any more. Without it,
    /// [`Check::DamagedData`] is skipped. The data stays damaged: the check comes last.
    #[must_use]
    pub fn damage<F>(mut self, damage: impl Fn(GrantKey) -> F + Send + Sync + 'a) -> Self
    where
        F: Future<Output = ()> + Send + 'a,
    {
        self.damage = Some(Box::new(move |key| Box::pin(damage(key))));
        self
    }

    /// Sets how long a check tries to take a lock that is held. The default is 200 milliseconds.
    ///
    /// Choose more than the store takes for a free lock: a broken lock that is merely slow passes
    /// otherwise.
    #[must_use]
    pub fn lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// Sets how long one check may take before it fails. The default is two minutes.
    #[must_use]
    pub fn check_timeout(mut self, timeout: Duration) -> Self {
        self.check_timeout = timeout;
        self
    }

    /// Runs all checks, one after the other. A panic of the store, or a call that does not end, is
    /// a failed check.
    ///
    /// # Errors
    /// The store fails at least one check. The error names each and says what happened.
    pub async fn run(&self) -> Result<Report, NonConformance> {
        let mut report = Report::default();
        for check in Check::ALL {
            if *check == Check::DamagedData && self.damage.is_none() {
                report.skip(*check);
                continue;
            }
            let outcome = watched(self.check_timeout, self.run_check(*check)).await;
            report.add(*check, outcome);
        }
        report.finish()
    }

    async fn run_check(&self, check: Check) -> Result<(), Problem> {
        let open = || -> BoxFuture<'_, Arc<dyn TokenStore>> { (self.open)() };
        let damage = self.damage.as_ref().map(|damage| move |key| -> BoxFuture<'_, ()> { damage(key) });
        let damage = damage.as_ref().map(|damage| damage as &Damage<'_>);
        let subject = Subject::new(&open, damage, self.lock_wait)?;
        let outcome = match check {
            Check::SavedGrant => saves::saved_grant(&subject).await,
            Check::CompareAndSet => saves::compare_and_set(&subject).await,
            Check::OwnGeneration => saves::own_generation(&subject).await,
            Check::Delete => saves::delete(&subject).await,
            Check::BigGrants => saves::big_grants(&subject).await,
            Check::OddNames => keys::odd_names(&subject).await,
            Check::ManyKeys => keys::many_keys(&subject).await,
            Check::AtomicSave => concurrency::atomic_save(&subject).await,
            Check::OneSaveWins => concurrency::one_save_wins(&subject).await,
            Check::NoLostSave => concurrency::no_lost_save(&subject).await,
            Check::LockExcludes => locks::excludes(&subject).await,
            Check::LockPerKey => locks::per_key(&subject).await,
            Check::LockAllowsChanges => locks::allows_changes(&subject).await,
            Check::LockEndsWithGuard => locks::ends_with_guard(&subject).await,
            Check::LockEndsWithFuture => locks::ends_with_future(&subject).await,
            Check::Durability => durability::reopened(&subject).await,
            Check::DroppedSave => dropped::save(&subject).await,
            Check::DroppedDelete => dropped::delete(&subject).await,
            Check::DamagedData => damage::reported_and_kept(&subject).await,
        };
        subject.clean_up().await;
        outcome
    }
}

impl fmt::Debug for Suite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lock_wait, check_timeout, .. } = self;
        f.debug_struct("Suite").field("lock_wait", lock_wait).field("check_timeout", check_timeout).finish_non_exhaustive()
    }
}
