//! The status element on a shop's own page, which lies on another origin and allows nobody but payproof, in Chromium.

use serde_json::json;

use crate::chromium;

/// Bytes that the script may have on the wire.
const GZIPPED_BYTES_MAX: u64 = 4096;

#[tokio::test(flavor = "multi_thread")]
async fn a_shops_own_page_says_what_is_true_and_changes_by_itself() {
    let saw = chromium::sees("element.mjs").await;

    assert!(saw["gzipped"].as_u64().is_some_and(|bytes| bytes <= GZIPPED_BYTES_MAX), "{saw}");
    let message = json!({ "live": "polite", "parts": ["message", "reason"], "lang": "de" });
    assert_eq!(saw["message"], message, "why is read out, too");
    assert_eq!(saw["spoken"], "es", "what its reader likes, where the page's language is none of ours");
    // Nobody was sent to the checkout when the page first asked.
    assert_eq!((&saw["before"], &saw["after"]), (&json!("created"), &json!("paid")), "{saw}");
    let seen = saw["seen"].as_array().expect("events");
    assert_eq!(seen.first(), Some(&json!(["status", "created"])), "{saw}");
    let told = [json!(["status", "paid"]), json!(["final", "paid"])];
    assert!(seen.ends_with(&told), "{saw}");
    for event in seen {
        assert_eq!(seen.iter().filter(|other| *other == event).count(), 1, "told once: {saw}");
    }
    assert_eq!(saw["fallback_shown_after"], false, "what is true stands there instead");
    assert_eq!((&saw["problems"], &saw["inaccessible"]), (&json!([]), &json!([])), "{saw}");
    // A secret that is none says nothing of a payment, and what the shop wrote stays.
    assert_eq!(saw["wrong"], json!({ "text": "See your order", "status": null }));
    assert_eq!(saw["without"], "See your order", "without JavaScript");
}
