pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let integration =
        ops.integrations().create("monitoring", "API").team_id("team-id").send().await?;
    // The key of an integration is in its settings, which are never printed by accident.
    let key = integration
        .type_specific_properties
        .as_ref()
        .and_then(|settings| settings.expose().get("apiKey").cloned());
    println!("{} has a key: {}", integration.name.unwrap_or_default(), key.is_some());
    Ok(())
}
