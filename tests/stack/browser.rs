//! The demo shop, the sandbox's checkout and the return page in Debian's Chromium, by phone and desk, light and dark,
//! with JavaScript and without.

use serde_json::Value;

use crate::chromium;

const PAID: &str = "Payment confirmed. Your order is now being processed.";

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_buys_pays_and_reads_the_truth() {
    let seen = chromium::sees("browser.mjs").await;
    for list in chromium::WATCHED {
        assert_eq!(seen[list], Value::Array(Vec::new()), "{list}: {seen}");
    }
    let stories = seen["stories"].as_array().expect("stories");
    assert_eq!(stories.len(), 5);
    for story in stories {
        let review = story["deed"] == "pay_other";
        let expected = if review {
            "Your payment is being reviewed. We will let you know as soon as it is confirmed."
        } else {
            PAID
        };
        assert_eq!(story["at_last"], expected, "{story}");
        let first = story["at_once"].as_str().expect("words");
        assert!([expected, "Thanks, we are confirming your payment."].contains(&first), "{story}");
        let address = story["address"].as_str().expect("an address");
        if story["javaScriptEnabled"] == true {
            assert!(!address.contains("secret"), "the secret is taken out of the address bar: {address}");
        }
        let shop = story["shop"].as_str().expect("the shop's page").to_lowercase();
        assert!(shop.contains(if review { "review" } else { "paid" }), "{story}");
    }
    let late = &stories[2];
    assert_eq!(late["at_once"], "Thanks, we are confirming your payment.", "the webhook comes later: {late}");
}
