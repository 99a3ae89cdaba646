//! Deliveries are judged and read as their vectors say, and nothing that was changed is believed.

use super::*;

#[test]
fn each_delivery_is_judged_as_its_vector_says() {
    for trial in TRIALS {
        for vector in vectors(trial) {
            let judged =
                judged(&*vector.configured(trial), &vector.headers(), vector.body.as_bytes(), vector.now());
            let expected = if vector.is_good() { Ok(()) } else { Err(vector.refusal()) };
            assert_eq!(judged, expected, "{} {}", trial.provider.name(), vector.name);
        }
    }
}

#[test]
fn each_delivery_is_read_as_its_vector_says() {
    for trial in TRIALS {
        for vector in good_vectors(trial) {
            let name = format!("{} {}", trial.provider.name(), vector.name);
            let (configured, headers) = (vector.configured(trial), vector.headers());
            let inbound = Inbound { url: URL, headers: &headers, body: vector.body.as_bytes() };
            let Verdict::Verified(verified) = configured.verify(&inbound, vector.now()) else {
                panic!("{name}")
            };
            let event = configured.read(&verified).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!event.word.is_empty() && event.at.is_some(), "{name}");
            assert_eq!(event.readings.len(), vector.reads.len(), "{name}");
            for expected in &vector.reads {
                assert_eq!(event.id.as_deref(), expected["event_id"].as_str(), "{name}");
            }
            for (reading, expected) in event.readings.into_iter().zip(&vector.reads) {
                let told = match (reading, expected["reference"].as_str()) {
                    (Reading::Told(told), Some(reference)) => {
                        assert_eq!(told.session.to_string(), reference, "{name}");
                        assert_eq!(configured.hint(&inbound), Some(told.session), "{name}");
                        told
                    }
                    // No reference: the provider is asked, and its answer holds one.
                    (Reading::Ask(step), None) => {
                        run(step, trial.answer).unwrap().unwrap_or_else(|| panic!("{name}"))
                    }
                    _ => panic!("{name}: told and asked are mixed up"),
                };
                if let Some(checkout) = expected["provider_session_id"].as_str() {
                    assert_eq!(told.checkout_id.as_deref(), Some(checkout), "{name}");
                }
                if expected["fact"] != "ask" {
                    let [report] = &told.reports[..] else { panic!("{name}") };
                    assert_eq!(report.said_at, event.at, "{name}: the provider's own time");
                    assert_eq!(report.word.as_deref(), Some(event.word.as_str()), "{name}");
                    matches(report, expected, &name);
                }
            }
        }
    }
}

fn matches(report: &Report, expected: &Value, name: &str) {
    let kind = match expected["amount_is"].as_str() {
        Some("running_total") => "refunded_total",
        _ => expected["fact"].as_str().unwrap(),
    };
    assert_eq!(report.kind.word(), kind, "{name}");
    // Where no money came or went an amount is a note, and none is kept.
    if let Some(money) = report.kind.money() {
        assert_eq!(Some(money.minor()), expected["amount"].as_u64(), "{name}");
        assert_eq!(Some(money.currency().code()), expected["currency"].as_str(), "{name}");
    }
    let payment = report.payment.as_ref().map(|payment| payment.as_str());
    assert_eq!(payment, expected["provider_payment_id"].as_str(), "{name}");
    assert_eq!(report.kind.refund_id().map(|id| id.as_str()), expected["refund_id"].as_str(), "{name}");
    assert_eq!(report.kind.dispute_id().map(|id| id.as_str()), expected["dispute_id"].as_str(), "{name}");
    assert_eq!(report.reason.as_deref(), expected["reason"].as_str(), "{name}");
}

#[test]
fn each_flipped_bit_of_a_body_is_refused() {
    for trial in TRIALS {
        for vector in good_vectors(trial) {
            let (configured, headers, now) = (vector.configured(trial), vector.headers(), vector.now());
            let mut body = vector.body.clone().into_bytes();
            for index in 0..body.len() {
                for bit in 0..8 {
                    body[index] ^= 1 << bit;
                    let judged = judged(&*configured, &headers, &body, now);
                    assert_eq!(judged, Err(Refusal::Invalid), "{} byte {index} bit {bit}", vector.name);
                    body[index] ^= 1 << bit;
                }
            }
        }
    }
}

#[test]
fn each_flipped_bit_of_a_signature_header_is_refused() {
    for trial in TRIALS {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let body = b"{\"amount\":4999}";
        let signed = (trial.sign)(trial.secrets[0], NOW, body);
        for header in trial.headers {
            let original = signed[*header].as_bytes();
            for (index, bit) in (0..original.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
                let mut value = original.to_vec();
                value[index] ^= 1 << bit;
                // What no header can hold never arrives.
                let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
                let mut headers = signed.clone();
                headers.insert(*header, value);
                let judged = judged(&*configured, &headers, body, Moment::from_seconds(NOW));
                assert!(judged.is_err(), "{} {header} byte {index} bit {bit}", trial.provider.name());
            }
        }
    }
}

#[test]
fn a_header_that_is_missing_empty_or_doubled_is_refused_and_its_case_does_not_matter() {
    for trial in TRIALS {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let (body, now) = (b"{}", Moment::from_seconds(NOW));
        let signed = (trial.sign)(trial.secrets[0], NOW, body);
        for header in trial.headers {
            let mut headers = signed.clone();
            let value = headers.remove(*header).unwrap();
            assert_eq!(judged(&*configured, &headers, body, now), Err(Refusal::Missing), "{header} missing");
            headers.insert(*header, HeaderValue::from_static(""));
            assert_eq!(judged(&*configured, &headers, body, now), Err(Refusal::Missing), "{header} empty");
            headers.insert(*header, value.clone());
            headers.append(*header, value.clone());
            assert_eq!(judged(&*configured, &headers, body, now), Err(Refusal::Missing), "{header} doubled");
            // As a gateway joins them.
            let value = value.to_str().unwrap();
            headers.insert(*header, HeaderValue::from_str(&format!("{value},{value}")).unwrap());
            assert!(judged(&*configured, &headers, body, now).is_err(), "{header} joined");
            headers.remove(*header);
            let name = HeaderName::from_bytes(header.to_ascii_uppercase().as_bytes()).unwrap();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
            assert_eq!(judged(&*configured, &headers, body, now), Ok(()), "{header} in capitals");
        }
    }
}

#[test]
fn the_old_and_the_new_secret_are_both_good_and_no_other_is() {
    for trial in TRIALS {
        let [old, new] = trial.secrets;
        for (configured, signed_with, expected) in [
            (&[old][..], old, Ok(())),
            (&[old, new], old, Ok(())),
            (&[old, new], new, Ok(())),
            (&[new, old], old, Ok(())),
            (&[new], old, Err(Refusal::Invalid)),
        ] {
            let configured = trial.provider.configure(&(trial.config)(configured, "")).unwrap();
            let headers = (trial.sign)(signed_with, NOW, b"{}");
            let judged = judged(&*configured, &headers, b"{}", Moment::from_seconds(NOW));
            assert_eq!(judged, expected, "{}", trial.provider.name());
        }
    }
}

#[test]
fn a_delivery_is_good_for_300_seconds_in_both_directions() {
    for trial in TRIALS {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let headers = (trial.sign)(trial.secrets[0], NOW, b"{}");
        for (now, expected) in [
            (NOW, Ok(())),
            (NOW + 300, Ok(())),
            (NOW - 300, Ok(())),
            (NOW + 301, Err(Refusal::TooOld)),
            (NOW - 301, Err(Refusal::TooNew)),
            (0, Err(Refusal::TooNew)),
            (u64::MAX, Err(Refusal::TooOld)),
        ] {
            assert_eq!(judged(&*configured, &headers, b"{}", Moment::from_seconds(now)), expected, "{now}");
        }
    }
}
