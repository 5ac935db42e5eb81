//! The base URLs of production.

use jsm_ops_api::{BaseUrls, CloudId, Gateway, base_urls, operations::OPERATIONS};
use jsm_ops_tests::document::{operation_count, operations};

use crate::sample_arguments::{CLOUD_ID, cloud_id};

#[test]
fn base_urls_are_those_that_atlassian_documents() {
    assert_eq!(base_urls::OPERATIONS_OAUTH, "https://api.atlassian.com/ex/jira/{cloudid}/jsm/ops/api");
    assert_eq!(base_urls::OPERATIONS_BASIC, "https://api.atlassian.com/jsm/ops/api/{cloudid}");
    assert_eq!(
        BaseUrls::oauth(&cloud_id()).operations(),
        format!("https://api.atlassian.com/ex/jira/{CLOUD_ID}/jsm/ops/api")
    );
    assert_eq!(BaseUrls::basic(&cloud_id()).operations(), format!("https://api.atlassian.com/jsm/ops/api/{CLOUD_ID}"));
}

#[test]
fn every_operation_has_its_two_urls_and_no_double_slash() {
    let documented = operations();
    assert_eq!(documented.len(), operation_count());
    for operation in documented {
        let row = OPERATIONS.iter().find(|row| row.method == operation.method && row.path == operation.relative());
        let row = row.unwrap_or_else(|| panic!("{} {} is in the table", operation.method, operation.documented));
        for (base_urls, template) in
            [(BaseUrls::oauth(&cloud_id()), operation.oauth_path()), (BaseUrls::basic(&cloud_id()), operation.basic_path())]
        {
            let base = if row.family == "operations" { base_urls.operations() } else { base_urls.stakeholder_comms() };
            let url = format!("{base}{}", row.path);
            assert_eq!(url, format!("https://api.atlassian.com{}", template.replace("{cloudId}", CLOUD_ID)));
            assert!(!url.trim_start_matches("https://").contains("//"), "{url}");
        }
        let oauth = operation.oauth_path();
        assert!(!oauth.contains("jsm/ops/api/{cloudId}"), "{oauth}");
        assert!(oauth.starts_with("/ex/jira/{cloudId}/jsm/ops/"), "{oauth}");
    }
}

#[test]
fn slashes_after_the_gateway_do_not_matter() {
    for gateway in ["https://api.atlassian.com", "https://api.atlassian.com/", "https://api.atlassian.com//"] {
        let gateway = Gateway::new(gateway).expect("a gateway");
        assert_eq!(BaseUrls::oauth_at(&gateway, &cloud_id()), BaseUrls::oauth(&cloud_id()));
        assert_eq!(BaseUrls::basic_at(&gateway, &cloud_id()), BaseUrls::basic(&cloud_id()));
    }
}

#[test]
fn a_cloud_id_that_would_change_the_url_is_invalid() {
    for id in ["", "..", "a/b", "/", "a?b", "{cloudId}", " "] {
        assert!(CloudId::new(id).is_err(), "{id:?}");
    }
}
