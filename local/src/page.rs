//! The frame of the sandbox's and the demo shop's pages. No third party is asked for anything, nothing works only with
//! a script, and nothing runs that the page's own nonce does not allow.

use std::collections::BTreeSet;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use payproof_edge::random;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// How a page is kept up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Live {
    /// It is as it is.
    No,
    /// By a script; without one, whenever somebody loads it again.
    Script,
    /// By a script; without one, the browser loads it again by itself.
    Always,
}

/// A page.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    /// What stands above the page, saying whose it is.
    pub(crate) banner: Markup,
    pub(crate) body: Markup,
    /// How the part with the id `live` is kept up to date while it waits.
    pub(crate) live: Live,
    /// A script of its own.
    pub(crate) script: Option<&'static str>,
    /// Where its forms lead a browser, beside the page's own address.
    pub(crate) leads_to: BTreeSet<String>,
}

impl Page<'_> {
    /// The page as an answer.
    pub(crate) fn answer(self, status: StatusCode) -> Response {
        // Without randomness there is no nonce, so neither style nor script: the page still works.
        let nonce = random::token().unwrap_or_default();
        let follows = (self.live != Live::No).then_some(SCRIPT);
        let scripts: Vec<&str> = follows.into_iter().chain(self.script).collect();
        let markup = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    meta name="color-scheme" content="light dark";
                    @if self.live == Live::Always { noscript { meta http-equiv="refresh" content="5"; } }
                    title { (self.title) }
                    link rel="icon" href="data:,";
                    style nonce=(nonce) { (PreEscaped(STYLE)) }
                }
                body {
                    header.banner { (self.banner) }
                    main { (self.body) }
                    @for script in &scripts { script nonce=(nonce) { (PreEscaped(script)) } }
                }
            }
        };
        let script = if scripts.is_empty() { "'none'".to_owned() } else { format!("'nonce-{nonce}'") };
        let forms: String = self.leads_to.iter().map(|origin| format!(" {origin}")).collect();
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src {script}; connect-src 'self'; img-src data:; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'{forms}"
        );
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (X_FRAME_OPTIONS, "DENY"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        (status, headers, markup.into_string()).into_response()
    }
}

/// Sends a browser on with a GET.
pub(crate) fn see_other(url: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(url) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [(LOCATION, location), (REFERRER_POLICY, HeaderValue::from_static("no-referrer"))];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// The origin of a web address, as a policy may name it; none for what is no plain web address.
pub(crate) fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
    let authority = uri.authority()?.as_str();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    authority.bytes().all(plain).then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn only_a_plain_web_address_has_an_origin() {
        for (url, expected) in [
            ("http://127.0.0.1:8787/return/x?y=1", Some("http://127.0.0.1:8787")),
            ("https://shop.example", Some("https://shop.example")),
            ("http://[::1]:80/", Some("http://[::1]:80")),
            ("javascript:alert(1)", None),
            ("/return", None),
            ("http://a@b/", None),
            ("http://a;script-src/", None),
            ("ftp://a/", None),
            ("", None),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
    }
}
