//! Data that is not a grant.

use super::{
    subject::{Handle, Subject, grant},
    watch::Problem,
};
use crate::grant::key::GrantKey;

pub(super) async fn reported_and_kept(subject: &Subject<'_>) -> Result<(), Problem> {
    let Some(damage) = subject.damage else { return Ok(()) };
    let key = subject.key("ada");
    let [first, second] = [grant(1)?, grant(2)?];
    let open = subject.open().await;
    open.save(&key, &first, None).await?;
    damage(key.clone()).await;
    for store in [&open, &subject.open().await] {
        is_reported(store, "a load of damaged data", &key).await?;
        for expected in [None, Some(first.generation()), Some(second.generation())] {
            if store.0.save(&key, &second, expected).await.is_ok() {
                return Err(Problem::new("a save over damaged data succeeded; perhaps it could have been repaired"));
            }
            is_reported(store, "a load after a save over damaged data", &key).await?;
        }
    }
    Ok(())
}

async fn is_reported(store: &Handle, case: &str, key: &GrantKey) -> Result<(), Problem> {
    match store.0.load(key).await {
        Err(error) if error.is_damaged() => Ok(()),
        Err(error) => Err(Problem::new(format!("{case} must return `StoreError::damaged`, not this error: {error}"))),
        Ok(Some(_)) => Err(Problem::new(format!("{case} returned a grant"))),
        Ok(None) => Err(Problem::new(format!("{case} returned no grant and no error, as after a sign-out"))),
    }
}
