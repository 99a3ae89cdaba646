//! Deliveries are judged and read as their vectors say, and nothing that was changed is believed.

use super::*;

#[test]
fn each_delivery_is_judged_as_its_vector_says() {
    for trial in signing() {
        for vector in vectors(trial) {
            if vector.expect == "ask" {
                continue;
            }
            let judged = judged_at(
                &*vector.configured(trial),
                vector.url(),
                &vector.headers(),
                vector.body.as_bytes(),
                vector.now(),
            );
            let expected = if vector.is_good() { Ok(()) } else { Err(vector.refusal()) };
            assert_eq!(judged, expected, "{} {}", trial.provider.name(), vector.name);
        }
    }
}

#[test]
fn each_delivery_is_read_as_its_vector_says() {
    for trial in signing() {
        for vector in good_vectors(trial) {
            let name = format!("{} {}", trial.provider.name(), vector.name);
            let (configured, headers) = (vector.configured(trial), vector.headers());
            let inbound = Inbound { url: vector.url(), headers: &headers, body: vector.body.as_bytes() };
            let Verdict::Verified(verified) = configured.verify(&inbound, vector.now()) else {
                panic!("{name}")
            };
            let events = configured.read(&verified).unwrap_or_else(|error| panic!("{name}: {error}"));
            let readings: Vec<_> = events
                .into_iter()
                .flat_map(|event| {
                    assert!(!event.word.is_empty(), "{name}");
                    let about = (event.id, event.word, event.at);
                    event.readings.into_iter().map(move |reading| (about.clone(), reading))
                })
                .collect();
            assert_eq!(readings.len(), vector.reads.len(), "{name}");
            for (((id, word, at), reading), expected) in readings.into_iter().zip(&vector.reads) {
                if !expected["event_id"].is_null() {
                    assert_eq!(id.as_deref(), expected["event_id"].as_str(), "{name}");
                }
                let asked = matches!(reading, Reading::Ask(_));
                let told = match (reading, expected["reference"].as_str()) {
                    (Reading::Told(told), Some(reference)) => {
                        assert_eq!(
                            told.session.to_string().replace('_', "-"),
                            reference.replace('_', "-"),
                            "{name}"
                        );
                        // Of a batch the first that it is about.
                        let hint = configured.hint(&inbound).map(|hint| hint.to_string().replace('_', "-"));
                        let mut named = vector.reads.iter().filter_map(|read| read["reference"].as_str());
                        assert!(named.any(|named| Some(named.replace('_', "-")) == hint), "{name}");
                        told
                    }
                    // No reference, or no amount: the provider is asked, and its answer holds them.
                    (Reading::Ask(step), _) => {
                        run(step, trial.answer).unwrap().unwrap_or_else(|| panic!("{name}"))
                    }
                    (Reading::Told(_), None) => panic!("{name}: whose is it?"),
                };
                if let Some(checkout) = expected["provider_session_id"].as_str() {
                    assert_eq!(told.checkout_id.as_deref(), Some(checkout), "{name}");
                }
                if expected["fact"] != "ask" && !told.fetched {
                    let [report] = &told.reports[..] else { panic!("{name}") };
                    assert_eq!(report.said_at, at, "{name}: the provider's own time");
                    assert_eq!(report.word.as_deref(), Some(word.as_str()), "{name}");
                    matches(report, expected, asked, &name);
                }
            }
        }
    }
}

fn matches(report: &Report, expected: &Value, asked: bool, name: &str) {
    let kind = match expected["amount_is"].as_str() {
        Some("running_total") => "refunded_total",
        _ => expected["fact"].as_str().unwrap(),
    };
    assert_eq!(report.kind.word(), kind, "{name}");
    // Where no money came or went an amount is a note, and none is kept. What the event leaves out is in the answer.
    if let Some(money) = report.kind.money().filter(|_| !(asked && expected["amount"].is_null())) {
        assert_eq!(Some(money.minor()), expected["amount"].as_u64(), "{name}");
        assert_eq!(Some(money.currency().code()), expected["currency"].as_str(), "{name}");
    }
    let payment = report.payment.as_ref().map(|payment| payment.as_str());
    assert_eq!(payment, expected["provider_payment_id"].as_str(), "{name}");
    assert_eq!(report.kind.refund_id().map(|id| id.as_str()), expected["refund_id"].as_str(), "{name}");
    assert_eq!(report.kind.dispute_id().map(|id| id.as_str()), expected["dispute_id"].as_str(), "{name}");
    assert_eq!(report.reason.as_deref(), expected["reason"].as_str(), "{name}");
}

/// Where only values are signed, a changed byte may leave them as they were: then it tells the same.
#[test]
fn each_flipped_bit_of_a_body_is_refused_or_says_the_same() {
    for trial in signing().filter(|trial| trial.proves.what != What::Sender) {
        for vector in good_vectors(trial) {
            let (configured, headers, now) = (vector.configured(trial), vector.headers(), vector.now());
            let read = |body: &[u8]| {
                let inbound = Inbound { url: vector.url(), headers: &headers, body };
                match configured.verify(&inbound, now) {
                    Verdict::Verified(verified) => {
                        Ok(configured.read(&verified).map(|events| signed_part(told(trial, events))))
                    }
                    Verdict::Refused(refusal) => Err(refusal),
                    Verdict::Ask(_) => panic!("these deliveries are signed"),
                }
            };
            let mut body = vector.body.clone().into_bytes();
            let original = read(&body).unwrap();
            let unsigned = unsigned(&vector);
            for index in (0..body.len()).filter(|index| !unsigned.iter().any(|part| part.contains(index))) {
                for bit in 0..8 {
                    body[index] ^= 1 << bit;
                    match (read(&body), trial.proves.what) {
                        (Err(Refusal::Invalid), _) | (Err(Refusal::Missing), What::Values) => {}
                        (Ok(Ok(told)), What::Values) => {
                            assert_eq!(Ok(told), original, "{} byte {index} bit {bit}", vector.name);
                        }
                        (Ok(Err(_)), What::Values) => {}
                        (other, _) => panic!("{} byte {index} bit {bit}: {other:?}", vector.name),
                    }
                    body[index] ^= 1 << bit;
                }
            }
        }
    }
}

/// The parts of a body that its vector lists as read for what they mean and signed by nobody.
fn unsigned(vector: &Vector) -> Vec<std::ops::Range<usize>> {
    let listed = vector.more.get("unsigned").and_then(Value::as_array);
    let part = |text: &Value| {
        let text = text.as_str().unwrap();
        let start = vector.body.find(text).unwrap();
        start..start + text.len()
    };
    listed.into_iter().flatten().map(part).collect()
}

/// What moves money: a time and a reason may be outside of what is signed.
fn signed_part(told: Vec<Told>) -> Vec<Told> {
    let part = |mut told: Told| {
        for report in &mut told.reports {
            (report.said_at, report.reason) = (None, None);
        }
        Told { checkout_id: None, ..told }
    };
    told.into_iter().map(part).collect()
}

/// A body that is signed in each trial.
const PLAIN: &[u8] = b"{\"amount\":4999}";

/// A good delivery: the plain body, or a vector's where values are signed.
fn good(trial: &Trial, secret: &str) -> Signed {
    match trial.proves.what {
        What::Values => (trial.sign)(secret, NOW, good_vectors(trial)[0].body.as_bytes()),
        _ => (trial.sign)(secret, NOW, PLAIN),
    }
}

#[test]
fn each_flipped_bit_of_a_signature_header_is_refused() {
    for trial in signing() {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let signed = good(trial, trial.secrets[0]);
        for header in trial.headers {
            let original = signed.headers[*header].as_bytes();
            for (index, bit) in (0..original.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
                let mut value = original.to_vec();
                value[index] ^= 1 << bit;
                // What no header can hold never arrives.
                let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
                let mut headers = signed.headers.clone();
                headers.insert(*header, value);
                let judged = judged(&*configured, &headers, &signed.body, Moment::from_seconds(NOW));
                assert!(judged.is_err(), "{} {header} byte {index} bit {bit}", trial.provider.name());
            }
        }
    }
}

#[test]
fn a_header_that_is_missing_empty_or_doubled_is_refused_and_its_case_does_not_matter() {
    for trial in signing() {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let now = Moment::from_seconds(NOW);
        let Signed { headers: signed, body } = good(trial, trial.secrets[0]);
        for header in trial.headers {
            let name = format!("{} {header}", trial.provider.name());
            let mut headers = signed.clone();
            let value = headers.remove(*header).unwrap();
            assert_eq!(judged(&*configured, &headers, &body, now), Err(Refusal::Missing), "{name} missing");
            headers.insert(*header, HeaderValue::from_static(""));
            assert_eq!(judged(&*configured, &headers, &body, now), Err(Refusal::Missing), "{name} empty");
            headers.insert(*header, value.clone());
            headers.append(*header, value.clone());
            assert_eq!(judged(&*configured, &headers, &body, now), Err(Refusal::Missing), "{name} doubled");
            // As a gateway joins them.
            let value = value.to_str().unwrap();
            headers.insert(*header, HeaderValue::from_str(&format!("{value},{value}")).unwrap());
            let twice = judged(&*configured, &headers, &body, now);
            assert!(twice.is_err() || trial.joins, "{name} joined");
            headers.remove(*header);
            let capitals = HeaderName::from_bytes(header.to_ascii_uppercase().as_bytes()).unwrap();
            headers.insert(capitals, HeaderValue::from_str(value).unwrap());
            assert_eq!(judged(&*configured, &headers, &body, now), Ok(()), "{name} in capitals");
        }
    }
}

#[test]
fn a_delivery_for_another_address_is_refused_where_the_address_is_signed() {
    for trial in signing() {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let Signed { headers, body } = good(trial, trial.secrets[0]);
        let expected = if trial.proves.url { Err(Refusal::Invalid) } else { Ok(()) };
        for url in ["https://pay.example/v1/webhooks/demo/it/", "http://pay.example/v1/webhooks/demo/it", ""]
        {
            let judged = judged_at(&*configured, url, &headers, &body, Moment::from_seconds(NOW));
            assert_eq!(judged, expected, "{} {url}", trial.provider.name());
        }
    }
}

#[test]
fn the_old_and_the_new_secret_are_both_good_and_no_other_is() {
    for trial in signing() {
        let [old, new] = trial.secrets;
        for (configured, signed_with, expected) in [
            (&[old][..], old, Ok(())),
            (&[old, new], old, Ok(())),
            (&[old, new], new, Ok(())),
            (&[new, old], old, Ok(())),
            (&[new], old, Err(Refusal::Invalid)),
        ] {
            let configured = trial.provider.configure(&(trial.config)(configured, "")).unwrap();
            let Signed { headers, body } = good(trial, signed_with);
            let judged = judged(&*configured, &headers, &body, Moment::from_seconds(NOW));
            assert_eq!(judged, expected, "{}", trial.provider.name());
        }
    }
}

#[test]
fn a_delivery_is_good_for_300_seconds_in_both_directions_where_its_time_is_signed() {
    for trial in signing() {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let Signed { headers, body } = good(trial, trial.secrets[0]);
        for (now, expected) in [
            (NOW, Ok(())),
            (NOW + 300, Ok(())),
            (NOW - 300, Ok(())),
            (NOW + 301, Err(Refusal::TooOld)),
            (NOW - 301, Err(Refusal::TooNew)),
            (0, Err(Refusal::TooNew)),
            (u64::MAX, Err(Refusal::TooOld)),
        ] {
            let expected = if trial.proves.time { expected } else { Ok(()) };
            let judged = judged(&*configured, &headers, &body, Moment::from_seconds(now));
            assert_eq!(judged, expected, "{} {now}", trial.provider.name());
        }
    }
}

/// Providers promise no order within a batch.
#[test]
fn a_batch_tells_the_same_whatever_its_order() {
    for trial in signing() {
        for vector in good_vectors(trial) {
            let configured = vector.configured(trial);
            let headers = vector.headers();
            let inbound = Inbound { url: vector.url(), headers: &headers, body: vector.body.as_bytes() };
            let read = || {
                let Verdict::Verified(verified) = configured.verify(&inbound, vector.now()) else { panic!() };
                configured.read(&verified).unwrap()
            };
            let ids = |events: &[Event]| -> Vec<_> {
                events
                    .iter()
                    .map(|event| (event.id.clone(), event.word.clone(), event.readings.len()))
                    .collect()
            };
            let (events, mut other) = (read(), read());
            other.reverse();
            let mut ids_of = [ids(&events), ids(&other)];
            ids_of.iter_mut().for_each(|ids| ids.sort());
            assert_eq!(ids_of[0], ids_of[1], "{}", vector.name);
            let mut both = [told(trial, events), told(trial, other)];
            both.iter_mut().for_each(|told| told.sort_by_key(|told| format!("{told:?}")));
            assert_eq!(both[0], both[1], "{}", vector.name);
        }
    }
}
