//! Stores that break one promise each. A check that finds none of them would prove nothing.

use std::time::Duration;

use jsm_ops::store::conformance::{Check, NonConformance, Suite};

use super::wrong_store::{Database, Fault, open};

async fn run(fault: Fault) -> Result<(), NonConformance> {
    let database = Database::default();
    let suite = Suite::new(|| async { open(fault, &database) })
        .lock_wait(Duration::from_millis(20))
        .check_timeout(Duration::from_secs(60))
        .damage(|key| {
            let database = database.clone();
            async move {
                database.data.lock().expect("a lock").damaged.insert(key);
            }
        });
    suite.run().await.map(drop)
}

/// The virtual clock jumps over locks that stay held.
#[tokio::test(start_paused = true)]
async fn every_wrong_store_fails_the_check_of_its_fault() {
    let expected = [
        (Fault::DropsUnknownFields, Check::SavedGrant),
        (Fault::IgnoresExpected, Check::CompareAndSet),
        (Fault::ComparesNumbers, Check::CompareAndSet),
        (Fault::SavesOverMissing, Check::CompareAndSet),
        (Fault::ConflictIsOther, Check::CompareAndSet),
        (Fault::ConflictsWithItself, Check::OwnGeneration),
        (Fault::KeepsContentOfGeneration, Check::OwnGeneration),
        (Fault::DeleteOfMissingFails, Check::Delete),
        (Fault::DeletesNothing, Check::Delete),
        (Fault::DeletesAllUsers, Check::Delete),
        (Fault::CutsTokens, Check::BigGrants),
        (Fault::IgnoresCase, Check::OddNames),
        (Fault::TrimsNames, Check::OddNames),
        (Fault::JoinsKeyParts, Check::OddNames),
        (Fault::LosesParallelKeys, Check::ManyKeys),
        (Fault::SavesInTwoSteps, Check::AtomicSave),
        (Fault::SavesInTwoSteps, Check::DroppedSave),
        (Fault::MixesGrants, Check::AtomicSave),
        (Fault::MixesGrants, Check::DroppedSave),
        (Fault::ReadsOldCopies, Check::Durability),
        (Fault::ComparesTooEarly, Check::OneSaveWins),
        (Fault::ComparesTooEarly, Check::NoLostSave),
        (Fault::LocksNothing, Check::LockExcludes),
        (Fault::LocksOneHandle, Check::LockExcludes),
        (Fault::LocksAllKeys, Check::LockPerKey),
        (Fault::LockBlocksSaves, Check::LockAllowsChanges),
        (Fault::GuardKeepsLock, Check::LockEndsWithGuard),
        (Fault::DroppedWaiterKeepsLock, Check::LockEndsWithFuture),
        (Fault::DroppedWaiterFreesLock, Check::LockExcludes),
        (Fault::SavesLater, Check::Durability),
        (Fault::DeletesLater, Check::Durability),
        (Fault::DroppedDeleteHalves, Check::DroppedDelete),
        (Fault::DroppedSaveReturnsLate, Check::DroppedSave),
        (Fault::DamageIsMissing, Check::DamagedData),
        (Fault::DamageIsOther, Check::DamagedData),
        (Fault::DamageIsOverwritten, Check::DamagedData),
    ];
    run(Fault::None).await.expect("the store without a fault conforms");
    for check in Check::ALL {
        assert!(expected.iter().any(|(_, failing)| failing == check), "no wrong store fails the check {check}");
    }
    for (fault, check) in expected {
        let Err(found) = run(fault).await else { panic!("{fault:?} passed") };
        assert!(found.has_failed(check), "{fault:?} must fail {check}: {found}");
        assert!(!found.to_string().contains('\n') && found.to_string().contains(check.name()), "{found}");
        println!("{fault:?}: {found}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_a_hang_are_failed_checks() {
    let found = run(Fault::Panics).await.expect_err("a panic");
    let [first, ..] = found.failures() else { unreachable!("a failure") };
    assert_eq!(
        (first.check(), first.problem()),
        (Check::SavedGrant, "the store panicked: internal error: entered unreachable code: a broken store")
    );
    let found = run(Fault::Hangs).await.expect_err("a hang");
    let [first, ..] = found.failures() else { unreachable!("a failure") };
    assert!(first.problem().contains("did not end within 60s"), "{first}");
}
