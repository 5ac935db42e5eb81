//! One caller that saves, loads and deletes.

use super::{
    subject::{Subject, grant, grant_with, rejected},
    watch::Problem,
};

/// The lengths of tokens, in bytes. Those of the service have a few thousand.
const TOKEN_LENGTHS: [usize; 5] = [100, 3_000, 9_000, 20_000, 10];

pub(super) async fn saved_grant(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, key) = (subject.open().await, subject.key("ada"));
    store.holds("before the first save", &key, None).await?;
    let grant = grant_with(1, "refresh", r#","newer":{"a":[1,null,"ü"]}"#)?;
    store.save(&key, &grant, None).await?;
    store.holds("after a save, with a field of a newer version", &key, Some(&grant)).await
}

pub(super) async fn compare_and_set(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, key) = (subject.open().await, subject.key("ada"));
    let [first, second, third] = [grant(1)?, grant(2)?, grant(2)?];
    let missing = "a save over a grant that is not there";
    store.save_conflicts(missing, &key, &second, Some(first.generation())).await?;
    store.save_conflicts(missing, &key, &first, Some(first.generation())).await?;
    store.holds(missing, &key, None).await?;

    store.save(&key, &first, None).await?;
    let unexpected = "a save that expects no grant, over a grant";
    store.save_conflicts(unexpected, &key, &second, None).await?;
    store.holds(unexpected, &key, Some(&first)).await?;
    let other = "a save that expects another generation";
    store.save_conflicts(other, &key, &second, Some(third.generation())).await?;
    // The number is the same; only the random id differs.
    store.save_conflicts(other, &key, &second, Some(grant(1)?.generation())).await?;
    store.holds(other, &key, Some(&first)).await?;

    store.save(&key, &second, Some(&first)).await?;
    let late = "a save that expects the generation before";
    store.save_conflicts(late, &key, &third, Some(first.generation())).await?;
    store.holds(late, &key, Some(&second)).await?;
    store.delete(&key).await?;
    store.save_conflicts("a save after a delete", &key, &third, Some(second.generation())).await?;
    store.holds("a save after a delete", &key, None).await
}

pub(super) async fn own_generation(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, key) = (subject.open().await, subject.key("ada"));
    let [first, second] = [grant(1)?, grant(2)?];
    store.save(&key, &first, None).await?;
    // The response to the first save was lost.
    store.save(&key, &first, None).await?;
    store.save(&key, &second, Some(&first)).await?;
    store.save(&key, &second, Some(&first)).await?;
    store.holds("a save that is made twice", &key, Some(&second)).await?;
    let marked = rejected(&second)?;
    store.save(&key, &marked, Some(&second)).await?;
    store.holds("a save of other content under the same generation", &key, Some(&marked)).await?;
    store.save(&key, &second, Some(&first)).await?;
    store.holds("a save of the first content under the same generation", &key, Some(&second)).await
}

pub(super) async fn delete(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, ada, grace) = (subject.open().await, subject.key("ada"), subject.key("grace"));
    store.delete(&ada).await?;
    let grant = grant(1)?;
    store.save(&ada, &grant, None).await?;
    store.save(&grace, &grant, None).await?;
    store.delete(&ada).await?;
    store.delete(&ada).await?;
    store.holds("after a delete", &ada, None).await?;
    store.holds("after a delete of another key", &grace, Some(&grant)).await?;
    store.save(&ada, &grant, None).await?;
    store.holds("a save after a delete", &ada, Some(&grant)).await
}

pub(super) async fn big_grants(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, key) = (subject.open().await, subject.key("ada"));
    let mut before = None;
    for (number, length) in (1..).zip(TOKEN_LENGTHS) {
        let grant = grant_with(number, &"t".repeat(length), "")?;
        store.save(&key, &grant, before.as_ref()).await?;
        store.holds(&format!("a refresh token of {length} bytes"), &key, Some(&grant)).await?;
        before = Some(grant);
    }
    Ok(())
}
