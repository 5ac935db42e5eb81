use jsm_ops_api::chrono::{TimeDelta, Utc};

pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let (from, until) = (Utc::now(), Utc::now() + TimeDelta::days(7));
    ops.forwarding_rules()
        .create("712020:on-leave", "712020:stands-in", from, until)
        .send()
        .await?;
    Ok(())
}
