//! URLs that are wrong before a rule can match them.

use serde_json::{Value, json};

use crate::{
    document::{Document, Pointer},
    repair::{NotApplicable, PlaceResult},
};

const SUBSCRIBERS_DELETE: &str = "/stakeholder-comms/cloudId/{cloudId}/api/subscribers/delete";

/// The path item for the deletion of subscribers has its own server,
/// `…/jsm/ops/api/cloudId/{cloudId}`.
///
/// Together with its path that is a URL with the cloud id twice, unlike the other 73 paths of its
/// family. Similar paths (`…/subscribers/unsubscribe`, `…/subscribers`) use the document's server.
/// It looks like a leftover of the vendor's generator.
pub fn drop_stray_server(document: &mut Document) -> PlaceResult {
    let at = Pointer::Path(&["paths", SUBSCRIBERS_DELETE]).to_string();
    let item = document.paths_mut().and_then(|paths| paths.get_mut(SUBSCRIBERS_DELETE)).and_then(Value::as_object_mut);
    let Some(item) = item else {
        return Err(NotApplicable::not_found(at, format!("the path `{SUBSCRIBERS_DELETE}` is missing")));
    };
    let stray = json!([{"url": "https://api.atlassian.com/jsm/ops/api/cloudId/{cloudId}"}]);
    match item.get("servers") {
        Some(servers) if *servers == stray => {
            item.remove("servers");
            Ok(1)
        }
        Some(other) => Err(NotApplicable::different(format!("{at}/servers"), format!("the servers are now `{other}`"))),
        None => Err(NotApplicable::not_needed(at, "the path has no servers of its own")),
    }
}

/// The OAuth 2.0 scheme names Atlassian's staging hosts (`auth.stg.atlassian.com`).
///
/// Consent and tokens come from `auth.atlassian.com`:
/// <https://developer.atlassian.com/cloud/oauth/getting-started/implementing-oauth-3lo>.
pub fn production_oauth_hosts(document: &mut Document) -> PlaceResult {
    let at = Pointer::Path(&["components", "securitySchemes", "OAuth2", "flows", "authorizationCode"]).to_string();
    let Some(flow) = document.root_mut().pointer_mut(&at) else {
        return Err(NotApplicable::not_found(at, "the authorization code flow is missing"));
    };
    let url = |host: &str, path: &str| Value::String(format!("https://{host}/{path}"));
    let urls = [("authorizationUrl", "authorize"), ("tokenUrl", "oauth/token")];
    let is_at = |host: &str| urls.iter().all(|(key, path)| flow.get(*key) == Some(&url(host, path)));
    if is_at("auth.atlassian.com") {
        return Err(NotApplicable::not_needed(at, "the URLs are those of `auth.atlassian.com`"));
    }
    if !is_at("auth.stg.atlassian.com") {
        let found: Vec<String> =
            urls.iter().map(|(key, _)| flow.get(*key).cloned().unwrap_or_default().to_string()).collect();
        return Err(NotApplicable::different(at, format!("the URLs are now `{}`", found.join("` and `"))));
    }
    for (key, path) in urls {
        flow[key] = url("auth.atlassian.com", path);
    }
    Ok(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::tests::check;

    #[test]
    fn the_stray_server_goes() {
        check(
            drop_stray_server,
            json!({"paths": {SUBSCRIBERS_DELETE: {
                "post": {}, "servers": [{"url": "https://api.atlassian.com/jsm/ops/api/cloudId/{cloudId}"}]
            }}}),
            json!({"paths": {SUBSCRIBERS_DELETE: {"post": {}}}}),
        );
    }

    #[test]
    fn another_server_of_its_own_is_left_for_the_rules() {
        let mut document =
            Document::new(json!({"paths": {SUBSCRIBERS_DELETE: {"servers": [{"url": "https://elsewhere"}]}}}));
        assert!(drop_stray_server(&mut document).expect_err("not applicable").is_different());
    }

    #[test]
    fn oauth_is_at_the_production_hosts() {
        let scheme = |host: &str| {
            json!({"components": {"securitySchemes": {"OAuth2": {"flows": {"authorizationCode": {
                "authorizationUrl": format!("https://{host}/authorize"), "tokenUrl": format!("https://{host}/oauth/token")
            }}}}}})
        };
        check(production_oauth_hosts, scheme("auth.stg.atlassian.com"), scheme("auth.atlassian.com"));
    }
}
