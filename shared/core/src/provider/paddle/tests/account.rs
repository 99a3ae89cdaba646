//! Keys, amounts, and the signature header.

use super::*;

#[test]
fn a_key_or_the_address_says_whether_it_moves_real_money() {
    for (key, base, live, address) in [
        ("pdl_live_apikey_1", None, Some(true), "https://api.paddle.com"),
        ("pdl_sdbx_apikey_1", None, Some(false), "https://sandbox-api.paddle.com"),
        ("0123456789abcdef", None, Some(true), "https://api.paddle.com"),
        (
            "0123456789abcdef",
            Some("https://sandbox-api.paddle.com/"),
            Some(false),
            "https://sandbox-api.paddle.com",
        ),
        ("0123456789abcdef", Some("http://127.0.0.1:9000"), None, "http://127.0.0.1:9000"),
        ("pdl_sdbx_apikey_1", Some("http://127.0.0.1:9000"), Some(false), "http://127.0.0.1:9000"),
    ] {
        let mut config = json!({ "api_key": key, "webhook_secrets": ["pdl_ntfset_1"] });
        if let Some(base) = base {
            config["api_base"] = base.into();
        }
        let configured = PROVIDER.configure(&config).unwrap();
        assert_eq!((configured.about().live, configured.about().api_base), (live, address), "{key} {base:?}");
    }
    for (key, base) in [
        ("pdl_live_apikey_1", "https://sandbox-api.paddle.com"),
        ("pdl_sdbx_apikey_1", "https://api.paddle.com"),
    ] {
        let config = json!({ "api_key": key, "webhook_secrets": ["pdl_ntfset_1"], "api_base": base });
        assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "api_base", "{key}");
    }
}

#[test]
fn what_paddle_does_not_sell_in_is_not_sent_there() {
    for (minor, code, expected) in [
        (4999, "EUR", Ok(())),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (5000, "JPY", Ok(())),
        (5000, "KRW", Err(Unsuitable::Currency)),
        (5000, "VND", Err(Unsuitable::Currency)),
        (12_340, "KWD", Err(Unsuitable::Currency)),
        (500, "ISK", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured().suits(money(minor, code)), expected, "{minor} {code}");
    }
    let config = json!({ "api_key": "k", "webhook_secrets": ["s"], "min_amount": 50, "max_amount": 1000 });
    let configured = PROVIDER.configure(&config).unwrap();
    for (minor, expected) in
        [(49, Err(Unsuitable::TooSmall)), (50, Ok(())), (1000, Ok(())), (1001, Err(Unsuitable::TooLarge))]
    {
        assert_eq!(configured.suits(money(minor, "EUR")), expected, "{minor}");
    }
}

#[test]
fn our_signature_is_the_one_of_the_vectors() {
    let vectors = vectors_in("paddle/paddle.json".as_ref());
    let mut compared = 0;
    for vector in vectors.iter().filter(|vector| vector.is_good()) {
        let headers = vector.headers();
        let header = headers["paddle-signature"].to_str().unwrap();
        let seconds = header.trim_start_matches("ts=").split(';').next().unwrap().parse().unwrap();
        let signs = |secret: &String| signature(secret, seconds, vector.body.as_bytes());
        compared += usize::from(vector.secrets.iter().any(|secret| header == signs(secret)));
    }
    assert!(compared >= 15, "{compared}");
}

#[test]
fn a_header_is_read_strictly() {
    let body = b"{}";
    let good = signature(TRIAL.secrets[0], NOW, body);
    let (ts, h1) = good.split_once(';').unwrap();
    let hex = h1.trim_start_matches("h1=");
    let judge = |header: &str| {
        let signed = Signed::by(&[("paddle-signature", header)], body);
        let inbound = Inbound { url: "", headers: &signed.headers, body };
        match configured().verify(&inbound, Moment::from_seconds(NOW)) {
            Verdict::Verified(_) => Ok(()),
            Verdict::Refused(refusal) => Err(refusal),
            Verdict::Ask(_) => panic!(),
        }
    };
    let wrong = format!("h1={}", "0".repeat(64));
    let many = |count| vec![wrong.as_str(); count].join(";");
    for (header, expected) in [
        (good.clone(), Ok(())),
        (format!("{h1};{ts}"), Ok(())),
        (format!("{ts};{wrong};{h1}"), Ok(())),
        (format!("{ts};{};{h1}", many(15)), Ok(())),
        (format!("{ts};{};{h1}", many(16)), Err(Refusal::Invalid)),
        (format!("{ts};{ts};{h1}"), Err(Refusal::Invalid)),
        (format!("{good},{good}"), Err(Refusal::Invalid)),
        (format!("{ts},{h1}"), Err(Refusal::Invalid)),
        (format!("{ts}; {h1}"), Err(Refusal::Invalid)),
        (format!("{ts};{h1};"), Err(Refusal::Invalid)),
        (format!("{ts};h2=00;{h1}"), Err(Refusal::Invalid)),
        (format!("{ts};h1={}", hex.to_uppercase()), Err(Refusal::Invalid)),
        (format!("{ts};h1={hex}00"), Err(Refusal::Invalid)),
        (format!("ts=+{NOW};{h1}"), Err(Refusal::Invalid)),
        (h1.to_owned(), Err(Refusal::Invalid)),
        (ts.to_owned(), Err(Refusal::Invalid)),
        ("nonsense".to_owned(), Err(Refusal::Invalid)),
    ] {
        assert_eq!(judge(&header), expected, "{header}");
    }
}
