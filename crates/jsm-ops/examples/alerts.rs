//! Lists the open alerts, acknowledges the first one, and follows that to its end.
//!
//! ```console
//! cargo run -p jsm-ops --example alerts -- --fake
//! ```
//!
//! With `--fake` it brings a fake Atlassian along, and with `--yes` one on whose consent page nobody has to click. Without either it
//! signs in as the environment says: at Atlassian, or at the fake that `cargo run -p jsm-ops-fake` started.

mod common;

use std::error::Error;

use jsm_ops::{Scopes, api::operations};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scopes = Scopes::for_operations([
        &operations::LIST_ALERTS,
        &operations::ACKNOWLEDGE_ALERT,
        &operations::GET_ALERT_REQUEST_STATUS,
    ])?;
    let common::SignedIn { client, session, fake } = common::sign_in(&scopes).await?;
    if let Some(fake) = &fake {
        fake.seed_alerts(5);
    }

    let mut first = None;
    let mut open = client.alerts().list().query("status: open").size(2).items();
    while let Some(alert) = open.next().await.transpose()? {
        let id = alert.id.unwrap_or_default();
        println!("  {id}  {}", alert.message.unwrap_or_default());
        first.get_or_insert(id);
    }
    let Some(id) = first else {
        println!("There is no open alert.");
        return Ok(());
    };
    let receipt = client.alerts().acknowledge(&id).send().await?;
    println!("Acknowledging {id} is request {}.", receipt.request_id.as_deref().unwrap_or("without an id"));
    let status = receipt.wait().await?;
    println!("It ended: {}", status.status.unwrap_or_default());
    session.settle().await?;
    Ok(())
}
