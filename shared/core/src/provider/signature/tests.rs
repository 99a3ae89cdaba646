//! The schemes that providers share, held to published vectors.

use super::standard_webhooks::{AnyKey, Key, PublicKey, sign, verify, verify_any};
use super::*;
use crate::provider::Inbound;
use crate::provider::conformance::{Vector, vectors_in};
use crate::secret::Secret;

fn vectors() -> Vec<Vector> {
    vectors_in("standard_webhooks.json".as_ref())
}

fn any_keys(vector: &Vector) -> Vec<AnyKey> {
    vector.secrets.iter().filter_map(|secret| AnyKey::parse(&Secret::new(secret.as_str()))).collect()
}

/// The symmetric ones of a vector's secrets.
fn keys(vector: &Vector) -> Vec<Key> {
    vector.secrets.iter().filter_map(|secret| Key::parse(&Secret::new(secret.as_str()))).collect()
}

#[test]
fn standard_webhooks_are_judged_as_their_vectors_say() {
    let (mut good, mut bad) = (0, 0);
    for vector in vectors() {
        let headers = vector.headers();
        let inbound = Inbound { url: "", headers: &headers, body: vector.body.as_bytes() };
        let judged = verify_any(&any_keys(&vector), &inbound, vector.now()).map(|(id, _)| id);
        // Where no key pair is involved both ways to ask give the same.
        let by_secrets = verify(&keys(&vector), &inbound, vector.now()).map(|(id, _)| id);
        assert!(by_secrets == judged || vector.secrets.iter().any(|key| key.starts_with("whpk_")));
        if vector.is_good() {
            assert_eq!(judged.unwrap(), headers["webhook-id"], "{}", vector.name);
            good += 1;
        } else {
            assert_eq!(judged.unwrap_err(), vector.refusal(), "{}", vector.name);
            bad += 1;
        }
    }
    assert!(good >= 10 && bad >= 10, "{good} good and {bad} bad ones were tried");
}

#[test]
fn our_signature_is_the_one_that_the_published_library_makes() {
    let mut compared = 0;
    for vector in vectors().iter().filter(|vector| vector.is_good()) {
        let headers = vector.headers();
        let text = |name: &str| headers[name].to_str().unwrap();
        // We sign with secrets only.
        if keys(vector).is_empty() {
            continue;
        }
        let seconds = text("webhook-timestamp").parse().unwrap();
        let signatures: Vec<_> = text("webhook-signature").split(' ').collect();
        let ours = |key: &Key| sign(key, text("webhook-id"), seconds, vector.body.as_bytes());
        assert!(keys(vector).iter().any(|key| signatures.contains(&ours(key).as_str())), "{}", vector.name);
        compared += 1;
    }
    assert!(compared >= 10, "{compared}");
}

#[test]
fn a_header_with_very_many_signatures_is_refused() {
    let key = Key::parse(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
    let good = sign(&key, "msg_1", 1_795_539_600, b"{}");
    let judge = |count: usize| {
        let mut headers = http::HeaderMap::new();
        headers.insert("webhook-id", http::HeaderValue::from_static("msg_1"));
        headers.insert("webhook-timestamp", http::HeaderValue::from_static("1795539600"));
        let many = [vec!["v1,AAAA"; count].join(" "), good.clone()].join(" ");
        headers.insert("webhook-signature", http::HeaderValue::from_str(&many).unwrap());
        let inbound = Inbound { url: "", headers: &headers, body: b"{}" };
        verify(std::slice::from_ref(&key), &inbound, Moment::from_seconds(1_795_539_600)).map(|_| ())
    };
    assert_eq!(judge(15), Ok(()));
    assert_eq!(judge(16), Err(Refusal::Invalid));
}

/// The one whose body is a delivery signed with a key pair alone.
fn with_key_pair() -> Vector {
    vectors().into_iter().find(|vector| vector.name == "v1a_alone_unicode_escapes_and_indented_body").unwrap()
}

#[test]
fn a_changed_byte_under_a_key_pairs_signature_is_refused() {
    let vector = with_key_pair();
    let (keys, headers) = (any_keys(&vector), vector.headers());
    let judge = |headers: &http::HeaderMap, body: &[u8]| {
        verify_any(&keys, &Inbound { url: "", headers, body }, vector.now()).map(|_| ())
    };
    let good = vector.body.as_bytes();
    assert_eq!(judge(&headers, good), Ok(()));
    for index in [0, good.len() / 2, good.len() - 1] {
        let mut body = good.to_vec();
        body[index] ^= 1;
        assert_eq!(judge(&headers, &body), Err(Refusal::Invalid), "byte {index}");
    }
    let signature = headers["webhook-signature"].to_str().unwrap().to_owned();
    for (name, value) in [
        ("webhook-id", "msg_another".to_owned()),
        ("webhook-timestamp", "1795539601".to_owned()),
        ("webhook-signature", signature.replace("v1a,", "v1,")),
        ("webhook-signature", signature.replace("v1a,", "v1A,")),
        ("webhook-signature", signature.replace("==", "")),
        ("webhook-signature", "v1a,".to_owned()),
    ] {
        let mut headers = headers.clone();
        headers.insert(name, http::HeaderValue::from_str(&value).unwrap());
        assert_eq!(judge(&headers, good), Err(Refusal::Invalid), "{name} {value}");
    }
}

#[test]
fn a_public_key_is_no_secret_and_a_secret_no_public_key() {
    let public = with_key_pair().secrets[0].clone();
    assert!(matches!(AnyKey::parse(&Secret::new(public.as_str())), Some(AnyKey::Public(_))));
    assert!(Key::parse(&Secret::new(public.as_str())).is_none());
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert!(matches!(AnyKey::parse(&Secret::new(secret)), Some(AnyKey::Secret(_))));
    // The identity and another point of small order: under them a stranger's signature would do.
    let weak = [[vec![1_u8], vec![0; 31]].concat(), vec![0; 32]];
    let encoded = weak.map(|bytes| format!("whpk_{}", data_encoding::BASE64.encode(&bytes)));
    let short = format!("whpk_{}", data_encoding::BASE64.encode(&[7; 31]));
    for text in
        [encoded[0].as_str(), &encoded[1], &short, "whpk_", &public[5..], &public.to_uppercase(), secret]
    {
        assert!(PublicKey::parse(text).is_none(), "{text}");
    }
}

#[test]
fn a_signed_time_is_digits() {
    assert_eq!(signed_seconds("1795539600"), Ok(1_795_539_600));
    for text in ["", "+1", "-1", "1.0", " 1", "1 ", "1e9", "0x1", "١", "9999999999999999"] {
        assert_eq!(signed_seconds(text), Err(Refusal::Invalid), "{text}");
    }
}
