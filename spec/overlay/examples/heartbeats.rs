pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    ops.heartbeats()
        .create("team-id", "nightly-backup", 1, "days")
        .alert_message("no backup tonight")
        .send()
        .await?;
    ops.heartbeats().ping("team-id", "nightly-backup").send().await?;
    Ok(())
}
