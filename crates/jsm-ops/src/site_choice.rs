//! Which site is meant.

use jsm_ops_core::CloudId;

use crate::{
    error::{Error, Kind},
    site::Site,
};

/// Which site is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SiteChoice {
    /// The only one. If there are several that is an error, because nothing tells which of them the person meant.
    #[default]
    Only,
    /// The one with this id.
    Id(CloudId),
    /// The one at this address. Case, scheme and trailing slashes do not matter.
    Url(String),
    /// The one with this name, in whatever case.
    Name(String),
}

impl SiteChoice {
    /// Picks from a list.
    ///
    /// # Errors
    /// None, or more than one, that is meant; the error lists what there is.
    pub fn pick(&self, sites: &[Site]) -> Result<Site, Error> {
        let is_meant = |site: &&Site| match self {
            Self::Only => true,
            Self::Id(id) => site.cloud_id == *id,
            Self::Url(url) => host(&site.url) == host(url),
            Self::Name(name) => site.name.to_lowercase() == name.to_lowercase(),
        };
        let mut meant = sites.iter().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(site), None) => Ok(site.clone()),
            (found, _) => {
                let what = match self {
                    Self::Only => "a site".to_owned(),
                    Self::Id(id) => format!("the site with the id {id}"),
                    Self::Url(url) => format!("the site at {url:?}"),
                    Self::Name(name) => format!("the site called {name:?}"),
                };
                let wanted = match found {
                    None => format!("{what} is not there"),
                    Some(_) => format!("{what} is asked for, and there are several; name one by its id or address"),
                };
                Err(Kind::Site { wanted, choices: sites.to_vec() }.into())
            }
        }
    }
}

/// What identifies a site in its address.
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
    fn sites_are_picked_and_errors_list_them() {
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
            assert!(error.is_site() && error.sites().len() == 2, "{error}");
            assert!(error.to_string().contains("https://two.atlassian.net (c-2)"), "{error}");
        }
        assert_ne!(absent.to_string(), ambiguous.to_string());
        assert!(SiteChoice::Only.pick(&[]).expect_err("none").to_string().contains("no site"));
        assert!(SiteChoice::Only.pick(&sites[..1]).is_ok());
    }
}
