pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    ops.policies()
        .create_global("quiet the test systems", "alert", "{{message}}", true)
        .send()
        .await?;
    let policies = ops
        .policies()
        .list_for_team("team-id", "notification".into())
        .items()
        .collect_all()
        .await?;
    println!("{} policies", policies.len());
    Ok(())
}
