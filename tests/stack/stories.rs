//! What customers live through in Debian's Chromium: a payment link, a decline, another way after a failure, an expiry, a
//! webhook that comes late and is seen live, no JavaScript, another language. Each page on the way is looked at by
//! axe-core.

use serde_json::json;

use crate::chromium;

const PAID: &str = "Payment confirmed. Your order is now being processed.";
const THANKS: &str = "Thanks, we are confirming your payment.";

#[tokio::test(flavor = "multi_thread")]
async fn customers_read_the_truth_whatever_happens() {
    let seen = chromium::sees("stories.mjs").await;

    let by_hand = &seen["by_hand"];
    assert!(by_hand["todo"].as_str().expect("words").contains("Please send 49.99 EUR"), "{by_hand}");
    assert_eq!(by_hand["way_back"], true, "{by_hand}");
    let after = by_hand["after"].as_str().expect("words");
    assert!(after.contains(PAID) && !after.contains("Please send"), "nobody is asked to pay twice: {after}");

    let offline = &seen["offline"];
    assert_eq!((&offline["role"], &offline["still"]), (&json!("status"), &json!(THANKS)), "{offline}");
    assert!(offline["words"].as_str().expect("words").contains("cannot be read just now"), "{offline}");
    assert_eq!(offline["stopped"], true, "{offline}");

    let lost = &seen["lost"];
    assert!(
        lost["without"].as_str().expect("words").contains("open the payment from the shop again"),
        "{lost}"
    );
    assert_eq!((&lost["onward"], &lost["clean"]), (&json!(true), &json!(true)), "{lost}");

    let declined = &seen["declined"];
    assert!(declined["ways"].as_array().is_some_and(|ways| ways.len() > 2), "{declined}");
    assert!(declined["notice"].as_str().expect("words").contains("declined"), "{declined}");
    assert_eq!(declined["status"], "paid", "{declined}");
    assert_eq!(declined["sessions"][1], "wallet paid", "{declined}");

    assert_eq!(seen["failed"]["status"], "paid", "another way after a failure");

    let expired = &seen["expired"];
    assert_eq!(expired["words"], "This payment session has expired. Please create a new checkout.");
    assert_eq!((&expired["address"], &expired["can_retry"]), (&json!(true), &json!(true)), "{expired}");

    let late = &seen["late"];
    assert_eq!(late["first"], THANKS, "coming back is no payment");
    assert_eq!(late["live"], json!(["status", "polite"]), "those who do not see are told, too");
    assert_eq!(late["same_document"], true, "seen live: nothing was loaded again");

    assert_eq!(seen["without_script"], json!({ "first": THANKS, "last": PAID }));

    let text = seen["elsewhere"]["text"].as_str().expect("words");
    assert_eq!(seen["elsewhere"]["lang"], "pl");
    assert!(text.contains("<script>alert(1)</script>"), "a text stays a text: {text}");
    assert!(text.contains("1\u{a0}234\u{a0}567,89") || text.contains("1 234 567,89"), "{text}");

    for list in chromium::WATCHED {
        assert_eq!(seen[list], json!([]), "{list}: {seen}");
    }
}
