//! Tokens, verified with the public key as a provider would.

use ed25519_dalek::Verifier as _;
use http::Method as Verb;
use serde_json::{Value, json};

use super::*;

/// The key pair of RFC 8032, section 7.1, test 1.
const ED25519: &str =
    "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
/// Made for this test by OpenSSL.
const P256: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIGZ2mVyyN1ohGlo1B+kRuiuf/rFy0VIoEAjvWi1425nGoAoGCCqGSM49
AwEHoUQDQgAEs6GMRizyqlszx3svWfkEEbnchqeiWo1kU4x1/p63dVl9jeGFcEnf
iNBHYXHvtq2yz5JLWeQpY8SxlOrHG/CYmg==
-----END EC PRIVATE KEY-----
";
const NOW: Moment = Moment::from_seconds(1_795_539_600);

fn key(text: &str) -> Option<JwtKey> {
    JwtKey::parse("cdp", &Secret::new("organizations/1/apiKeys/2"), &Secret::new(text))
}

fn token(key: &str, verb: Verb, url: &str) -> String {
    let request = Request::new(verb, url).jwt(super::tests::key(key).unwrap());
    let stamped = request.stamped(NOW, [0xab; 16]).unwrap();
    assert!(stamped.jwt.is_none(), "it is sent once");
    stamped.header_value("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

/// Header, claims, what is signed, and the signature.
fn parts(token: &str) -> (Value, Value, String, Vec<u8>) {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let bytes = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
    let json = |part: &str| serde_json::from_slice(&bytes(part)).unwrap();
    (json(header), json(claims), format!("{header}.{claims}"), bytes(signature))
}

#[test]
fn a_token_names_its_key_its_request_and_two_minutes() {
    for (text, algorithm) in [(ED25519, "EdDSA"), (P256, "ES256")] {
        let token = token(text, Verb::POST, "https://business.coinbase.com/sandbox/api/v1/checkouts?a=b");
        let (header, claims, ..) = parts(&token);
        let nonce = "abababababababababababababababab";
        let id = "organizations/1/apiKeys/2";
        assert_eq!(header, json!({ "alg": algorithm, "kid": id, "typ": "JWT", "nonce": nonce }));
        let uris = ["POST business.coinbase.com/sandbox/api/v1/checkouts"];
        let at = NOW.seconds();
        assert_eq!(
            claims,
            json!({ "sub": id, "iss": "cdp", "iat": at, "nbf": at, "exp": at + 120, "uris": uris })
        );
    }
    let (_, claims, ..) = parts(&token(ED25519, Verb::GET, "http://127.0.0.1:9000/x"));
    assert_eq!(claims["uris"], json!(["GET 127.0.0.1:9000/x"]));
}

#[test]
fn a_token_is_signed_by_its_key() {
    let (_, _, signed, signature) = parts(&token(ED25519, Verb::GET, "https://a.example/b"));
    let public = BASE64.decode(ED25519.as_bytes()).unwrap()[32..].to_vec();
    let public = ed25519_dalek::VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
    assert!(public.verify(signed.as_bytes(), &signature).is_ok());
    assert!(public.verify(format!("{signed}a").as_bytes(), &signature).is_err());

    let (_, _, signed, signature) = parts(&token(P256, Verb::GET, "https://a.example/b"));
    assert_eq!(signature.len(), 64, "r and s, not DER");
    let public = p256::ecdsa::VerifyingKey::from(&p256::ecdsa::SigningKey::from(
        p256::SecretKey::from_sec1_pem(P256).unwrap(),
    ));
    let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
    assert!(public.verify(signed.as_bytes(), &signature).is_ok());
    assert!(public.verify(format!("{signed}a").as_bytes(), &signature).is_err());
}

#[test]
fn a_key_comes_in_each_documented_form_and_no_other() {
    let one_line = P256.trim_end().replace('\n', "\\n");
    assert!(key(&one_line) == key(P256) && key(P256).is_some());
    let pkcs8 = {
        use p256::pkcs8::EncodePrivateKey as _;
        p256::SecretKey::from_sec1_pem(P256).unwrap().to_pkcs8_pem(p256::pkcs8::LineEnding::LF).unwrap()
    };
    assert_eq!(key(&pkcs8), key(P256));
    let other_half = BASE64.encode(&[7; 64]);
    for text in [
        "",
        "k3y",
        &ED25519[4..],
        &format!("{ED25519}\n"),
        &other_half,
        "-----BEGIN EC PRIVATE KEY-----",
        &P256.replace("MHcC", "MHcD"),
        &P256.replace("EC PRIVATE", "PUBLIC"),
    ] {
        assert!(key(text).is_none(), "{text}");
    }
}

#[test]
fn a_request_without_a_key_stays_as_it_is_and_none_shows_its_key() {
    let request = Request::new(Verb::GET, "https://a.example/").header("accept", "text/plain");
    assert_eq!(request.clone().stamped(NOW, [0; 16]), Ok(request));
    let request = Request::new(Verb::GET, "https://a.example/").jwt(key(ED25519).unwrap());
    let printed = format!("{request:?} {:?}", key(ED25519));
    assert!(!printed.contains("apiKeys") && !printed.contains("nWGx"), "{printed}");
    let nowhere = Request::new(Verb::GET, "nowhere").jwt(key(ED25519).unwrap());
    assert!(matches!(nowhere.stamped(NOW, [0; 16]), Err(Failure::Unreachable(_))));
}
