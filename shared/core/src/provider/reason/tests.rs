//! Codes in words.

use std::collections::BTreeSet;

use super::*;
use crate::payment::sample::*;
use crate::payment::{Method, Report, Source, timeline};
use crate::provider::ALL;

fn why(story: &Story) -> (Option<&'static str>, Option<String>) {
    let status = story.status();
    let found = Why::of(&story.payment, Attempt::FIRST, status);
    (
        found.and_then(|why| why.for_customer()).map(ForCustomer::words),
        found.and_then(|why| why.for_merchant()),
    )
}

fn failed(code: &str) -> Story {
    Story::sent().then([fact(Kind::Failed).because(code)])
}

#[test]
fn each_code_stands_in_its_table_once_with_words_for_both() {
    let mut codes = 0;
    for provider in ALL {
        let Some(Reasons { declines, reviews }) = provider.reasons() else { continue };
        for table in [declines, reviews] {
            let known: BTreeSet<_> = table.iter().map(|meaning| meaning.code).collect();
            assert_eq!(known.len(), table.len(), "{}: a code stands twice", provider.name());
            for meaning in *table {
                assert!(meaning.code.len() <= crate::payment::limits::WORD_BYTES_MAX, "{}", meaning.code);
                let words = meaning.merchant;
                assert!(words.len() > 30 && words.ends_with('.'), "{}: {words}", meaning.code);
                codes += 1;
            }
        }
    }
    assert!(codes > 60, "{codes}");
}

/// One try is counted once, however often and by whatever road it is told, and nobody was declined where no checkout was
/// made.
#[test]
fn a_try_that_was_declined_is_one() {
    let declines = |story: &Story, number: u8| -> Vec<Option<String>> {
        let declines = Why::declines(&story.payment, attempt(number)).into_iter();
        declines.map(|why| why.map(|why| why.code.to_owned())).collect()
    };
    let code = |code: &str| Some(code.to_owned());
    let try_of =
        |payment: &str, at: u64, id: &str| declined(payment).because("card_declined").dated(at).told_as(id);
    // The provider dates its event a little after what it is about.
    let fetched = try_of("p1", 3, "fetched").from(Source::Fetch);
    let told_twice = Story::sent().then([try_of("p1", 4, "evt_1"), fetched.clone()]);
    assert_eq!(declines(&told_twice, 1), [code("card_declined")]);
    let the_other_way = Story::sent().then([fetched.clone()]).then([try_of("p1", 4, "evt_1")]);
    assert_eq!(declines(&the_other_way, 1), [code("card_declined")]);
    let much_later = Story::sent().then([fetched, try_of("p1", 9, "evt_1")]);
    assert_eq!(declines(&much_later, 1).len(), 2);
    let again = Story::sent().then([try_of("p1", 3, "evt_1"), try_of("p1", 4, "evt_2")]);
    assert_eq!(declines(&again, 1).len(), 2, "another try of the same payment");
    let other = Story::sent().then([try_of("p1", 3, "evt_1"), try_of("p2", 3, "evt_2")]);
    assert_eq!(declines(&other, 1).len(), 2, "another payment");

    let bounced = || fact(Kind::Failed).of("p1").because("insufficient_funds").dated(5);
    let failed_then = Story::sent().then([try_of("p1", 4, "evt_1"), bounced()]);
    assert_eq!(declines(&failed_then, 1), [code("card_declined")], "the failing of the same try");
    let failed_first = Story::sent().then([bounced()]).then([try_of("p1", 4, "evt_1")]);
    assert_eq!(declines(&failed_first, 1), [code("card_declined")], "in whatever order they are told");
    assert_eq!(declines(&Story::sent().then([bounced()]), 1), [code("insufficient_funds")]);
    let both = Story::sent().then([bounced(), fact(Kind::Failed).of("p2").because("expired_card").dated(6)]);
    assert_eq!(declines(&both, 1).len(), 2);
    let nameless = Story::sent().then([fact(Kind::Failed)]);
    assert_eq!(declines(&nameless, 1), [None], "nobody said why");

    let not_made = Story::sent().opened_instead(UNREACHABLE, "other", Method::Card);
    assert_eq!(declines(&not_made, 1), [], "no checkout was made");
}

/// What a thief would like to know reads like any other decline.
#[test]
fn no_customer_learns_that_a_card_is_known_as_lost_stolen_or_fraudulent() {
    let plain = ForCustomer::Declined.words();
    for code in [
        "lost_card",
        "stolen_card",
        "pickup_card",
        "restricted_card",
        "fraudulent",
        "merchant_blacklist",
        "security_violation",
        "generic_decline",
        "do_not_honor",
        "a_code_of_next_year",
    ] {
        assert_eq!(why(&failed(code)).0, Some(plain), "{code}");
    }
    for sentence in ForCustomer::ALL {
        let words = sentence.words().to_lowercase();
        for told in ["stolen", "lost", "fraud", "risk", "suspect", "block", "stripe", "sandbox"] {
            assert!(!words.contains(told), "{words}");
        }
    }
}

#[test]
fn the_merchant_reads_what_it_means_and_an_unknown_code_as_the_provider_says_it() {
    let merchant = |code| why(&failed(code)).1.unwrap();
    assert!(merchant("lost_card").contains("reported lost or stolen"));
    assert!(merchant("insufficient_funds").contains("too little money"));
    assert_eq!(merchant("a_code_of_next_year"), "stripe says: a_code_of_next_year.");
}

#[test]
fn a_reason_is_read_by_what_it_is_the_reason_of() {
    let review = Story::sent().then([fact(Kind::Review).because("rule")]);
    let (customer, merchant) = why(&review);
    assert_eq!(customer, Some(ForCustomer::Reviewed.words()));
    assert!(merchant.unwrap().contains("Radar"));
    // A person's note is nobody's code, whatever it says, and is not the customer's to read.
    let noted = Story::sent().then([fact(Kind::Cancelled).from(Source::Merchant).because("lost_card")]);
    assert_eq!(why(&noted), (None, None));
    assert_eq!(why(&Story::sent()), (None, None));
    // No checkout was made: that is not the customer's card.
    let mut story = Story::new().opened("stripe", Method::Card);
    let refused = fact(Kind::Failed).from(Source::Us);
    let said = Report::not_created("account_closed");
    story = story.then([Fact { said, ..refused }]);
    assert_eq!(why(&story).0, Some(ForCustomer::Unavailable.words()));
}

#[test]
fn the_newest_reason_counts() {
    let story = Story::sent()
        .then([fact(Kind::AttemptDeclined).because("expired_card")])
        .then([fact(Kind::Failed).because("insufficient_funds")]);
    assert_eq!(why(&story).0, Some(ForCustomer::Funds.words()));
}

#[test]
fn the_log_has_the_merchants_words_behind_the_code_and_nothing_behind_a_dispute() {
    let story = Story::sent()
        .then([fact(Kind::AttemptDeclined).because("insufficient_funds")])
        .then([paid("pi_1", 5_000)])
        .then([dispute_opened("pi_1", "du_1", 5_000).because("fraudulent")]);
    let mut entries = timeline(&story.payment, &|_| None, &[], &[]);
    put_in_words(&mut entries);
    let texts: Vec<_> = entries.iter().map(|entry| entry.text.as_str()).collect();
    let declined = texts.iter().find(|text| text.contains("declined")).unwrap();
    assert!(
        declined.ends_with("checkout stays open: insufficient_funds. The account had too little money. The customer can pay another way, or later."),
        "{declined}"
    );
    assert!(texts.iter().any(|text| text.ends_with("(du_1): fraudulent.")), "{texts:?}");
}
