use jsm_ops_api::types::EscalationRepeat;

pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    // Only the setting that changes is sent; everything else stays as it is.
    ops.escalations()
        .update("team-id", "escalation-id")
        .repeat(EscalationRepeat::new().count(2))
        .send()
        .await?;
    Ok(())
}
