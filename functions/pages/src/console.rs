//! `/dashboard`: the merchant's console. One page, one script and one stylesheet, the same for everybody: what it shows
//! it asks the API for, with a key that stays in the browser's tab. So nothing here reads the store, and nothing of it
//! is secret.

use std::fmt::Write as _;
use std::sync::LazyLock;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH};
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use sha2::{Digest as _, Sha256};

use crate::layout;

/// Its own files and its own API, and nothing else: nothing inline, no form that leaves, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The modules, each after those that it imports from: they are sent as one, for a first view is three requests.
const MODULES: [&str; 20] = [
    include_str!("console/dom.js"),
    include_str!("console/money.js"),
    include_str!("console/words.js"),
    include_str!("console/key.js"),
    include_str!("console/api.js"),
    include_str!("console/sign_in.js"),
    include_str!("console/dialog.js"),
    include_str!("console/find.js"),
    include_str!("console/orders.js"),
    include_str!("console/acts.js"),
    include_str!("console/story.js"),
    include_str!("console/export.js"),
    include_str!("console/notifications.js"),
    include_str!("console/order.js"),
    include_str!("console/events.js"),
    include_str!("console/diagnostics.js"),
    include_str!("console/routing.js"),
    include_str!("console/numbers.js"),
    include_str!("console/differences.js"),
    include_str!("console/app.js"),
];

static PAGE: LazyLock<File> =
    LazyLock::new(|| File::new("text/html; charset=utf-8", include_str!("console/console.html").to_owned()));
static SCRIPT: LazyLock<File> =
    LazyLock::new(|| File::new("text/javascript; charset=utf-8", as_one(&MODULES)));
static STYLE: LazyLock<File> =
    LazyLock::new(|| File::new("text/css; charset=utf-8", include_str!("console/console.css").to_owned()));

/// The page.
pub(crate) fn page(call: &Call) -> Response {
    PAGE.answer(call)
}

/// What the page needs.
pub(crate) fn file(call: &Call) -> Result<Response, Problem> {
    match call.params.get("file") {
        "console.js" => Ok(SCRIPT.answer(call)),
        "console.css" => Ok(STYLE.answer(call)),
        _ => Err(Problem::new(Code::NotFound)),
    }
}

struct File {
    content_type: &'static str,
    body: Bytes,
    etag: String,
}

impl File {
    fn new(content_type: &'static str, text: String) -> Self {
        let hash = Sha256::digest(text.as_bytes());
        let mut etag = String::from("\"");
        for byte in hash.iter().take(16) {
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        Self { content_type, body: Bytes::from(text), etag }
    }

    /// Kept by the browser and asked about each time, so that after a deployment nobody runs what was there before.
    fn answer(&self, call: &Call) -> Response {
        let response = if read::matches_etag(call.header(IF_NONE_MATCH.as_str()), &self.etag) {
            answer::empty(StatusCode::NOT_MODIFIED)
        } else {
            answer::with_body(StatusCode::OK, self.content_type, self.body.clone())
        };
        let response = answer::header(response, CACHE_CONTROL, "no-cache");
        let response = answer::header(response, ETAG, &self.etag);
        let response = answer::header(response, CONTENT_SECURITY_POLICY, POLICY);
        layout::private(response)
    }
}

/// Modules as one module: their imports are gone, for all of them share one scope, and nobody imports from it. Each
/// import stands in a line of its own, and each name is only one module's: two of one name would be a syntax error.
/// What only a reader of the source needs, comments and indents, is left out: no text spans lines.
fn as_one(modules: &[&str]) -> String {
    let mut whole = String::new();
    for line in modules.iter().flat_map(|module| module.lines()).map(str::trim_start) {
        let is_comment = ["//", "/*", "*"].iter().any(|mark| line.starts_with(mark));
        if !line.is_empty() && !is_comment && !line.starts_with("import ") {
            whole.push_str(line.strip_prefix("export ").unwrap_or(line));
            whole.push('\n');
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use payproof::payment::{Attention, Currency, Status};

    use super::*;

    #[test]
    fn modules_are_one_without_imports() {
        let one = "// What it is.\n\nexport const one = {\n  /** Its number. */\n  number: 1,\n};\n";
        let whole = as_one(&[one, "import { one } from \"./one.js\";\nshow(one);"]);
        assert_eq!(whole, "const one = {\nnumber: 1,\n};\nshow(one);\n");
        for (number, line) in as_one(&MODULES).lines().enumerate() {
            let line_of_a_module = line.starts_with("import") || line.starts_with("export");
            assert!(!line_of_a_module, "line {number}: {line}");
        }
    }

    #[test]
    fn no_text_spans_lines() {
        for line in MODULES.iter().flat_map(|module| module.lines()) {
            // A template within a template has both its marks on the line, too.
            assert_eq!(line.matches('`').count() % 2, 0, "{line}");
            assert!(!line.ends_with('\\'), "{line}");
        }
    }

    #[test]
    fn nothing_is_ever_read_as_markup() {
        let script = as_one(&MODULES);
        for way in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "DOMParser",
            "localStorage",
        ] {
            assert!(!script.contains(way), "{way}");
        }
    }

    #[test]
    fn every_word_has_words() {
        let words = include_str!("console/words.js");
        for word in Status::ALL.map(Status::word).into_iter().chain(Attention::ALL.map(Attention::word)) {
            assert!(words.contains(&format!("\n  {word}: ")), "{word}");
        }
    }

    /// A browser's own table has other decimals for some currencies, and a refund would be a hundred times what was meant.
    #[test]
    fn the_decimals_of_every_currency_are_those_of_the_core() {
        let table = include_str!("console/money.js");
        let listed = |digits: &str| {
            let line = table.lines().find_map(|line| line.trim().strip_prefix(&format!("{digits}: \"")));
            line.and_then(|line| line.split('"').next()).unwrap_or_default().split(' ').collect::<Vec<_>>()
        };
        let (none, three, four) = (listed("0"), listed("3"), listed("4"));
        let letters = || 'A'..='Z';
        for code in
            letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}"))))
        {
            let code = code.as_str();
            let said = if none.contains(&code) {
                0
            } else if three.contains(&code) {
                3
            } else if four.contains(&code) {
                4
            } else {
                2
            };
            if let Ok(currency) = Currency::parse(code) {
                assert_eq!(said, currency.decimals(), "{code}");
            } else {
                assert_eq!(said, 2, "{code} is no currency");
            }
        }
    }
}
