pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let rules = ops.routing_rules().list("team-id").items().collect_all().await?;
    if let Some(last) = rules.last().and_then(|rule| rule.id.as_deref()) {
        ops.routing_rules().reorder("team-id", last, 0).send().await?;
    }
    Ok(())
}
