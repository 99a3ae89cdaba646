//! What is signed, and with what.

use super::*;

fn judged(signed: &Signed) -> Result<Option<String>, Refusal> {
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    match configured().verify(&inbound, Moment::from_seconds(NOW)) {
        Verdict::Verified(verified) => Ok(verified.delivery_id().map(str::to_owned)),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::Ask(_) => panic!(),
    }
}

const HEADERS: [(&str, &str); 2] = [("content-type", "application/json"), ("x-event-id", EVENT)];

fn good() -> Signed {
    (TRIAL.sign)(TRIAL.secrets[0], NOW, b"{}")
}

#[test]
fn the_signature_is_the_one_that_is_published() {
    for vector in vectors_in("coinbase_business/coinbase_business.json".as_ref()) {
        if !vector.is_good() {
            continue;
        }
        let headers = vector.headers();
        let text = headers["x-hook0-signature"].to_str().unwrap();
        let names = text.split_once(",h=").unwrap().1.split_once(',').unwrap().0;
        let sent: Vec<_> = names.split(' ').map(|name| ("x-any", headers[name].to_str().unwrap())).collect();
        let now = text[2..].split_once(',').unwrap().0.parse().unwrap();
        let made = vector.secrets.iter().map(|secret| {
            let signed = signed(secret, now, names, &sent, vector.body.as_bytes());
            signed.headers["x-hook0-signature"].to_str().unwrap().split_once(",v1=").unwrap().1.to_owned()
        });
        assert!(made.into_iter().any(|mac| text.ends_with(&mac)), "{}", vector.name);
    }
}

#[test]
fn the_events_id_is_taken_only_where_it_is_signed() {
    assert_eq!(judged(&good()), Ok(Some(EVENT.to_owned())));
    let mut unsigned = signed(TRIAL.secrets[0], NOW, "content-type", &HEADERS[..1], b"{}");
    unsigned.headers.insert("x-event-id", HeaderValue::from_static(EVENT));
    assert_eq!(judged(&unsigned), Ok(None));
}

#[test]
fn a_signed_header_that_is_changed_missing_or_doubled_is_refused() {
    for (name, value) in HEADERS {
        let mut changed = good();
        changed.headers.insert(name, HeaderValue::from_static("another"));
        assert_eq!(judged(&changed), Err(Refusal::Invalid), "{name} changed");
        changed.headers.remove(name);
        assert_eq!(judged(&changed), Err(Refusal::Invalid), "{name} missing");
        let mut doubled = good();
        doubled.headers.append(name, HeaderValue::from_str(value).unwrap());
        assert_eq!(judged(&doubled), Err(Refusal::Invalid), "{name} doubled");
    }
}

#[test]
fn a_signature_that_lacks_a_part_or_has_one_twice_is_refused() {
    let text = good().headers["x-hook0-signature"].to_str().unwrap().to_owned();
    let (_, mac) = text.split_once(",v1=").unwrap();
    let t = format!("t={NOW}");
    for odd in [
        format!("{t},v1={mac}"),
        format!("{t},h=,v1={mac}"),
        format!("{t},h=content-type  x-event-id,v1={mac}"),
        format!("h=content-type x-event-id,v1={mac}"),
        format!("{t},h=content-type x-event-id"),
        format!("{t},h=content-type x-event-id,v0={mac}"),
        format!("{text},v1={mac}"),
        format!("{text},{t}"),
        format!("{text},h=content-type x-event-id"),
        format!("{t},h=content-type x-event-id,v1={}", mac.to_uppercase()),
        format!("{t},h=x-event-id content-type,v1={mac}"),
        format!("{t},h={},v1={mac}", "content-type ".repeat(40).trim_end()),
        format!("{t}.0,h=content-type x-event-id,v1={mac}"),
    ] {
        let mut signed = good();
        signed.headers.insert("x-hook0-signature", HeaderValue::from_str(&odd).unwrap());
        assert_eq!(judged(&signed), Err(Refusal::Invalid), "{odd}");
    }
    let mut beside = good();
    beside.headers.insert("x-hook0-signature", HeaderValue::from_str(&format!("v0=00,{text}")).unwrap());
    assert!(judged(&beside).is_ok(), "a v0 beside it does not matter");
}

#[test]
fn each_header_that_the_shop_has_set_is_signed_too() {
    let names = "x-event-id x-shop";
    let headers = [("x-event-id", EVENT), ("x-shop", "main. shop=1")];
    let good = signed(TRIAL.secrets[0], NOW, names, &headers, b"{}");
    assert_eq!(judged(&good), Ok(Some(EVENT.to_owned())));
    let mut changed = good;
    changed.headers.insert("x-shop", HeaderValue::from_static("main. shop=2"));
    assert_eq!(judged(&changed), Err(Refusal::Invalid));
}

/// The values are signed with dots between them, and one may hold a dot: parted elsewhere they are signed as well.
#[test]
fn no_other_id_is_taken_from_values_that_are_parted_elsewhere() {
    let mut moved = good();
    let longer = format!("{EVENT}.checkout");
    let names = "content-type x-event-id x-event-type";
    let headers = [HEADERS[0], HEADERS[1], ("x-event-type", "checkout.payment.success")];
    let signature =
        signed(TRIAL.secrets[0], NOW, names, &headers, b"{}").headers["x-hook0-signature"].clone();
    moved.headers.insert("x-hook0-signature", signature);
    for (id, kind, content, expected) in [
        (EVENT, "checkout.payment.success", "application/json".to_owned(), Some(EVENT)),
        (longer.as_str(), "payment.success", "application/json".to_owned(), None),
        ("checkout", "payment.success", format!("application/json.{EVENT}"), None),
    ] {
        for (name, value) in [("x-event-id", id), ("x-event-type", kind), ("content-type", content.as_str())]
        {
            moved.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        assert_eq!(judged(&moved), Ok(expected.map(str::to_owned)), "{id} {kind}");
    }
}
