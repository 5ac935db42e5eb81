pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let created = ops.contacts().create("email", "me@example.com").send().await?;
    if let Some(id) = created.data.and_then(|data| data.id) {
        ops.contacts().disable(&id).send().await?;
    }
    Ok(())
}
