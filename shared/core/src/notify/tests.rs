//! The message as a shop gets it and verifies it, when it is tried again, and where it may not go.
//!
//! Over 400 lines: tables of addresses and bodies, each beside the one rule that it tries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::payment::{
    Decision, Details, Fact, FactId, Kind, Money, Nonce, ProviderPaymentId, Refund, RefundId, Report, ShopId,
    Source, TokenHash, WriteMark, decide, reserve, told,
};
use crate::provider::signature::standard_webhooks::{Key, verify};
use crate::provider::{Answer, Inbound, Refusal};
use crate::secret::Secret;

const OLD: &str = "whsec_e6w31altGsdRAoqSzaSTpdwzCCf6N+vfbyMisCMs6T0=";
const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn key(secret: &str) -> Key {
    Key::parse(&Secret::new(secret)).unwrap()
}

fn notify(secrets: &[&str]) -> Notify {
    let url = "https://shop.example/notify".to_owned();
    Notify {
        url,
        keys: secrets.iter().map(|secret| key(secret)).collect(),
        events: None,
        since: Moment::default(),
    }
}

fn minute(minutes: u64) -> Moment {
    Moment::parse_rfc3339("2026-11-24T16:54:02.120Z").unwrap().plus_seconds(60 * minutes)
}

/// An order of 49.99 EUR that was paid at Stripe and of which a part was refunded late.
fn refunded_in_part() -> Payment {
    let eur = |minor| Money::new(minor, Currency::parse("EUR").unwrap()).unwrap();
    let (demo, order) = (ShopId::parse("demo").unwrap(), OrderId::parse("1042").unwrap());
    let mut payment = Payment::register(demo.clone(), order, eur(4_999), Details::default(), minute(0));
    let session = crate::payment::Session {
        provider: ProviderName::parse("stripe").unwrap(),
        method: Method::Card,
        created_at: minute(1),
        expires_at: minute(31),
        after: 0,
        nonce: Nonce([7; 6]),
        client_secret: TokenHash::of("secret"),
        go_token: TokenHash::of("go"),
    };
    payment.apply(&reserve(&payment, Attempt::FIRST, session));
    let refund = Refund { id: RefundId::parse("re_1").unwrap(), request: None, money: eur(500) };
    let writes: [&[Kind]; 3] =
        [&[Kind::Sent], &[Kind::Paid(eur(4_999)), Kind::Expired], &[Kind::Refunded(refund)]];
    for (nth, kinds) in (0_u8..).zip(writes) {
        let fact = |kind: &Kind| {
            let mut said = Report::new(kind.clone());
            said.payment = Some(ProviderPaymentId::parse("pi_1").unwrap());
            Fact {
                id: FactId::stored(&format!("evt_{nth}_{}", kind.word())),
                attempt: Attempt::FIRST,
                source: Source::Webhook,
                said,
                at: minute(2 + u64::from(nth)),
                write: WriteMark([nth; 6]),
            }
        };
        let facts: Vec<_> = kinds.iter().map(fact).collect();
        let Decision::Write(change, _) = decide(&payment, &demo, None, &facts) else { panic!() };
        payment.apply(&change);
    }
    payment
}

#[test]
fn the_body_is_the_documented_one() {
    let payment = refunded_in_part();
    let told = told(&payment);
    let bodies: Vec<_> = told.iter().map(|one| Message::of(&payment, one).unwrap().body).collect();
    expect![[r#"
        {
          "type": "order.partially_refunded",
          "timestamp": "2026-11-24T16:58:02.120Z",
          "data": {
            "order_id": "1042",
            "sequence": 3,
            "status": "paid",
            "status_before": "paid",
            "amount": 4999,
            "currency": "EUR",
            "amount_paid": 4999,
            "amount_refunded": 500,
            "attention": [
              "late_payment"
            ],
            "session": {
              "id": "cs_zahf24tbdxdgdpzymyzmpiqzik_1",
              "order_id": "1042",
              "attempt": 1,
              "status": "paid",
              "provider": "stripe",
              "method": "card",
              "amount_refunded": 500
            }
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&bodies[2]).unwrap());
    let texts: Vec<_> = bodies.iter().map(|body| serde_json::to_string(body).unwrap()).collect();
    expect![[r#"
        {"type":"order.pending","timestamp":"2026-11-24T16:56:02.120Z","data":{"order_id":"1042","sequence":1,"status":"pending","status_before":"created","amount":4999,"currency":"EUR","amount_paid":0,"amount_refunded":0,"attention":[],"session":{"id":"cs_zahf24tbdxdgdpzymyzmpiqzik_1","order_id":"1042","attempt":1,"status":"pending","provider":"stripe","method":"card","amount_refunded":0}}}
        {"type":"order.paid","timestamp":"2026-11-24T16:57:02.120Z","data":{"order_id":"1042","sequence":2,"status":"paid","status_before":"pending","amount":4999,"currency":"EUR","amount_paid":4999,"amount_refunded":0,"attention":["late_payment"],"session":{"id":"cs_zahf24tbdxdgdpzymyzmpiqzik_1","order_id":"1042","attempt":1,"status":"paid","provider":"stripe","method":"card","amount_refunded":0}}}"#]].assert_eq(&texts[..2].join("\n"));
}

#[test]
fn its_fields_are_those_of_the_published_vector() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../vectors/standard_webhooks.json")).unwrap();
    let ours = vectors.as_array().unwrap().iter().find(|one| one["name"] == "our_own_notification_to_a_shop");
    let documented: serde_json::Value =
        serde_json::from_str(ours.unwrap()["body"].as_str().unwrap()).unwrap();
    let payment = refunded_in_part();
    let told = told(&payment);
    let sent = serde_json::to_value(&Message::of(&payment, &told[1]).unwrap().body).unwrap();
    let names = |value: &serde_json::Value, at: &str| -> Vec<String> {
        value.pointer(at).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names(&sent, ""), names(&documented, ""));
    assert_eq!(names(&sent, "/data"), names(&documented, "/data"));
    let mut session = names(&documented, "/data/session");
    session.push("amount_refunded".to_owned());
    session.sort();
    assert_eq!(names(&sent, "/data/session"), session);
}

#[test]
fn an_id_names_the_payment_and_the_notification() {
    let payment = refunded_in_part();
    let told = told(&payment);
    let ids: Vec<_> = told.iter().map(|one| Message::of(&payment, one).unwrap().id).collect();
    let expected = [1, 2, 3].map(|n| format!("msg_zahf24tbdxdgdpzymyzmpiqzik_{n}"));
    assert_eq!(ids, expected);
    let mut other = payment.clone();
    other.sessions.clear();
    assert_eq!(Message::of(&other, &told[0]), None);
}

/// The headers of a request as a server sees them.
fn headers(request: &Request) -> http::HeaderMap {
    let header = |name: &str, value: &Secret| {
        (http::HeaderName::try_from(name).unwrap(), http::HeaderValue::from_str(value.reveal()).unwrap())
    };
    request.headers.iter().map(|(name, value)| header(name, value)).collect()
}

#[test]
fn a_request_is_believed_with_any_of_the_keys_and_with_no_other() {
    let payment = refunded_in_part();
    let told = told(&payment);
    let message = Message::of(&payment, &told[1]).unwrap();
    let now = Moment::from_seconds(1_795_539_602);
    let request = message.request(&notify(&[OLD, NEW]), now);
    let believed = |secret: &str, body: &[u8], at: Moment| {
        let headers = headers(&request);
        let inbound = Inbound { url: "", headers: &headers, body };
        verify(&[key(secret)], &inbound, at).map(|(id, _)| id.to_owned())
    };
    for secret in [OLD, NEW] {
        assert_eq!(believed(secret, &request.body, now), Ok(message.id.clone()));
    }
    let third = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    assert_eq!(believed(third, &request.body, now), Err(Refusal::Invalid));
    let spaced = [&request.body[..], b" "].concat();
    assert_eq!(believed(OLD, &spaced, now), Err(Refusal::Invalid));
    assert_eq!(believed(OLD, &request.body, now.plus_seconds(301)), Err(Refusal::TooOld));

    assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://shop.example/notify"));
    for (name, value) in [
        ("content-type", "application/json"),
        ("user-agent", "payproof"),
        ("webhook-timestamp", "1795539602"),
    ] {
        assert_eq!(request.header_value(name), Some(value), "{name}");
    }
    // Computed with Python's hmac and base64 over the same text.
    assert_eq!(request.header_value("webhook-signature"), Some(SIGNED_BY_BOTH));
}

const SIGNED_BY_BOTH: &str =
    "v1,92pqu3AoD7JqKVwpO7WAe4TzDLL8mW0YF5e5PNWsrOM= v1,ELKn1niDCGquis9bzjzbd7V3Sk0Ws7mjyCl6VEf7gQE=";

#[test]
fn another_try_has_the_same_id_and_body_and_a_time_and_signature_of_its_own() {
    let payment = refunded_in_part();
    let told = told(&payment);
    let message = Message::of(&payment, &told[0]).unwrap();
    let try_at = |seconds| message.request(&notify(&[NEW]), Moment::from_seconds(seconds));
    let (first, second) = (try_at(1_795_539_602), try_at(1_795_539_607));
    assert_eq!(first.body, second.body);
    assert_eq!(first.header_value("webhook-id"), second.header_value("webhook-id"));
    for name in ["webhook-timestamp", "webhook-signature"] {
        assert_ne!(first.header_value(name), second.header_value(name), "{name}");
    }
}

#[test]
fn it_is_tried_ten_times_within_76_hours_and_then_parked() {
    let waits: Vec<_> = (0..).map_while(next_try).map(|wait| wait.as_secs()).collect();
    assert_eq!(waits, [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    assert_eq!(waits.iter().sum::<u64>(), 272_105);
    for tries in [10, 11, usize::MAX] {
        assert_eq!(next_try(tries), None);
    }
}

#[test]
fn a_shop_that_asks_for_time_gets_it_within_a_bound_and_no_further_try() {
    let asked =
        |tries, seconds| next_try_asked(tries, Some(Duration::from_secs(seconds))).map(|wait| wait.as_secs());
    assert_eq!(asked(1, 60), Some(60));
    assert_eq!(asked(2, 60), Some(300), "never sooner than planned");
    assert_eq!(asked(1, u64::MAX), Some(86_400));
    assert_eq!(asked(10, 60), None);
    assert_eq!(next_try_asked(1, None), Some(Duration::from_secs(5)));
}

fn answered(status: u16, retry_after: &str) -> Heard {
    let mut headers = http::HeaderMap::new();
    headers.insert("location", http::HeaderValue::from_static("http://169.254.169.254/"));
    if !retry_after.is_empty() {
        headers.insert("retry-after", http::HeaderValue::from_str(retry_after).unwrap());
    }
    let answer = Answer { status, headers, body: b"it is planted".to_vec() };
    heard(&answer, Moment::parse_rfc3339("2026-11-24T17:00:02Z").unwrap())
}

#[test]
fn an_answer_means_told_gone_or_failed() {
    for status in [200, 201, 202, 204, 299] {
        assert_eq!(answered(status, "60"), Heard::Told, "{status}");
    }
    assert_eq!(answered(410, ""), Heard::Gone);
    for status in [
        0, 100, 101, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503,
        504, 999,
    ] {
        let Heard::Failed { why, asked } = answered(status, "") else { panic!("{status}") };
        assert!(why.starts_with(&format!("answered {status}")) && !why.contains("planted"), "{why}");
        assert_eq!((why.contains("redirects are not followed"), asked), (status / 100 == 3, None), "{why}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date_and_anything_else_is_not_there() {
    for (text, expected) in [
        ("120", Some(120)),
        ("0", Some(0)),
        ("86401", Some(86_400)),
        ("99999999999999999999999", Some(86_400)),
        ("Tue, 24 Nov 2026 17:10:02 GMT", Some(600)),
        ("Tue, 24 Nov 2026 16:10:02 GMT", Some(0)),
        ("Tue, 24 Nov 2099 16:10:02 GMT", Some(86_400)),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("١", None),
    ] {
        for status in [302, 429, 503] {
            let Heard::Failed { asked, .. } = answered(status, text) else { panic!() };
            assert_eq!(asked, expected.map(Duration::from_secs), "{text}");
        }
    }
}

#[test]
fn only_public_addresses_are_called() {
    let refused = [
        ("0.0.0.0", "the unspecified address"),
        ("0.255.255.255", "an address of the own network"),
        ("10.0.0.0", "a private address"),
        ("10.255.255.255", "a private address"),
        ("100.64.0.0", "an address behind a carrier's NAT"),
        ("100.100.100.200", "an address behind a carrier's NAT"),
        ("100.127.255.255", "an address behind a carrier's NAT"),
        ("127.0.0.1", "a loopback address"),
        ("127.255.255.255", "a loopback address"),
        ("169.254.0.0", "a link-local address"),
        ("169.254.169.254", "a link-local address"),
        ("172.16.0.0", "a private address"),
        ("172.31.255.255", "a private address"),
        ("192.0.0.192", "an address for protocols"),
        ("192.0.2.1", "an address for documentation"),
        ("192.88.99.1", "a 6to4 address"),
        ("192.168.0.0", "a private address"),
        ("192.168.255.255", "a private address"),
        ("198.18.0.0", "an address for benchmarks"),
        ("198.19.255.255", "an address for benchmarks"),
        ("198.51.100.7", "an address for documentation"),
        ("203.0.113.7", "an address for documentation"),
        ("224.0.0.1", "a multicast address"),
        ("239.255.255.255", "a multicast address"),
        ("240.0.0.1", "a reserved address"),
        ("255.255.255.255", "the broadcast address"),
        ("::", "the unspecified address"),
        ("::1", "a loopback address"),
        ("::2", "no public address"),
        ("::127.0.0.1", "no public address"),
        ("::8.8.8.8", "no public address"),
        ("::ffff:10.0.0.1", "a private address"),
        ("::ffff:127.0.0.1", "a loopback address"),
        ("::ffff:169.254.169.254", "a link-local address"),
        ("64:ff9b::10.0.0.1", "a private address"),
        ("64:ff9b::127.0.0.1", "a loopback address"),
        ("64:ff9b::169.254.169.254", "a link-local address"),
        ("64:ff9b::1:808:808", "no public address"),
        ("64:ff9b:1::8.8.8.8", "an address of a local NAT64"),
        ("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "an address of a local NAT64"),
        ("100::1", "an address that is discarded"),
        ("2001::1", "an address for protocols"),
        ("2001:1ff:ffff::1", "an address for protocols"),
        ("2001:db8::1", "an address for documentation"),
        ("2002:7f00:1::1", "a 6to4 address"),
        ("2002:808:808::1", "a 6to4 address"),
        ("3fff::1", "an address for documentation"),
        ("3fff:fff:ffff::1", "an address for documentation"),
        ("4000::1", "no public address"),
        ("5f00::1", "no public address"),
        ("fc00::1", "a unique local address"),
        ("fd00:ec2::254", "a unique local address"),
        ("fdff:ffff::1", "a unique local address"),
        ("fe80::1", "a link-local address"),
        ("febf::1", "a link-local address"),
        ("fec0::1", "a site-local address"),
        ("feff::1", "a site-local address"),
        ("ff02::1", "a multicast address"),
    ];
    for (text, expected) in refused {
        let address: IpAddr = text.parse().unwrap();
        let barred = Barred::NotPublic { address, what: expected };
        assert_eq!(may_reach(address, Loopback::Refused), Err(barred.clone()), "{text}");
        // On a developer's machine only that machine is added.
        let own = matches!(text, "127.0.0.1" | "127.255.255.255" | "::1" | "::ffff:127.0.0.1");
        assert_eq!(may_reach(address, Loopback::Allowed), if own { Ok(()) } else { Err(barred) }, "{text}");
    }
    for text in [
        "1.0.0.0",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2001:db9::1",
        "2003::1",
        "2606:4700::1111",
        "2a05:d018::1",
        "3ffe::1",
        "3fff:1000::1",
    ] {
        for loopback in [Loopback::Refused, Loopback::Allowed] {
            assert_eq!(may_reach(text.parse().unwrap(), loopback), Ok(()), "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_096) })]

    #[test]
    fn whatever_the_standard_library_calls_special_is_refused_in_each_way_to_write_it(bits: u32, low: u16) {
        for v4 in [Ipv4Addr::from_bits(bits), Ipv4Addr::from_bits(0x7f00_0000 | u32::from(low)), Ipv4Addr::from_bits(0xac10_0000 | bits >> 12)] {
            let [high, lower] = [(v4.to_bits() >> 16) as u16, v4.to_bits() as u16];
            let special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || v4.is_unspecified();
            let judged = may_reach(v4.into(), Loopback::Refused).is_ok();
            prop_assert!(!(special && judged), "{v4}");
            let mapped = v4.to_ipv6_mapped();
            let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, lower);
            for v6 in [mapped, nat64] {
                prop_assert_eq!(may_reach(v6.into(), Loopback::Refused).is_ok(), judged, "{}", v6);
            }
            prop_assert!(may_reach(Ipv6Addr::new(0x2002, high, lower, 0, 0, 0, 0, 1).into(), Loopback::Allowed).is_err());
        }
    }

    #[test]
    fn and_so_is_every_ipv6_address_that_is_not_global_unicast(bits: u128) {
        let v6 = Ipv6Addr::from_bits(bits);
        let nat64_or_mapped = v6.to_ipv4_mapped().is_some() || v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
        let allowed = may_reach(v6.into(), Loopback::Refused).is_ok();
        prop_assert!(!allowed || nat64_or_mapped || bits >> 125 == 1, "{v6}");
    }
}

#[test]
fn only_https_is_called_save_in_the_local_stack() {
    for (url, deployed, local) in [
        ("https://shop.example/notify", true, true),
        ("HTTPS://shop.example/notify", true, true),
        ("http://shop.example/notify", false, true),
        ("http://localhost:8787/demo/notify", false, true),
        ("ftp://shop.example/", false, false),
        ("file:///etc/passwd", false, false),
        ("shop.example", false, false),
        ("", false, false),
    ] {
        assert_eq!(may_call(url, Loopback::Refused).is_ok(), deployed, "{url}");
        assert_eq!(may_call(url, Loopback::Allowed).is_ok(), local, "{url}");
    }
}
