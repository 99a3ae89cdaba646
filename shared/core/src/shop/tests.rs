//! A shop's configuration: what is taken, what is refused and where it says the problem is.

use serde_json::{Value, json};

use super::*;

fn key(kind: &str) -> String {
    format!("{kind}_demo_{}", "a1B2".repeat(11).chars().take(43).collect::<String>())
}

fn document() -> Value {
    json!({
        "id": "demo", "name": "Demo shop",
        "api_keys": { "secret": [key("sk")], "read": [key("rk")], "publishable": [key("pk")] },
        "return_url_prefixes": ["https://shop.example/", "http://localhost:8787/pay/"],
        "notify": { "url": "https://shop.example/notify", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="] },
        "session_ttl_seconds": 1800,
        "providers": { "stripe": { "api_key": "sk_test_planted", "webhook_secrets": ["whsec_planted"] } },
        "routing": [
            { "when": { "method": "card", "min_amount": 500, "currencies": ["EUR"], "countries": ["DE", "FR"] }, "use": ["stripe"] },
        ],
    })
}

fn parse(document: &Value) -> Result<Shop, ShopError> {
    Shop::parse(document.to_string().as_bytes())
}

#[test]
fn the_documented_configuration_is_taken() {
    let shop = parse(&document()).unwrap();
    assert_eq!(
        (shop.id.as_str(), shop.session_ttl_seconds, shop.list_shards, shop.keys.len()),
        ("demo", 1_800, 1, 3)
    );
    let mut least = document();
    for name in ["notify", "session_ttl_seconds", "routing"] {
        least.as_object_mut().unwrap().remove(name);
    }
    least["api_keys"] = json!({ "secret": [key("sk")] });
    assert_eq!(parse(&least).unwrap().session_ttl_seconds, SESSION_TTL_SECONDS_DEFAULT);
}

#[test]
fn what_is_wrong_is_refused_with_its_path() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
    for (at, value, path) in [
        ("/id", json!("De mo"), "id"),
        ("/name", json!(" "), "name"),
        ("/api_keys/secret", json!([]), "api_keys.secret"),
        ("/api_keys/secret/0", json!(key("pk")), "api_keys.secret[0]"),
        ("/api_keys/secret/0", json!(key("sk").replace("demo", "other")), "api_keys.secret[0]"),
        ("/api_keys/read/0", json!("rk_demo_short"), "api_keys.read[0]"),
        ("/api_keys/read/0", json!("sha256:00"), "api_keys.read[0]"),
        ("/api_keys/root", json!([]), "api_keys.root"),
        ("/return_url_prefixes/0", json!("https://shop.example"), ""),
        ("/return_url_prefixes/0", json!("https://shop.example/pay"), "return_url_prefixes[0]"),
        ("/return_url_prefixes/1", json!("https://user@shop.example/"), "return_url_prefixes[1]"),
        ("/return_url_prefixes/1", json!("ftp://shop.example/"), "return_url_prefixes[1]"),
        ("/notify/secrets", json!([]), "notify.secrets"),
        ("/notify/secrets/0", json!("whsec_c2hvcnQ="), "notify.secrets[0]"),
        ("/notify/secrets", json!(vec![secret; 11]), "notify.secrets"),
        ("/notify/url", json!("javascript:alert(1)"), "notify.url"),
        ("/notify/events", json!([]), "notify.events"),
        ("/notify/events", json!(["order.paid", "order.created"]), "notify.events[1]"),
        ("/notify/events", json!(["paid"]), "notify.events[0]"),
        ("/notify/events", json!("order.paid"), "notify.events"),
        ("/notify/since", json!("yesterday"), "notify.since"),
        ("/notify/retries", json!(3), "notify.retries"),
        ("/session_ttl_seconds", json!(59), "session_ttl_seconds"),
        ("/session_ttl_seconds", json!("1800"), "session_ttl_seconds"),
        ("/list_shards", json!(0), "list_shards"),
        ("/providers/unheard_of", json!({}), "providers.unheard_of"),
        ("/providers/stripe/webhook_secrets", json!([]), "providers.stripe.webhook_secrets"),
        ("/providers/stripe/webhook_secrets/0", json!("  "), "providers.stripe.webhook_secrets[0]"),
        ("/providers/stripe/webhook_secret", json!(secret), "providers.stripe.webhook_secret"),
        ("/providers/stripe/api_key", json!(5), "providers.stripe.api_key"),
        ("/routing/0/use/0", json!("adyen"), "routing[0].use"),
        ("/routing/0/when/method", json!("cash"), "routing[0].when.method"),
        ("/routing/0/when/weather", json!("fine"), "routing[0].when.weather"),
        ("/routing/0/when/max_amount", json!(499), "routing[0].when.max_amount"),
        ("/routing/0/when/currencies", json!([]), "routing[0].when.currencies"),
        ("/routing/0/when/currencies", json!(["EUR", "eur"]), "routing[0].when.currencies[1]"),
        ("/routing/0/when/currencies", json!(["XXX"]), "routing[0].when.currencies[0]"),
        ("/routing/0/when/countries", json!(["DE", "Germany"]), "routing[0].when.countries[1]"),
        ("/routing/0/when/countries/0", json!("de"), "routing[0].when.countries[0]"),
        ("/routing/0/use", json!([]), "routing[0].use"),
        ("/webhook_tolerance", json!(0), "webhook_tolerance"),
    ] {
        let mut document = document();
        let (parent, name) = at.rsplit_once('/').unwrap();
        let parent = document.pointer_mut(parent).unwrap();
        match parent {
            Value::Array(list) => list[name.parse::<usize>().unwrap()] = value.clone(),
            _ => parent[name] = value.clone(),
        }
        let parsed = parse(&document);
        if path.is_empty() {
            // A bare origin reads as its root, with or without the slash.
            assert!(parsed.is_ok(), "{at} {value}");
            continue;
        }
        let error = parsed.map(|_| ()).expect_err(&format!("{at} = {value} is taken"));
        assert_eq!(error.path, path, "{at} = {value}: {error}");
        let text = error.to_string();
        assert!(!text.contains("planted") && !text.contains("MfKQ") && !text.contains("a1B2a1B2"), "{text}");
    }
}

#[test]
fn a_shop_is_told_the_types_that_it_names_or_all_of_them() {
    let wanted = |document: &Value| {
        let notify = parse(document).unwrap().notify.unwrap();
        News::ALL.into_iter().filter(|news| notify.wants_type(*news)).collect::<Vec<_>>()
    };
    let mut document = document();
    assert_eq!(wanted(&document), News::ALL);
    document["notify"]["events"] = json!(["order.paid", "order.attention", "order.paid"]);
    assert_eq!(wanted(&document), [News::Paid, News::Attention]);
}

#[test]
fn a_provider_that_signs_without_a_secret_is_refused() {
    let mut document = document();
    document["providers"]["stripe"].as_object_mut().unwrap().remove("webhook_secrets");
    let error = parse(&document).map(|_| ()).unwrap_err();
    assert!(error.path.starts_with("providers.stripe"), "{error}");
}

#[test]
fn keys_are_stored_as_hashes_and_still_open_the_door() {
    let (id, stored) = with_hashed_keys(document().to_string().as_bytes()).unwrap();
    assert_eq!(id.as_str(), "demo");
    for kind in ["sk", "rk", "pk"] {
        assert!(!stored.contains(&key(kind)), "{kind}");
    }
    let (_, again) = with_hashed_keys(stored.as_bytes()).unwrap();
    assert_eq!(again, stored, "hashing what is hashed changes nothing");
    for shop in [parse(&document()).unwrap(), Shop::parse(stored.as_bytes()).unwrap()] {
        for kind in ["sk", "rk", "pk"] {
            assert!(shop.accepts(&ApiKey::parse(&key(kind)).unwrap()), "{kind}");
            let wrong = key(kind).replace("a1B2a1", "a1B2a2");
            assert!(!shop.accepts(&ApiKey::parse(&wrong).unwrap()), "{kind}");
        }
        // The same characters as a key of another kind are another key.
        assert!(!shop.accepts(&ApiKey::parse(&key("sk").replace("sk_demo_a1", "rk_demo_a2")).unwrap()));
    }
}

#[test]
fn only_well_formed_keys_are_keys() {
    for text in [
        "",
        "sk_",
        "sk_demo",
        "sk_demo_",
        "sk_demo_short",
        "xk_demo_0000000000000000000000000000000000000000000",
        "sk_De_0000000000000000000000000000000000000000000",
        "sk__0000000000000000000000000000000000000000000",
        "sk_demo_000000000000000000000000000000000000000000-",
        "sk_demo_00000000000000000000000000000000000000000000",
        " sk_demo_0000000000000000000000000000000000000000000",
    ] {
        assert!(ApiKey::parse(text).is_none(), "{text:?}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let text = format!("{:?}", parse(&document()).unwrap());
    for planted in ["planted", "MfKQ", "a1B2a1B2"] {
        assert!(!text.contains(planted), "{text}");
    }
}

#[test]
fn customers_are_sent_only_below_the_prefixes() {
    let shop = parse(&document()).unwrap();
    for url in [
        "https://shop.example/",
        "https://shop.example/thanks?order=1#top",
        "https://shop.example:443/a",
        "http://localhost:8787/pay/",
        "http://localhost:8787/pay/x",
        "HTTPS://SHOP.example/a",
    ] {
        assert!(shop.allows_return_to(url), "{url}");
    }
    for url in [
        "",
        "/thanks",
        "//shop.example/",
        "https://shop.example.evil.test/",
        "https://shop.example@evil.test/",
        "https://user@shop.example/",
        "https://user:pw@shop.example/",
        "https://@shop.example/",
        "http://shop.example/",
        "https://shop.example:444/",
        "https://evil.test/https://shop.example/",
        "https:\\\\shop.example\\",
        "https://shop.example\\@evil.test/",
        "https://evil.test\\.shop.example/",
        " https://shop.example/",
        "https://shop.example/\u{9}a",
        "https://shop.example/\na",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost:8787/payroll",
        "http://localhost:8787/pay/../admin",
        "http://localhost:8787/",
        "https://shop.example./",
        "https:shop.example/",
        "https:///shop.example/",
        "https:////shop.example/",
    ] {
        assert!(!shop.allows_return_to(url), "{url:?}");
    }
    assert!(!shop.allows_return_to(&format!("https://shop.example/{}", "a".repeat(2_048))));
}

#[test]
fn a_provider_or_a_key_of_it_that_stands_there_twice_is_refused() {
    let text = document().to_string();
    let provider = r#""stripe":{"api_key":"sk_test_other","webhook_secrets":["whsec_planted"]}"#;
    for (from, to, words) in [
        (r#""providers":{"#, format!(r#""providers":{{{provider},"#), "a provider stands here twice"),
        (r#""api_key":"#, r#""api_key":"sk_test_planted","api_key":"#.to_owned(), "a key stands here twice"),
    ] {
        let twice = text.replacen(from, &to, 1);
        assert_ne!(twice, text);
        let error = Shop::parse(twice.as_bytes()).map(|_| ()).unwrap_err();
        assert!(error.path.starts_with("providers"), "{error}");
        assert!(error.problem.contains(words), "{error}");
        assert!(!error.to_string().contains("planted"), "{error}");
    }
}
