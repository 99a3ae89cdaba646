//! The merchant's console: what a browser is given before anybody has signed in, and how little of it there is.

use payproof_edge::limits::REQUEST_BODY_BYTES_MAX;

use crate::wire::Raw;
use crate::world::{Answer, World};

/// What is sent before the first view, in bytes and requests.
const FIRST_VIEW_BYTES: usize = 100_000;
const FILES: [(&str, &str); 3] = [
    ("/dashboard", "text/html; charset=utf-8"),
    ("/dashboard/console.js", "text/javascript; charset=utf-8"),
    ("/dashboard/console.css", "text/css; charset=utf-8"),
];

/// What each answer says to the browser.
fn keeps_to_itself(answer: &Answer) {
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert_eq!(answer.header("set-cookie"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_view_is_three_answers_that_are_small_and_kept() {
    let world = World::start().await;
    let (before, mut bytes) = (world.table().await, 0);
    for (path, kind) in FILES {
        let answer = world.page(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        keeps_to_itself(&answer);
        bytes += answer.body.len();

        let etag = answer.header("etag").to_owned();
        for (tag, status) in [
            (etag.clone(), 304),
            (format!("W/{etag}"), 304),
            (format!("\"other\", {etag}"), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let again = world.sends(&Raw::new("GET", path).header("if-none-match", &tag)).await;
            assert_eq!((again.status, again.header("etag")), (status, etag.as_str()), "{path}: {tag}");
            assert_eq!(again.body.is_empty(), status == 304, "{path}: {tag}");
            keeps_to_itself(&again);
        }
        let head = world.sends(&Raw::new("HEAD", path)).await;
        assert_eq!((head.status, head.body.as_str(), head.header("content-type")), (200, "", kind), "{path}");
    }
    assert!(bytes < FIRST_VIEW_BYTES, "{bytes} bytes");
    assert_eq!(world.table().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_names_its_two_files_and_has_nothing_inline() {
    let world = World::start().await;
    let page = world.page("/dashboard").await.body;
    let named: Vec<_> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|name| page.split(name).skip(1).filter_map(|rest| rest.split('"').next()))
        .collect();
    // Relative, so that they are found behind a gateway's stage, too.
    assert_eq!(named, ["dashboard/console.js", "data:,", "dashboard/console.css"]);
    for inline in ["<style", "style=", " onclick", " onload", "javascript:", "://", "<form"] {
        assert!(!page.contains(inline), "{inline}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("></script>"), "nothing stands in it");
    assert!(page.contains("<noscript>") && page.contains("needs JavaScript"));
    let script = world.page("/dashboard/console.js").await.body;
    assert!(!script.contains("://"), "nobody else is asked for anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_is_served_there() {
    let world = World::start().await;
    for path in [
        "/dashboard/",
        "/dashboard/app.js",
        "/dashboard/console.html",
        "/dashboard/console.js/",
        "/dashboard/console%2Ejs%00",
        "/dashboard/..%2Fpage.css",
        "/dashboard/%2e%2e/handler.rs",
    ] {
        let answer = world.sends(&Raw::new("GET", path)).await;
        answer.expect_problem(404, "not_found");
    }
    let long = "x".repeat(REQUEST_BODY_BYTES_MAX + 1);
    let answer = world.sends(&Raw::new("GET", "/dashboard").body(long)).await;
    answer.expect_problem(413, "body_too_large");
}
