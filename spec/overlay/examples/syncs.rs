pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    for sync in ops.syncs().list().items().collect_all().await? {
        println!("{:?} {:?}", sync.name, sync.enabled);
    }
    Ok(())
}
