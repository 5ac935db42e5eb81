pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let role = ops.roles().create("night shift").granted_rights(["alert-close"]).send().await?;
    if let Some(id) = role.data.and_then(|data| data.id) {
        ops.roles().assign("712020:operator", id).send().await?;
    }
    Ok(())
}
