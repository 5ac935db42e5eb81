//! Signs a person in on this machine, picks their site, and lists who is on call.
//!
//! ```console
//! cargo run -p jsm-ops --example login -- --fake
//! ```
//!
//! With `--fake` it brings a fake Atlassian along, so that the whole flow can be seen without an account; the consent page opens
//! in the browser. With `--yes` nobody has to click on it. Without either it is an app of yours that signs in at Atlassian:
//! set `JSM_OPS_CLIENT_ID`, `JSM_OPS_CLIENT_SECRET` and `JSM_OPS_REDIRECT_URI`, and name a site if there are several:
//! `-- --site acme.atlassian.net`. A second run asks for no consent.

mod common;

use std::error::Error;

use jsm_ops::{Client, Scopes, api::types::OnCallResponse};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scopes = Scopes::parse("read:ops-alert:jira-service-management read:ops-config:jira-service-management");
    // The fake, if there is one, ends when it is dropped.
    let common::SignedIn { client, session, fake: _fake } = common::sign_in(&scopes).await?;
    list_on_calls(&client).await?;
    session.settle().await?;
    Ok(())
}

async fn list_on_calls(client: &Client) -> Result<(), Box<dyn Error>> {
    let schedules = client.schedules().list().send().await?.values;
    println!("There are {} schedules.", schedules.len());
    for schedule in schedules {
        let (Some(id), Some(name)) = (schedule.id, schedule.name) else { continue };
        let on_call = match client.schedules().get_on_calls(&id).flat(true).send().await? {
            OnCallResponse::OnCallUsers(users) => users.on_call_users.join(", "),
            other => format!("{other:?}"),
        };
        println!("  {name}: {on_call}");
    }
    Ok(())
}
