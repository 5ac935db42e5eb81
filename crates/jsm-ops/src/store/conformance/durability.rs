//! What is there when the store is opened again.

use super::{
    subject::{Subject, grant},
    watch::Problem,
};

pub(super) async fn reopened(subject: &Subject<'_>) -> Result<(), Problem> {
    let (ada, grace) = (subject.key("ada"), subject.key("grace"));
    let [first, second] = [grant(1)?, grant(2)?];
    let store = subject.open().await;
    store.save(&ada, &first, None).await?;
    store.save(&grace, &first, None).await?;
    // Another process that is open all the time sees every change.
    let other = subject.open().await;
    other.holds("opened after a save", &ada, Some(&first)).await?;
    drop(store);

    let store = subject.open().await;
    store.holds("opened again after a save", &ada, Some(&first)).await?;
    store.save(&ada, &second, Some(&first)).await?;
    other.holds("open during a save of another process", &ada, Some(&second)).await?;
    drop(store);

    let store = subject.open().await;
    store.holds("opened again after a second save", &ada, Some(&second)).await?;
    let stale = "a save over a generation that another process replaced";
    other.save_conflicts(stale, &ada, &grant(3)?, Some(first.generation())).await?;
    store.delete(&ada).await?;
    other.holds("open during a delete of another process", &ada, None).await?;
    drop((store, other));

    let store = subject.open().await;
    store.holds("opened again after a delete", &ada, None).await?;
    store.holds("opened again after a delete of another key", &grace, Some(&first)).await
}
