//! The console's other pages in Debian's Chromium: what they count and read, in currencies with no and three decimals; and
//! that what comes late, or changed meanwhile, misleads nobody.

use serde_json::{Value, json};

use crate::chromium;

/// Whether what was seen contains these words.
fn says(seen: &Value, words: &str) -> bool {
    seen.as_str().is_some_and(|seen| seen.contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_reads_every_page_and_is_misled_by_none() {
    let seen = chromium::sees("console_pages.mjs").await;

    counts(&seen["numbers"]);
    let routing =
        json!({ "sent": ["5000 JPY", "1234 KWD", "2000 EUR", "3000 EUR"], "differ": true, "last": true });
    assert_eq!(seen["routing"], routing);
    assert!(says(&seen["no_yen"], "is no amount in JPY"), "{}", seen["no_yen"]);
    tells_the_shop(&seen);
    let refused = &seen["diagnostics"]["refused"];
    assert!(says(refused, "1 × Its signature matches no secret of the configuration."), "{refused}");
    assert_eq!(seen["diagnostics"]["focus"], "H2");
    compares(&seen["differences"]);
    finds(&seen["found"]);
    refunds(&seen);
    decides(&seen);
    is_only_text(&seen);
    reads(&seen["reader"]);
    needs_no_page(&seen);
    for list in chromium::WATCHED {
        assert_eq!(seen[list], json!([]), "{list}: {seen}");
    }
}

/// Ended is what ended, whatever its customer reads; and of more declines than are kept it says so.
fn counts(numbers: &Value) {
    assert!(says(&numbers["all"], "All 9 orders of this time, with 10 sessions."), "{numbers}");
    assert_eq!(numbers["sandbox"], json!(["9", "4 of 5, 80 %"]), "{numbers}");
    assert_eq!(numbers["manual"], json!(["1", "none ended"]), "{numbers}");
    let why = numbers["why"].as_array().expect("reasons");
    assert_eq!(why.len(), 4, "{numbers}");
    assert_eq!(why[0], "sandbox says: do_not_honour.", "{numbers}");
    assert!(says(&why[1], "The account had too little money."), "{numbers}");
    assert!(why.contains(&json!("sandbox says: =1+1.")), "{numbers}");
    assert_eq!(numbers["times"][1], "3", "two tries and a failing: {numbers}");
    assert!(says(&numbers["at_least"], "At least so often"), "{numbers}");
}

/// Whoever pressed what is gone goes on near it; and nobody finishes another's work.
fn tells_the_shop(seen: &Value) {
    let told = &seen["notifications"];
    assert_eq!(told["listed"], 2, "{told}");
    assert!(says(&told["last"], "answered 503 after 31 ms"), "{told}");
    assert!(says(&told["more"], "LI ") && says(&told["more"], "Order eur"), "the first that is new: {told}");
    assert!(says(&told["told"], "Order eur Notification 1 is sent at once"), "{told}");
    assert_eq!(told["focus"], "H2", "{told}");
    assert_eq!(seen["shift"], json!({ "bulk": 1, "answer": "", "late_refusal": "Diagnostics" }));
}

fn compares(differences: &Value) {
    assert!(says(&differences["file"], "3 orders agree, 0 differ, 0 lines name nothing"), "{differences}");
    assert_eq!(differences["unread"], 0, "{differences}");
    assert!(says(&differences["tabs"], "The list says 4,999 JPY; here 5,000 JPY came"), "{differences}");
    assert!(says(&differences["quote"], "Line 1: a quote begins a cell there"), "{differences}");
}

fn finds(found: &Value) {
    let expected = json!({
        "again": "Order eur",
        "looked": ["pay_4fxnxsnovyoxs324mp7mcijbwr", "evt_several"],
        "links": ["order eur", "order kwd"],
        "stays": "Order eur",
        "elsewhere": ["Order kwd", ""],
    });
    assert_eq!(*found, expected);
}

fn refunds(seen: &Value) {
    let kwd = &seen["kwd"];
    assert!(says(&kwd["story"], "1234.567 KWD were paid"), "{kwd}");
    assert!(!says(&kwd["story"], "1,234.567"), "no amount stands twice: {kwd}");
    assert!(
        says(&kwd["ids"], "evt_") && !says(&kwd["ids"], "sandbox:evt_"),
        "as the provider knows it: {kwd}"
    );
    assert_eq!(kwd["offered"], json!(["1234.567", "Read as 1,234.567 KWD."]), "{kwd}");
    assert_eq!((&kwd["comma"], &kwd["point"]), (&json!(""), &json!("Read as 1.234 KWD.")), "{kwd}");
    assert_eq!(kwd["refunded"], "1.234 KWD", "{kwd}");
    let refund = &seen["refund"];
    assert!(says(&refund["elsewhere"], "Order eur Refund of 1.00 EUR: It failed."), "{refund}");
    assert_eq!(refund["isolated"], json!({ "within": 1, "outside": 0 }), "{refund}");
    assert_eq!(
        (&refund["on"], &refund["signed_out"]),
        (&json!("Order jpy"), &json!(["Sign in", ""])),
        "{refund}"
    );
    assert_eq!(seen["older"], false, "the newer answer stays");
}

fn decides(seen: &Value) {
    let decided = &seen["decided"];
    assert!(says(&decided["says"], "10.00 EUR came; the order costs 49.99 EUR."), "{decided}");
    assert!(says(&decided["answer"], "Order review The order changed while you were deciding"), "{decided}");
    assert_eq!((&decided["paid"], &decided["decisions"]), (&json!("40.00 EUR"), &json!(0)), "{decided}");
    assert_eq!(seen["unread"], json!({ "again": 1, "none": 0, "then": 9 }), "a failure is not nothing");
}

fn is_only_text(seen: &Value) {
    let hostile = &seen["hostile"];
    assert!(hostile["shown"].as_u64() >= Some(3), "shown to the letter: {hostile}");
    assert_eq!((&hostile["elements"], &hostile["isolated"]["outside"]), (&json!(0), &json!(0)), "{hostile}");
    assert!(hostile["isolated"]["within"].as_u64() >= Some(3), "{hostile}");
    assert_eq!(seen["formula"], json!({ "tame": true, "wild": false, "mark": true }));
}

/// A read key reads all of it, and is offered nothing to do about it.
fn reads(reader: &Value) {
    assert_eq!((&reader["badge"], &reader["acts"]), (&json!("review"), &json!([])), "{reader}");
    assert!(says(&reader["needs"], "Money of another amount than the order's came."), "{reader}");
    for (outcome, words) in
        [("unmatched", "It names no session of this shop"), ("refused", "Its signature matches no secret")]
    {
        let events = &reader[outcome];
        assert_eq!(events["chosen"], outcome, "{events}");
        assert!(says(&events["cards"], words), "{events}");
        assert!(events["secret_key"].as_u64() >= Some(1), "offered to who may: {events}");
    }
}

fn needs_no_page(seen: &Value) {
    let rows = |rows: Value| json!({ "rows": rows, "unread": 0 });
    let lists = &seen["lists"];
    assert_eq!(lists["inches"], rows(json!(["2 1000 EUR", "3 1000 EUR", "4 99900 EUR"])), "{lists}");
    assert!(says(&lists["open"], "Line 2: a quote begins a cell there"), "{lists}");
    assert_eq!(lists["old_mac"], rows(json!(["1042 4999 EUR"])), "{lists}");
    assert_eq!(
        lists["semicolons"],
        rows(json!(["eur 4999 EUR", "kwd 1234567 KWD", "jpy 5000 JPY"])),
        "{lists}"
    );
    assert_eq!(seen["secrets"], json!([true, true, true, true, true, true, false, false, false, false]));
    let events = json!(["evt_3", "evt_3", "evt-9", "us:1:sent", "stripe:1:paid:pi_1:5000EUR:", "1042"]);
    assert_eq!(seen["events"], events);
    assert_eq!(seen["amounts"], json!([true, false]), "9.99 EUR is not named by 49.99 EUR");
}
