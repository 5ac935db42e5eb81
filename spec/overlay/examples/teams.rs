pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let teams = ops.teams().list().send().await?.platform_teams;
    for team in teams.iter().filter_map(|team| team.team_id.as_deref()) {
        ops.teams().enable_operations(team).send().await?.wait().await?;
    }
    Ok(())
}
