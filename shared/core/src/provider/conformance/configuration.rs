//! What a shop may configure, and what is never shown of it.

use super::*;

#[test]
fn without_a_secret_nothing_is_configured() {
    for trial in TRIALS {
        let configure = |secrets: &[&str]| {
            let error = trial.provider.configure(&(trial.config)(secrets, "")).err();
            error.map(|error| error.path)
        };
        let [one, other] = trial.secrets;
        let many = [one; 11];
        let lined = format!("{one}\n");
        assert_eq!(configure(&[one]), None);
        assert_eq!(configure(&[]).as_deref(), Some("webhook_secrets"));
        assert_eq!(configure(&many).as_deref(), Some("webhook_secrets"));
        assert_eq!(configure(&[one, ""]).as_deref(), Some("webhook_secrets[1]"));
        assert_eq!(configure(&[" \t"]).as_deref(), Some("webhook_secrets[0]"));
        assert_eq!(configure(&[other, &lined]).as_deref(), Some("webhook_secrets[1]"));
        let mut without = (trial.config)(&[one], "");
        without.as_object_mut().unwrap().remove("webhook_secrets");
        assert_eq!(trial.provider.configure(&without).unwrap_err().path, "webhook_secrets");
    }
}

#[test]
fn each_key_is_checked_and_unknown_ones_are_refused() {
    for trial in TRIALS {
        let wrong = |key: &str, value: Value| {
            let mut config = (trial.config)(&trial.secrets, "");
            config.as_object_mut().unwrap().insert(key.to_owned(), value);
            let error = trial.provider.configure(&config).unwrap_err();
            assert!(!error.problem.contains("k3y"), "{error}");
            assert_eq!(error.path, key, "{error}");
        };
        wrong("webhook_secret", "whsec_k3y".into());
        wrong("api_key", 3.into());
        wrong("api_key", "".into());
        wrong("api_key", "sk_test_k3y\n".into());
        wrong("api_key", "sk_test_k3y k3y".into());
        wrong("api_key", serde_json::json!(["sk_test_k3y"]));
        wrong("min_amount", "k3y".into());
        wrong("min_amount", (-1).into());
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
        let mut config = (trial.config)(&trial.secrets, "");
        config["min_amount"] = 500.into();
        config["max_amount"] = 499.into();
        assert_eq!(trial.provider.configure(&config).unwrap_err().path, "max_amount");
        config.as_object_mut().unwrap().remove("api_key");
        assert_eq!(trial.provider.configure(&config).unwrap_err().path, "api_key");
    }
}

#[test]
fn no_secret_is_ever_printed() {
    for trial in TRIALS {
        let config = (trial.config)(&trial.secrets, "");
        let configured = trial.provider.configure(&config).unwrap();
        let mut printed = format!("{configured:?}");
        for vector in good_vectors(trial) {
            let configured = trial.provider.configure(&(trial.config)(&trial.secrets, &vector.body)).unwrap();
            printed += &format!("{:?}", read_signed(trial, &*configured, vector.body.as_bytes()).unwrap());
        }
        let hidden = trial.secrets.into_iter().chain(config["api_key"].as_str());
        for secret in hidden {
            assert!(!printed.contains(secret) && !printed.contains(&secret[secret.len() - 8..]), "{printed}");
        }
    }
}
