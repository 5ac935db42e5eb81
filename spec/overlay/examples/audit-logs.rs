use jsm_ops_api::chrono::{TimeDelta, Utc};

pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {
    let mut entries = ops.audit_logs().list(Utc::now() - TimeDelta::days(1), Utc::now()).items();
    while let Some(entry) = entries.next().await {
        println!("{:?}", entry?.summary);
    }
    Ok(())
}
