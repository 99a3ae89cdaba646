//! The merchant's console in Debian's Chromium: a wrong key told so, what each key is offered, a part refunded, hostile
//! texts that stay texts; and money of another amount that comes while somebody looks, approved by keyboard.

use serde_json::json;

use crate::chromium;

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_reads_what_happened_and_refunds_a_part() {
    let seen = chromium::sees("console.mjs").await;

    assert!(seen["wrong"].as_str().expect("words").contains("This key is wrong"), "{seen}");
    assert!(seen["publishable"].as_str().expect("words").contains("publishable key"), "{seen}");
    assert_eq!(seen["listed"], json!(["hostile", "1042"]), "newest first: {seen}");
    assert_eq!(seen["by_session"], "Order 1042", "{seen}");
    assert!(seen["nothing"].as_str().expect("words").contains("Nothing of this shop"), "{seen}");
    let story = seen["story"].as_str().expect("the story");
    assert!(story.contains("A signed webhook of sandbox says: 49.99 EUR were paid."), "{story}");
    assert_eq!(
        (&seen["by_payment"], &seen["by_event"]),
        (&json!("Order 1042"), &json!("Order 1042")),
        "{seen}"
    );
    assert_eq!(seen["saved"]["order"], "1042", "{seen}");
    let entries = seen["saved"]["entries"].as_u64().expect("a number");
    let table = json!({ "name": "1042.csv", "lines": entries + 1, "paid": true });
    assert_eq!(seen["table"], table, "a head and a line for each entry: {seen}");
    let differences = seen["differences"].as_str().expect("words");
    for words in [
        "1 order agrees, 1 differs, 1 line names nothing",
        "The list says 48.99 EUR; here 49.98 EUR came",
        "nobody, 1.00 EUR",
        "Not compared",
    ] {
        assert!(differences.contains(words), "{words}: {differences}");
    }
    assert_eq!(seen["unreached"], json!([]), "each action is reached by the Tab key: {seen}");
    assert_eq!(seen["links_made"], 1, "{seen}");
    assert_eq!(seen["needy"], json!(["short"]), "{seen}");
    assert!(seen["too_much"].as_str().expect("words").contains("More than is left"), "{seen}");
    assert!(seen["no_amount"].as_str().expect("words").contains("is no amount in EUR"), "{seen}");
    assert!(seen["unsure"].as_str().expect("words").contains("Nobody knows yet"), "{seen}");
    assert_eq!(seen["refunded"], "15.00 EUR", "{seen}");
    assert!(seen["live"].as_str().expect("words").contains("The order changed."), "{seen}");
    assert!(seen["nameless"].as_str().expect("words").contains("Enter your name"), "{seen}");
    assert_eq!((&seen["approved"], &seen["focus"]), (&json!("paid"), &json!("H1")), "{seen}");
    assert_eq!(seen["hostile"], json!(["stale", "not_understood", "unmatched"]), "{seen}");
    assert_eq!(seen["acts_of_a_read_key"], json!([]), "{seen}");
    assert_eq!(seen["signed_out"], "Sign in", "{seen}");
    assert_eq!(seen["kept"], json!([]), "nothing outlives the tab: {seen}");
    for list in chromium::WATCHED {
        assert_eq!(seen[list], json!([]), "{list}: {seen}");
    }
}
