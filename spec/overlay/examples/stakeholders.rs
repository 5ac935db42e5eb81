pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    for stakeholder in ops.stakeholders().list().first(50).items().collect_all().await? {
        println!("{:?} {:?}", stakeholder.ari, stakeholder.status);
    }
    Ok(())
}
