use jsm_ops_api::types::NotificationContact;

pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let contact = NotificationContact::new("email", "me@example.com");
    ops.notification_rules().create_step("rule-id", contact, true).send().await?;
    Ok(())
}
