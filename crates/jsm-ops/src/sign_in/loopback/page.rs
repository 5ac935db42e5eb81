//! The pages of a sign-in on this machine, and how they are sent.

use std::{io, sync::LazyLock};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Url;
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    error::Error,
    sign_in::{callback::CallbackError, loopback::request::Method},
    site::Site,
};

/// The style of all pages. It fits narrow and wide windows, light and dark ones.
const STYLE: &str = include_str!("page.css");

/// Sites beyond these are counted, not listed.
const MAX_SITES: usize = 8;

/// The policy allows this style and nothing else: no script, no frame, no other host.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
});

/// How a page looks.
#[derive(Debug, Clone, Copy)]
enum Tone {
    Good,
    Bad,
    Neutral,
}

impl Tone {
    /// The class of the page and the sign in its circle.
    fn mark(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("good", "M5 13l4.5 4.5L19 7.5"),
            Self::Bad => ("bad", "M7 7l10 10M17 7L7 17"),
            Self::Neutral => ("neutral", "M12 6.5v7M12 17v.5"),
        }
    }
}

/// A response with its status.
#[derive(Debug, Clone)]
pub(super) struct Page {
    status: &'static str,
    /// A header of this page only, with its line end.
    header: String,
    tone: Tone,
    title: &'static str,
    /// Text of what happened. It is escaped when the page is sent.
    text: String,
    /// What to do next.
    next: String,
    /// The message of an error, for the people who look for its cause.
    detail: String,
    sites: Vec<Site>,
}

impl Page {
    fn new(status: &'static str, tone: Tone, title: &'static str, text: &str, next: &str) -> Self {
        let (text, next) = (text.to_owned(), next.to_owned());
        Self { status, header: String::new(), tone, title, text, next, detail: String::new(), sites: Vec::new() }
    }

    fn with_header(mut self, name: &str, value: &str) -> Self {
        self.header = format!("{name}: {value}\r\n");
        self
    }

    /// The user is signed in. `sites` is empty if they are not known.
    pub(super) fn signed_in(app: &str, sites: Vec<Site>) -> Self {
        let next = if sites.is_empty() {
            "You can close this window."
        } else {
            "If these are not your sites, another account was signed in: sign out in the program and sign in again. \
             Otherwise, you can close this window."
        };
        let text = format!("The sign-in for {app} is complete.");
        Self { sites, ..Self::new("200 OK", Tone::Good, "You are signed in", &text, next) }
    }

    /// The sign-in ended with an error.
    pub(super) fn failed(app: &str, error: &Error) -> Self {
        let again = format!("Go back to {app} and start a new sign-in. This page cannot be used again.");
        if let Some(CallbackError::Declined { .. }) = error.callback_error() {
            let text = format!("{} is not signed in, and nothing was changed.", capitalized(app));
            let next = format!(
                "If you did not intend this, go back to {app}, start a new sign-in, and accept the request. \
                 If you were not asked, an administrator may have to allow the app first."
            );
            return Self::new("400 Bad Request", Tone::Neutral, "Access was declined", &text, &next);
        }
        let text = if error.is_code_rejected() {
            "The service did not accept the code of this sign-in. It may be too old, or it was used already.".to_owned()
        } else if error.is_transient() {
            "The service did not respond as expected.".to_owned()
        } else {
            format!("The sign-in for {app} did not succeed.")
        };
        let page = Self::new("400 Bad Request", Tone::Bad, "You are not signed in", &text, &again);
        Self { detail: sentence(&error.to_string()), ..page }
    }

    /// Sends the browser to the URL for consent.
    pub(super) fn start(app: &str, authorize: &Url) -> Self {
        let text = format!("The sign-in for {app} goes on at the service.");
        let page = Self::new("303 See Other", Tone::Neutral, "Signing in", &text, "The browser opens the next page.");
        page.with_header("Location", authorize.as_str())
    }

    /// The start page was opened before.
    pub(super) fn start_used(app: &str) -> Self {
        let text = "This link works once, and it was opened before.";
        let next = format!(
            "If you opened it, go on in that window. If you did not, another person may have: \
             stop {app} and start a new sign-in."
        );
        Self::new("410 Gone", Tone::Bad, "This link was used", text, &next)
    }

    /// The callback belongs to another sign-in.
    pub(super) fn another_sign_in(app: &str) -> Self {
        let text = "The program waits for another sign-in than the one of this page.";
        let next = format!("Look for a newer window, or go back to {app} and start a new sign-in.");
        Self::new("400 Bad Request", Tone::Neutral, "Another sign-in", text, &next)
    }

    pub(super) fn not_found(app: &str) -> Self {
        let text = format!("{} waits here for a sign-in, and this page is not part of it.", capitalized(app));
        Self::new("404 Not Found", Tone::Neutral, "Not found", &text, "Use the link that the program showed.")
    }

    /// The sign-in is not decided yet.
    pub(super) fn waiting(app: &str) -> Self {
        let text = format!("{} waits for the sign-in.", capitalized(app));
        Self::new("200 OK", Tone::Neutral, "Sign-in", &text, "Go on in the window of the sign-in.")
    }

    /// A prefetch must not use up a page that works once. Browsers drop this response and ask again
    /// when the user opens the page.
    pub(super) fn no_prefetch() -> Self {
        let next = "Open it again.";
        Self::new("503 Service Unavailable", Tone::Neutral, "Not yet", "This page is not loaded in advance.", next)
    }

    pub(super) fn method_not_allowed() -> Self {
        let text = "This page can be opened, but nothing can be sent to it.";
        let next = "Use the link that the program showed.";
        Self::new("405 Method Not Allowed", Tone::Neutral, "Not allowed", text, next).with_header("Allow", "GET, HEAD")
    }

    pub(super) fn bad_request() -> Self {
        let text = "The request is not one of a browser.";
        Self::new("400 Bad Request", Tone::Neutral, "Bad request", text, "Use the link that the program showed.")
    }

    /// Sends the page, without its body if only the head was asked for.
    pub(super) async fn send(&self, app: &str, method: Method, stream: &mut TcpStream) -> io::Result<()> {
        let body = self.html(app);
        write(stream, &self.head(body.len())).await?;
        if method != Method::Head {
            write(stream, &body).await?;
        }
        stream.shutdown().await
    }

    fn head(&self, length: usize) -> String {
        let Self { status, header, .. } = self;
        // The URL of the page contains the code: caches must not keep it, and links must not send
        // it.
        format!(
            "HTTP/1.1 {status}\r\n{header}Content-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
             Content-Security-Policy: {}\r\nConnection: close\r\n\r\n",
            *POLICY
        )
    }

    fn html(&self, app: &str) -> String {
        let (class, path) = self.tone.mark();
        let (title, text, next, name) = (self.title, escape(&self.text), escape(&self.next), escape(&capitalized(app)));
        let sites = self.site_list();
        let detail = match self.detail.as_str() {
            "" => String::new(),
            detail => format!("<h2>Details</h2>\n<p class=\"detail\">{}</p>\n", escape(detail)),
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <title>{title} – {name}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n\
             <body class=\"{class}\">\n<main>\n<p class=\"app\">{name}</p>\n\
             <svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"12\"/><path d=\"{path}\"/></svg>\n\
             <h1>{title}</h1>\n<p>{text}</p>\n{sites}<p class=\"next\">{next}</p>\n{detail}</main>\n</body>\n</html>\n"
        )
    }

    fn site_list(&self) -> String {
        if self.sites.is_empty() {
            return String::new();
        }
        let item = |site: &Site| {
            let host = site.url().trim_start_matches("https://").trim_end_matches('/');
            format!("<li><strong>{}</strong> <span>{}</span></li>", escape(site.name()), escape(host))
        };
        let mut items: String = self.sites.iter().take(MAX_SITES).map(item).collect();
        if let Some(more) = self.sites.len().checked_sub(MAX_SITES).filter(|more| *more > 0) {
            items.push_str(&format!("<li>and {more} more</li>"));
        }
        format!("<h2>Sites of this sign-in</h2>\n<ul>{items}</ul>\n")
    }
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await
}

/// An error message as a sentence of its own.
fn sentence(message: &str) -> String {
    let sentence = capitalized(message);
    if sentence.ends_with(['.', '!', '?']) { sentence } else { format!("{sentence}.") }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_service_and_of_the_app_is_escaped() {
        assert_eq!(escape("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
        let error = Error::invalid("<b>", "<i>");
        let html = Page::failed("<u>", &error).html("<u>");
        assert!(html.contains("&lt;b&gt; is invalid: &lt;i&gt;.") && html.contains("&lt;u&gt;"), "{html}");
        assert!(!html.contains("<u>") && !html.contains("<b>") && !html.contains("<i>"), "{html}");
    }

    #[test]
    fn pages_load_nothing_and_are_readable_on_a_phone() {
        let html = Page::waiting("ops").html("ops");
        assert!(html.contains("<html lang=\"en\">") && html.contains("width=device-width"), "{html}");
        assert!(!html.contains("http:") && !html.contains("https:") && !html.contains("src="), "{html}");
        let head = Page::waiting("ops").head(html.len());
        for header in ["Cache-Control: no-store", "Referrer-Policy: no-referrer", "default-src 'none'; style-src 'sha256-"] {
            assert!(head.contains(header), "{head}");
        }
    }
}
