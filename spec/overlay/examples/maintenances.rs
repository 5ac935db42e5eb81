pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    for maintenance in ops.maintenances().list_for_team("team-id").items().collect_all().await? {
        println!("{:?} {:?}", maintenance.description, maintenance.status);
    }
    Ok(())
}
