//! Facts by their ids and words: the same news has the same id, and each kind the word of the design.

use sha2::{Digest as _, Sha256};

use super::alphabet::large;
use crate::payment::limits::WORD_BYTES_MAX;
use crate::payment::sample::*;
use crate::payment::{Attempt, Attention, Fact, FactId, Kind, Report};

#[test]
fn ids_are_written_as_they_are_stored() {
    let (stripe, one) = (provider("stripe"), Attempt::FIRST);
    let at_3 = minute(3).millis();
    let fetched = |fact: Fact| FactId::fetched(fact.attempt, &fact.said);
    let money = paid("pi_1", 5_000);
    let table = [
        (FactId::of_event(&stripe, "evt_123", 0), "stripe:evt_123".to_owned()),
        (FactId::of_event(&stripe, "evt_123", 1), "stripe:evt_123#2".to_owned()),
        (FactId::of_event(&stripe, "evt_123", 2), "stripe:evt_123#3".to_owned()),
        (fetched(money.clone().dated(3)), format!("fetch:1:paid:pi_1:5000EUR:{at_3}")),
        (fetched(money.clone().on(2)), "fetch:2:paid:pi_1:5000EUR:".to_owned()),
        (fetched(refunded("pi_1", "re_1", 100)), "fetch:1:refunded:re_1:100EUR:".to_owned()),
        (fetched(dispute_lost("pi_1", "du_1", 100)), "fetch:1:dispute_lost:du_1:100EUR:".to_owned()),
        (fetched(fact(Kind::Expired)), "fetch:1:expired:::".to_owned()),
        (FactId::of_delivery_without_id(&stripe, one, &money.said), "stripe:1:paid:pi_1:5000EUR:".to_owned()),
        (FactId::ours(one, "sent"), "us:1:sent".to_owned()),
        (FactId::stuck(one, None, minute(3)), format!("us:1:stuck:{at_3}")),
        (FactId::refund_requested(&refund("rf_1", 1).id), "us:refund:rf_1".to_owned()),
        (
            FactId::decided(one, "approved", money.said.payment.as_ref(), eur(5_000)),
            "us:1:approved:pi_1:5000:EUR".to_owned(),
        ),
        (FactId::decided(one, "rejected", None, eur(1)), "us:1:rejected::1:EUR".to_owned()),
    ];
    for (id, text) in table {
        assert_eq!((id.as_str(), &id), (text.as_str(), &FactId::stored(&text)));
        assert_eq!(id.hash().0, Sha256::digest(&text)[..12], "by which the item knows it");
    }
}

#[test]
fn a_larger_running_total_or_a_second_reversal_is_a_new_fact_and_the_same_answer_is_the_same() {
    let id = |fact: Fact| FactId::fetched(fact.attempt, &fact.said);
    assert_eq!(id(refunded_total("p1", 100).dated(1)), id(refunded_total("p1", 100).dated(1)));
    assert_ne!(id(refunded_total("p1", 100).dated(1)), id(refunded_total("p1", 200).dated(1)));
    assert_ne!(id(reversed("p1", "", 100).dated(1)), id(reversed("p1", "", 100).dated(2)));
}

#[test]
fn an_acknowledgement_is_named_by_its_word_and_what_it_names() {
    let id = |word: &str, names: &[&str]| FactId::acknowledged(word, &owned(names));
    assert!(id("stuck", &["a"]).as_str().starts_with("us:ack:stuck:"));
    assert_eq!(id("stuck", &["a", "b"]), id("stuck", &["a", "b"]));
    for other in
        [id("stuck", &["ab"]), id("stuck", &["a"]), id("stuck", &["a", "b", ""]), id("disputed", &["a", "b"])]
    {
        assert_ne!(other, id("stuck", &["a", "b"]));
    }
}

#[test]
fn kinds_and_attention_have_the_words_of_the_design() {
    let mut words: Vec<_> = large().iter().map(|kinds| kinds[0].said.kind.word()).collect();
    words.sort_unstable();
    words.dedup();
    let mut design: Vec<_> =
        "processing paid failed cancelled expired review review_released attempt_declined \
         refund_pending refunded refund_failed reversed dispute_opened dispute_won dispute_lost \
         sent returned clock_expired stuck refund_requested approved rejected acknowledged"
            .split_whitespace()
            // `refunded` as a running total, in the vectors' `amount_is`.
            .chain(["refunded_total"])
            .collect();
    design.sort_unstable();
    assert_eq!(words, design);
    let attention = "amount_mismatch currency_mismatch duplicate_payment late_payment disputed payment_reversed \
         refund_failed stuck";
    let words = Attention::ALL.map(Attention::word);
    assert_eq!(words.join(" "), attention.split_whitespace().collect::<Vec<_>>().join(" "));
    assert!(words.iter().all(|word| Attention::parse(word).is_some_and(|parsed| parsed.word() == *word)));
}

#[test]
fn a_word_or_reason_is_cut_at_a_character_and_an_empty_one_is_none() {
    let report = Report::new(Kind::Failed).word(&"é".repeat(40)).reason(Some(""));
    assert_eq!(report.word.as_deref(), Some("é".repeat(WORD_BYTES_MAX / 2).as_str()));
    assert_eq!(report.reason, None);
    let odd = Report::new(Kind::Failed).reason(Some(&format!("a{}", "é".repeat(40))));
    assert_eq!(odd.reason.map(|reason| reason.len()), Some(WORD_BYTES_MAX - 1));
}
