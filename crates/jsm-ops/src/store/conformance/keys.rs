//! Many keys, and keys that are easily confused.

use super::{
    subject::{Subject, grant},
    watch::Problem,
};

/// How many keys are saved at the same time.
const KEYS: usize = 48;

/// Names of users that differ only a little, or mean something to file systems, shells, or SQL.
const ODD_NAMES: [&str; 29] = [
    "",
    " ",
    "  ",
    "a",
    "A",
    "a ",
    " a",
    "a.",
    "a\t",
    "a\n",
    "ä",
    "a\u{308}",
    "ß",
    "ss",
    "../a",
    "a/b",
    "a\\b",
    "/",
    ".",
    "..",
    "con",
    "nul.json",
    "a:b",
    "a%2Fb",
    "%",
    "_",
    "'; drop table grants; --",
    "\"${a}\"",
    "\u{1f600}",
];

pub(super) async fn odd_names(subject: &Subject<'_>) -> Result<(), Problem> {
    let store = subject.open().await;
    let long = "l".repeat(2_000);
    let mut keys: Vec<_> = ODD_NAMES.iter().map(|name| subject.key(name)).collect();
    // They differ at the end only, or where the two parts of the key meet.
    keys.extend([format!("{long}1"), format!("{long}2")].map(|name| subject.key(&name)));
    let first = subject.key_of("app", "grace");
    keys.push(crate::grant::key::GrantKey::new(format!("{}g", first.client_id()), "race"));
    keys.push(first);
    let mut saved = Vec::new();
    for key in keys {
        let grant = grant(1)?;
        let case = format!("the user {:?}", shortened(key.user()));
        store.holds(&format!("{case} before its first save"), &key, None).await?;
        store.save(&key, &grant, None).await?;
        saved.push((case, key, grant));
    }
    for (case, key, grant) in &saved {
        store.holds(case, key, Some(grant)).await?;
    }
    for (case, key, _) in &saved {
        store.delete(key).await?;
        store.holds(&format!("{case} after a delete"), key, None).await?;
    }
    Ok(())
}

fn shortened(name: &str) -> String {
    name.chars().take(30).collect()
}

pub(super) async fn many_keys(subject: &Subject<'_>) -> Result<(), Problem> {
    let stores = [subject.open().await, subject.open().await];
    let mut saves = Vec::new();
    for number in 0..KEYS {
        let (key, grant) = (subject.key(&format!("user {number}")), grant(1)?);
        let (store, saved) = (stores[number % stores.len()].clone(), (key.clone(), grant.clone()));
        saves.push((tokio::spawn(async move { store.save(&key, &grant, None).await }), saved));
    }
    let mut saved = Vec::new();
    for (save, pair) in saves {
        save.await??;
        saved.push(pair);
    }
    let store = subject.open().await;
    for (key, grant) in &saved {
        store.holds(&format!("{KEYS} keys, {}", key.user()), key, Some(grant)).await?;
    }
    // Half are deleted while the others are saved once more.
    let mut changes = Vec::new();
    for (number, (key, grant)) in saved.iter().cloned().enumerate() {
        let store = stores[number % stores.len()].clone();
        changes.push(tokio::spawn(async move {
            if number % 3 == 0 { store.delete(&key).await } else { store.save(&key, &grant, Some(&grant)).await }
        }));
    }
    for change in changes {
        change.await??;
    }
    for (number, (key, grant)) in saved.iter().enumerate() {
        let expected = (number % 3 != 0).then_some(grant);
        store.holds(&format!("deletes beside saves, {}", key.user()), key, expected).await?;
    }
    Ok(())
}
