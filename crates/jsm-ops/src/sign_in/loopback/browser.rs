//! Where the browser of the user is, and how it is opened.

use std::ffi::OsString;

/// Whether a browser can be opened on this machine, as far as the environment says.
pub(super) fn is_here() -> bool {
    is_here_with(cfg!(any(target_os = "linux", target_os = "freebsd")), |name| std::env::var_os(name))
}

/// A remote shell has no browser in front of the user, even with a forwarded display. On Linux, a
/// browser needs a display; in WSL, the browser of Windows needs none.
fn is_here_with(needs_display: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].into_iter().any(&is_set) {
        return false;
    }
    !needs_display || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(is_set)
}

#[cfg(feature = "browser")]
pub(super) fn open(url: &reqwest::Url) {
    // Text browsers block the thread for as long as they run.
    let url = url.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = webbrowser::open(url.as_str()) {
            tracing::debug!(%error, "the browser could not be opened");
        }
    });
}

#[cfg(not(feature = "browser"))]
pub(super) fn open(_url: &reqwest::Url) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_opened_only_where_the_user_sees_it() {
        for (needs_display, variables, expected) in [
            (true, &[][..], false),
            (true, &["DISPLAY"], true),
            (true, &["WAYLAND_DISPLAY"], true),
            (true, &["WSL_DISTRO_NAME"], true),
            (true, &["DISPLAY", "SSH_CONNECTION"], false),
            (false, &[], true),
            (false, &["SSH_CONNECTION"], false),
        ] {
            let variable = |name: &str| variables.contains(&name).then(|| OsString::from(":0"));
            assert_eq!(is_here_with(needs_display, variable), expected, "{needs_display} {variables:?}");
        }
        assert!(!is_here_with(true, |_| Some(OsString::new())), "an empty variable is not set");
    }
}
