//! Where customers may be sent on to.

/// An address under which customers may be sent on: scheme, host and port equal, the path below it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UrlPrefix(url::Url);

impl UrlPrefix {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = return_url(text)?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.path().ends_with('/');
        plain.then_some(Self(url))
    }

    pub(super) fn covers(&self, url: &url::Url) -> bool {
        self.0.origin() == url.origin() && url.path().starts_with(self.0.path())
    }
}

/// An http or https address that every reader understands alike: no user info, backslash, white space or control
/// character, which browsers and servers read differently (WHATWG URL, section 4.4).
pub(super) fn return_url(text: &str) -> Option<url::Url> {
    let odd = |c: char| c == '\\' || c.is_whitespace() || c.is_control();
    if text.len() > RETURN_URL_BYTES_MAX || text.contains(odd) {
        return None;
    }
    let url = url::Url::parse(text).ok()?;
    // `https:host/`, `https:///host/` and `https://@host/` parse too, and are written so that readers could disagree.
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let plain = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https")
        && url.has_host()
        && !authority.is_empty()
        && !authority.contains('@');
    plain.then_some(url)
}

/// Bytes of a return or cancel URL.
pub const RETURN_URL_BYTES_MAX: usize = 2_048;
