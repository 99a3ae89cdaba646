//! Signatures that the providers' own libraries make (npm and PyPI) verify, and with one bit changed they do not.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use payproof::payment::Moment;
use payproof::provider::{Inbound, Refusal, Verdict, listed};
use serde_json::{Value, json};

const AT: u64 = 1_795_539_242;
const STRIPE: &str = "whsec_Q8vN3mXc7LbT2yRk9WpZ4dHs6FgJ1aEu";
const STANDARD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

fn suite() -> PathBuf {
    std::env::var_os("PAYPROOF_SUITE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/suite"), PathBuf::from)
}

/// Bodies as they come: plain, indented, with other alphabets, empty, large.
fn bodies() -> Vec<String> {
    let large = "x".repeat(20_000);
    vec![
        "{}".to_owned(),
        "{\n  \"id\": \"evt_1\",\n  \"object\": \"event\"\n}".to_owned(),
        "{\"name\":\"Jörg Weiß 山田 🙂 \\u00e9\"}".to_owned(),
        format!("{{\"large\":\"{large}\"}}"),
        "not json at all".to_owned(),
    ]
}

/// What a signing script is given, and what it gives back: the headers of each delivery.
fn signed_by(program: &str, script: &str) -> Vec<Value> {
    let input = json!({ "at": AT, "stripe": STRIPE, "standard": STANDARD, "bodies": bodies() });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("stack").join(script);
    let mut child = Command::new(program)
        .arg(script)
        .current_dir(suite())
        .env("PAYPROOF_SUITE", suite())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} does not start ({error}): run .ci/setup"));
    let mut stdin = child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, input.to_string().as_bytes()).expect("a write");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{program} failed: run .ci/setup");
    serde_json::from_slice(&output.stdout).expect("a list of deliveries")
}

#[test]
fn what_the_npm_libraries_sign_verifies_and_no_flipped_bit_does() {
    let node = signed_by("node", "sign.mjs");
    all_verify(&node);
}

#[test]
fn what_the_pypi_libraries_sign_verifies_and_no_flipped_bit_does() {
    let python = suite().join("venv/bin/python");
    all_verify(&signed_by(&python.to_string_lossy(), "sign.py"));
}

fn all_verify(deliveries: &[Value]) {
    assert_eq!(deliveries.len(), 2 * bodies().len(), "each body by both schemes");
    for delivery in deliveries {
        let (provider, secret) = match delivery["scheme"].as_str() {
            Some("stripe") => ("stripe", STRIPE),
            _ => ("sandbox", STANDARD),
        };
        let config =
            json!({ "api_key": "sk_test_1", "api_base": "http://127.0.0.1:9", "webhook_secrets": [secret] });
        let configured = listed(provider).expect("a provider").configure(&config).expect("an account");
        let headers: Vec<(String, String)> = delivery["headers"]
            .as_object()
            .expect("headers")
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().expect("text").to_owned()))
            .collect();
        let body = delivery["body"].as_str().expect("a body").as_bytes().to_vec();
        let refused = |headers: &[(String, String)], body: &[u8]| -> Option<Refusal> {
            let mut map = http::HeaderMap::new();
            for (name, value) in headers {
                let name: http::HeaderName = name.parse().expect("a name");
                // A changed bit can make a value that is no header text: then no such delivery can come.
                let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) else {
                    return Some(Refusal::Missing);
                };
                map.append(name, value);
            }
            let inbound = Inbound { url: "http://127.0.0.1/", headers: &map, body };
            match configured.verify(&inbound, Moment::from_seconds(AT + 1)) {
                Verdict::Refused(refusal) => Some(refusal),
                Verdict::Verified(verified) => {
                    assert_eq!(verified.body(), body);
                    None
                }
                Verdict::Ask(_) => panic!("nothing to ask"),
            }
        };
        assert_eq!(refused(&headers, &body), None, "{delivery}");
        // All positions, not a sample; of the large body the first and last thousand bytes.
        for position in
            (0..body.len()).filter(|at| body.len() < 2_000 || *at < 1_000 || *at + 1_000 > body.len())
        {
            for bit in 0..8 {
                let mut changed = body.clone();
                changed[position] ^= 1 << bit;
                assert!(refused(&headers, &changed).is_some(), "body byte {position} bit {bit}");
            }
        }
        for (index, (name, value)) in headers.iter().enumerate() {
            for position in 0..value.len() {
                for bit in 0..7 {
                    let mut changed = value.clone().into_bytes();
                    changed[position] ^= 1 << bit;
                    let Ok(changed) = String::from_utf8(changed) else { continue };
                    let mut headers = headers.clone();
                    headers[index].1 = changed;
                    assert!(
                        refused(&headers, &body).is_some(),
                        "{name} byte {position} bit {bit}: {}",
                        headers[index].1
                    );
                }
            }
        }
    }
}
