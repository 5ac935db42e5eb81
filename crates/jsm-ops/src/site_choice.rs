//! The choice of one site among those of a grant.

use jsm_ops_core::CloudId;

use crate::{
    error::{Error, ErrorKind},
    site::Site,
};

/// Which site a client calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SiteChoice {
    /// The only site of the grant. Several sites are an error, because nothing says which one the
    /// user means.
    #[default]
    Only,
    /// The site with this id.
    Id(CloudId),
    /// The site with this URL. Case, scheme and trailing slashes do not matter.
    Url(String),
    /// The site with this name. Case does not matter.
    Name(String),
}

impl SiteChoice {
    /// Picks the site from a list.
    ///
    /// # Errors
    /// No site or several sites match. The error lists the sites.
    pub fn pick(&self, sites: &[Site]) -> Result<Site, Error> {
        let matches = |site: &&Site| match self {
            Self::Only => true,
            Self::Id(id) => site.cloud_id == *id,
            Self::Url(url) => host(&site.url) == host(url),
            Self::Name(name) => site.name.to_lowercase() == name.to_lowercase(),
        };
        let mut matching = sites.iter().filter(matches);
        let problem = match (matching.next(), matching.next()) {
            (Some(site), None) => return Ok(site.clone()),
            (None, _) => match self {
                Self::Only => "no site was found".to_owned(),
                Self::Id(id) => format!("no site with the id {id} was found"),
                Self::Url(url) => format!("no site with the URL {url:?} was found"),
                Self::Name(name) => format!("no site with the name {name:?} was found"),
            },
            (Some(_), Some(_)) => "several sites match; choose one by its id or URL".to_owned(),
        };
        Err(ErrorKind::Site { problem, choices: sites.to_vec() }.into())
    }
}

/// The part of a URL that identifies a site.
fn host(url: &str) -> String {
    let url = url.trim().to_lowercase();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    rest.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use jsm_ops_core::Scopes;

    use super::*;

    fn site(id: &str, name: &str) -> Site {
        Site {
            cloud_id: CloudId::new(id).expect("an id"),
            name: name.to_owned(),
            url: format!("https://{}.atlassian.net", name.to_lowercase()),
            scopes: Scopes::default(),
        }
    }

    #[test]
    fn a_site_is_picked_and_errors_list_the_sites() {
        let sites = [site("c-1", "One"), site("c-2", "Two")];
        let id = CloudId::new("c-2").expect("an id");
        for choice in [
            SiteChoice::Id(id),
            SiteChoice::Url("HTTPS://two.Atlassian.net/".to_owned()),
            SiteChoice::Url("two.atlassian.net".to_owned()),
            SiteChoice::Name("two".to_owned()),
        ] {
            assert_eq!(choice.pick(&sites).expect("a site").name(), "Two");
        }
        let absent = SiteChoice::Name("three".to_owned()).pick(&sites).expect_err("absent");
        let ambiguous = SiteChoice::Only.pick(&sites).expect_err("ambiguous");
        for error in [&absent, &ambiguous] {
            assert!(error.is_site_unresolved() && error.sites().len() == 2, "{error}");
            assert!(error.to_string().contains("https://two.atlassian.net (c-2)"), "{error}");
        }
        assert_ne!(absent.to_string(), ambiguous.to_string());
        assert!(SiteChoice::Only.pick(&[]).expect_err("none").to_string().contains("no site"));
        assert!(SiteChoice::Only.pick(&sites[..1]).is_ok());
    }
}
