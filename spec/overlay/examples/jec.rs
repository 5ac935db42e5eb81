pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let channel =
        ops.jec().create_channel("on-premises", "712020:owner", "public_ops").send().await?;
    ops.jec()
        .send_action("restart", "custom")
        .channel_id(channel.id.as_deref().unwrap_or_default())
        .send()
        .await?;
    Ok(())
}
