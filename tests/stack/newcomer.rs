//! Somebody who never saw it, in Debian's Chromium: from the demo shop's front page to reading why each of five messy
//! orders ended as it did, by clicking only.

use serde_json::json;

use crate::chromium;

/// How each order ends, and sentences of its story that say why.
const ENDS: [(&str, &[&str]); 5] = [
    ("paid", &["was declined", "Attempt 2: a session was opened", "were paid"]),
    ("paid", &["expired", "money is there for an attempt that expired", "has looked at late payment"]),
    ("paid", &["what came is not the order's amount", "are enough"]),
    ("paid", &["could not be reached", "It goes to stripe", "were paid"]),
    ("refunded", &["asked for a refund of 18.50 EUR", "made at stripe and not through us"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn from_the_shop_to_the_story_of_each_messy_order_by_clicking_only() {
    let seen = chromium::sees("newcomer.mjs").await;
    for ((status, sentences), told) in ENDS.iter().zip(seen["stories"].as_array().expect("stories")) {
        let order = told["order"].as_str().expect("an id");
        assert_eq!(told["heading"], format!("Order {order}"));
        assert_eq!(told["status"], *status, "{told}");
        let story = told["story"].to_string();
        for sentence in *sentences {
            assert!(story.contains(sentence), "{sentence}: {story}");
        }
    }
    assert_eq!(seen["stories"].as_array().map(Vec::len), Some(ENDS.len()));
    for list in chromium::WATCHED {
        assert_eq!(seen[list], json!([]), "{list}: {seen}");
    }
}
