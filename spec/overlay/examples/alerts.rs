use jsm_ops_api::types::Priority;

pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let receipt = ops
        .alerts()
        .create("disk full")
        .alias("db-7/disk")
        .priority(Priority::P2)
        .tags(["db"])
        .send()
        .await?;
    let alert_id = receipt.wait().await?.alert_id.unwrap_or_default();
    ops.alerts().add_note(&alert_id, "on it").send().await?;
    ops.alerts().acknowledge(&alert_id).send().await?.wait().await?;
    Ok(())
}
