//! What a shop may configure, and what is never shown of it.

use super::*;

#[test]
fn without_a_secret_nothing_is_configured_that_signs_with_one() {
    for trial in signing() {
        let configure = |secrets: &[&str]| {
            let error = trial.provider.configure(&(trial.config)(secrets, "")).err();
            error.map(|error| error.path)
        };
        let name = trial.provider.name();
        let [one, other] = trial.secrets;
        let many = [one; 11];
        let lined = format!("{one}\n");
        assert_eq!(configure(&[one]), None, "{name}");
        let without = trial.needs_secrets.then_some("webhook_secrets");
        assert_eq!(configure(&[]).as_deref(), without, "{name}");
        assert_eq!(configure(&many).as_deref(), Some("webhook_secrets"), "{name}");
        assert_eq!(configure(&[one, ""]).as_deref(), Some("webhook_secrets[1]"), "{name}");
        assert_eq!(configure(&[" \t"]).as_deref(), Some("webhook_secrets[0]"), "{name}");
        assert_eq!(configure(&[other, &lined]).as_deref(), Some("webhook_secrets[1]"), "{name}");
        let mut config = (trial.config)(&[one], "");
        config.as_object_mut().unwrap().remove("webhook_secrets");
        let path = trial.provider.configure(&config).err().map(|error| error.path);
        assert_eq!(path.as_deref(), without, "{name}");
    }
}

#[test]
fn each_key_is_checked_and_unknown_ones_are_refused() {
    for trial in TRIALS {
        let wrong = |key: &str, value: Value| {
            let mut config = (trial.config)(&trial.secrets, "");
            config.as_object_mut().unwrap().insert(key.to_owned(), value);
            let error = trial.provider.configure(&config).unwrap_err();
            let name = trial.provider.name();
            assert!(!error.problem.contains("k3y"), "{name} {error}");
            assert_eq!(error.path, key, "{name} {error}");
        };
        wrong("webhook_secret", "whsec_k3y".into());
        for key in trial.sent {
            wrong(key, 3.into());
            wrong(key, "".into());
            wrong(key, "sk_test_k3y\n".into());
            wrong(key, "sk_test_k3y k3y".into());
            wrong(key, serde_json::json!(["sk_test_k3y"]));
            let mut config = (trial.config)(&trial.secrets, "");
            config.as_object_mut().unwrap().remove(*key);
            assert_eq!(trial.provider.configure(&config).unwrap_err().path, *key);
        }
        wrong("min_amount", "k3y".into());
        wrong("min_amount", (-1).into());
        let mut config = (trial.config)(&trial.secrets, "");
        config["min_amount"] = 500.into();
        config["max_amount"] = 499.into();
        assert_eq!(trial.provider.configure(&config).unwrap_err().path, "max_amount");
        if trial.sent.is_empty() {
            continue;
        }
        for address in [
            "",
            "k3y",
            "ftp://a.example",
            "https://k3y@a.example",
            "https://a.example/?k3y",
            "https://a.example/#k3y",
        ] {
            wrong("api_base", address.into());
        }
    }
}

#[test]
fn no_secret_is_ever_printed() {
    for trial in TRIALS {
        let config = (trial.config)(&trial.secrets, "");
        let configured = trial.provider.configure(&config).unwrap();
        let mut printed = format!("{configured:?}");
        for vector in good_vectors(trial).iter().filter(|_| trial.proves.what != What::Nothing) {
            let configured = vector.configured(trial);
            let headers = vector.headers();
            let inbound = Inbound { url: vector.url(), headers: &headers, body: vector.body.as_bytes() };
            let Verdict::Verified(verified) = configured.verify(&inbound, vector.now()) else { panic!() };
            printed += &format!("{configured:?} {:?}", configured.read(&verified).unwrap());
        }
        let hidden =
            trial.secrets.into_iter().chain(trial.sent.iter().filter_map(|key| config[key].as_str()));
        for secret in hidden.filter(|secret| secret.len() >= 8) {
            assert!(!printed.contains(secret) && !printed.contains(&secret[secret.len() - 8..]), "{printed}");
        }
    }
}
