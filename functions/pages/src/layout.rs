//! The frame of every page. No third party is asked for anything, and nothing of a page may be cached or framed.

use http::{HeaderName, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use payproof::language::Language;
use payproof_edge::api::{Code, Problem, Response, answer};
use payproof_edge::random;

const STYLE: &str = include_str!("page.css");
/// Loads a page again in a while: where nothing else of it can be asked for.
pub(crate) const LOADS_AGAIN: &str = include_str!("loads_again.js");

/// A page: what it is called, what it says, and the script that it needs.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    pub(crate) language: Language,
    pub(crate) body: Markup,
    /// What a browser without JavaScript needs in the head.
    pub(crate) head: Markup,
    pub(crate) script: Option<&'static str>,
}

impl Page<'_> {
    /// The page as an answer. Its own style and script are allowed by a nonce, and nothing else is.
    pub(crate) fn answer(self, status: StatusCode) -> Result<Response, Problem> {
        self.with_policy(status, "'none'")
    }

    /// The same for a page with a form of ours. Its answer sends the browser on to a provider, and browsers hold that
    /// to the policy, too.
    pub(crate) fn answer_with_form(self, status: StatusCode) -> Result<Response, Problem> {
        self.with_policy(status, "'self' https:")
    }

    fn with_policy(self, status: StatusCode, forms: &str) -> Result<Response, Problem> {
        let nonce = random::token().map_err(|_| Problem::new(Code::Internal))?;
        let markup = html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) }
                    style nonce=(nonce) { (PreEscaped(STYLE)) }
                    (self.head)
                }
                body {
                    main { (self.body) }
                    @if let Some(script) = self.script {
                        script nonce=(nonce) { (PreEscaped(script)) }
                    }
                }
            }
        };
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; \
             base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
        );
        let response = answer::with_body(status, "text/html; charset=utf-8", markup.into_string());
        let response = answer::header(response, http::header::CONTENT_SECURITY_POLICY, &policy);
        let response = answer::header(response, http::header::CONTENT_LANGUAGE, self.language.tag());
        Ok(private(response))
    }
}

/// Has a browser without JavaScript load the page again after so many seconds.
pub(crate) fn without_script(seconds: u64) -> Markup {
    html! { noscript { meta http-equiv="refresh" content=(seconds); } }
}

/// Keeps the address of a page, which may hold a secret, from whoever is linked to.
pub(crate) fn private(response: Response) -> Response {
    answer::header(response, HeaderName::from_static("referrer-policy"), "no-referrer")
}
