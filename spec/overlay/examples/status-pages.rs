pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let page = ops.status_pages().get("page-id").send().await?;
    println!("{page:?}");
    for incident in ops.status_pages().list_incidents().limit(10).items().collect_all().await? {
        println!("{incident:?}");
    }
    Ok(())
}
