//! Each language is whole, and the right one is chosen.

use std::collections::BTreeSet;

use super::{Language, Page, Words};
use crate::payment::sample::money;
use crate::payment::{Method, Status};
use crate::provider::ForCustomer;

/// The texts of a page, taken apart, so that a new one cannot be left out.
macro_rules! texts {
    ($page:expr; $($text:ident),*) => {{
        let Page { $($text),* } = $page;
        [$($text),*]
    }};
}

/// Every word of a language, in one order.
fn all(words: &Words) -> Vec<&'static str> {
    let statuses = Status::ALL.into_iter().map(|status| words.message(status));
    let reasons = ForCustomer::ALL.into_iter().map(|why| words.reason(why));
    let methods = Method::ALL.into_iter().map(|method| words.method(method));
    let pages = texts!(words.page; title, shop, order, description, amount, onward, back, another_way, lost, looking, open_again, pay, how, sent_on, no_way, too_many, link_expired, choose, opening, unavailable, trouble, unknown_title, unknown, unknown_hint, moment_title, moment, moment_hint);
    statuses.chain(reasons).chain(methods).chain(pages).collect()
}

/// What is replaced in a text.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0).collect()
}

#[test]
fn each_language_says_everything_and_in_words_of_its_own() {
    let english = all(Language::En.words());
    for language in Language::ALL {
        let words = all(language.words());
        let same = words.iter().zip(&english).filter(|(own, english)| own == english).count();
        // Some words are the same: "Shop", "Wallet".
        assert!(language == Language::En || same <= 3, "{}: {same} texts are English", language.tag());
        for (own, english) in words.iter().zip(&english) {
            assert!(!own.trim().is_empty() && own.trim() == *own, "{}: {own:?}", language.tag());
            assert_eq!(places(own), places(english), "{}: {own}", language.tag());
            let ends = |text: &str| text.ends_with(['.', '?']);
            assert_eq!(ends(own), ends(english), "{}: {own}", language.tag());
        }
    }
}

#[test]
fn english_is_the_contracts_letter_for_letter() {
    let words = Language::En.words();
    for (status, message) in [
        (Status::Created, "Thanks, we are confirming your payment."),
        (Status::Pending, "Thanks, we are confirming your payment."),
        (Status::Processing, "Payment received. We are confirming the final status."),
        (Status::Paid, "Payment confirmed. Your order is now being processed."),
        (Status::Failed, "Payment was not completed. You can try again or choose another method."),
        (Status::Cancelled, "Payment was not completed. You can try again or choose another method."),
        (Status::Expired, "This payment session has expired. Please create a new checkout."),
        (Status::Review, "Your payment is being reviewed. We will let you know as soon as it is confirmed."),
        (Status::Refunded, "Your payment has been refunded."),
    ] {
        assert_eq!(words.message(status), message);
        assert_eq!(status.message(), message);
    }
}

#[test]
fn the_sessions_locale_comes_first_then_what_the_browser_likes_best_then_english() {
    for (locale, accepted, tag) in [
        (None, None, "en"),
        (Some("de"), None, "de"),
        (Some("de-AT"), Some("fr"), "de"),
        (Some("PL_pl"), None, "pl"),
        // One that is not there is none.
        (Some("ja"), Some("fr"), "fr"),
        (Some("ja"), None, "en"),
        (Some(""), Some("nl"), "nl"),
        (None, Some("es-MX,es;q=0.9,en;q=0.8"), "es"),
        (None, Some("ja, it;q=0.5, de;q=0.7"), "de"),
        (None, Some("fr;q=0.5,it;q=0.5"), "fr"),
        (None, Some("de;q=0, nl;q=0.001"), "nl"),
        (None, Some("de;q=0"), "en"),
        (None, Some("*"), "en"),
        (None, Some("de;q=1.000"), "de"),
        // What is no weight is no wish.
        (None, Some("de;q=2, fr;q=0.1"), "fr"),
        (None, Some("de;q=1.001, de;q=0.0001, de;q=, de;level=1"), "en"),
        (None, Some("deutsch,,;,;q=1,-"), "en"),
    ] {
        assert_eq!(Language::choose(locale, accepted).tag(), tag, "{locale:?} {accepted:?}");
    }
    let far = format!("{}de", "ja,".repeat(20));
    assert_eq!(Language::choose(None, Some(&far)), Language::En, "a header is not read for ever");
}

#[test]
fn amounts_are_written_as_the_language_writes_numbers() {
    let written = |tag: &str, minor: u64, currency: &str| {
        let language = Language::choose(Some(tag), None);
        language.amount(money(minor, currency)).replace('\u{a0}', "_").replace('\u{202f}', "~")
    };
    for (tag, minor, currency, text) in [
        ("en", 4999, "EUR", "49.99_EUR"),
        ("en", 123_456_789, "USD", "1,234,567.89_USD"),
        ("en", 5, "EUR", "0.05_EUR"),
        ("en", 1_234, "JPY", "1,234_JPY"),
        ("de", 123_456, "EUR", "1.234,56_EUR"),
        ("de", 12_345_678, "KWD", "12.345,678_KWD"),
        ("it", 123_456, "EUR", "1.234,56_EUR"),
        ("nl", 100_000, "EUR", "1.000,00_EUR"),
        ("fr", 123_456, "EUR", "1~234,56_EUR"),
        // Four digits stand together.
        ("es", 123_456, "EUR", "1234,56_EUR"),
        ("es", 1_234_567, "EUR", "12.345,67_EUR"),
        ("pl", 123_456, "PLN", "1234,56_PLN"),
        ("pl", 1_234_567, "PLN", "12_345,67_PLN"),
    ] {
        assert_eq!(written(tag, minor, currency), text);
    }
}
