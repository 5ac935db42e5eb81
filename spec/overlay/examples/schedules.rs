use jsm_ops_api::{Nullable, types::OnCallResponse};

pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    if let OnCallResponse::OnCallUsers(users) =
        ops.schedules().get_on_calls("schedule-id").flat(true).send().await?
    {
        println!("on call: {:?}", users.on_call_users);
    }
    // `null` clears what was set; a field that is not named stays as it is.
    ops.schedules()
        .update_rotation("schedule-id", "rotation-id")
        .time_restriction(Nullable::Null)
        .send()
        .await?;
    Ok(())
}
