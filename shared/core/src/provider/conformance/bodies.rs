//! Bodies that no provider would send, signed as if it had.

use super::*;

#[test]
fn what_is_not_the_documented_json_is_not_understood() {
    for trial in signing() {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets, "")).unwrap();
        let read = |body: &[u8]| read_signed(trial, &*configured, body).err();
        let deep = |open: &str, times| open.repeat(times).into_bytes();
        let mut bodies: Vec<Vec<u8>> = [
            "",
            " ",
            "{",
            "{}",
            "[]",
            "[{}]",
            "null",
            "true",
            "1",
            "\"\"",
            "{\"a\":1}",
            "{}{}",
            "\u{feff}{}",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
        bodies.extend([vec![0], vec![0xff, 0xfe], b"{\"type\":\"\xff\"}".to_vec()]);
        for times in [100, 200, 30_000] {
            bodies.extend([deep("[", times), deep("{\"a\":", times), deep("{\"a\":[", times)]);
            bodies.extend(trial.keys.iter().map(|key| deep(&format!("{{\"{key}\":"), times)));
        }
        for body in bodies {
            assert!(
                is_no_document(read(&body)),
                "{} {}",
                trial.provider.name(),
                String::from_utf8_lossy(&body)
            );
        }
    }
}

#[test]
fn each_beginning_of_a_body_is_not_understood() {
    for trial in signing() {
        for vector in good_vectors(trial) {
            let configured = trial.provider.configure(&(trial.config)(&trial.secrets, &vector.body)).unwrap();
            let body = vector.body.trim_end().as_bytes();
            for end in 0..body.len() {
                let read = read_signed(trial, &*configured, &body[..end]);
                assert!(is_no_document(read.err()), "{} cut at {end}", vector.name);
            }
        }
    }
}

/// Whether a body was turned away for what it is, not for what it says.
fn is_no_document(nothing: Option<Nothing>) -> bool {
    matches!(nothing, Some(Nothing::NotUnderstood(NotUnderstood::Shape(_)) | Nothing::Refused(_)))
}

/// What a body tells, or why it does not.
fn outcome(trial: &Trial, body: &str) -> Result<Vec<Told>, Nothing> {
    let configured = trial.provider.configure(&(trial.config)(&trial.secrets, body)).unwrap();
    read_signed(trial, &*configured, body.as_bytes()).map(|events| told(trial, events))
}

#[test]
fn a_key_that_stands_there_twice_is_refused_where_it_is_read() {
    for trial in signing() {
        for key in trial.keys {
            let mut refused = 0;
            for vector in good_vectors(trial) {
                let original = outcome(trial, &vector.body).unwrap();
                let quoted = format!("\"{key}\":");
                for (place, _) in vector.body.match_indices(&quoted) {
                    let (before, after) = vector.body.split_at(place);
                    match outcome(trial, &format!("{before}{quoted}null,{after}")) {
                        Ok(told) => assert_eq!(told, original, "{} {key} at {place}", vector.name),
                        Err(_) => refused += 1,
                    }
                }
            }
            assert!(refused > 0, "{}: {key} may stand there twice", trial.provider.name());
        }
    }
}

#[test]
fn a_number_that_is_no_amount_is_refused_where_it_is_read() {
    for trial in signing() {
        let mut refused = 0;
        let vectors = good_vectors(trial);
        // Some providers write an amount as a text, here or there.
        let may_be_text = |quoted: &str| {
            let text = format!("{quoted}:\"");
            vectors.iter().any(|vector| vector.body.contains(&text))
        };
        for vector in &vectors {
            let original = outcome(trial, &vector.body).unwrap();
            let quoted: Vec<String> = trial.amounts.iter().map(|key| format!("\"{key}\"")).collect();
            let places = quoted.iter().flat_map(|key| vector.body.match_indices(key.as_str()));
            for (place, key) in places {
                let start = place + vector.body[place..].find(':').unwrap() + 1;
                let end = start + vector.body[start..].find([',', '}', '\n']).unwrap();
                if vector.body[start..end].trim_start().starts_with(['{', '[']) {
                    continue;
                }
                for number in [
                    "9223372036854775808",
                    "18446744073709551615",
                    "18446744073709551616",
                    "1e400",
                    "1e2",
                    "-1",
                    "-0.0",
                    "49.99",
                    "\"4999\"",
                    "null",
                    "true",
                    "[]",
                    "1000000000000000000",
                    "123456789012345678901234567890",
                ] {
                    if number.starts_with('"') && may_be_text(key) {
                        continue;
                    }
                    match outcome(trial, &format!("{}{number}{}", &vector.body[..start], &vector.body[end..]))
                    {
                        Ok(told) => {
                            let same = told == original || says(&told, number);
                            assert!(same, "{} {number} at {start}", vector.name);
                        }
                        Err(
                            Nothing::NotUnderstood(NotUnderstood::Money | NotUnderstood::Shape(_))
                            | Nothing::Refused(_),
                        ) => refused += 1,
                        Err(error) => panic!("{} {number}: {error:?}", vector.name),
                    }
                }
            }
        }
        assert!(refused > 50 || trial.amounts.is_empty(), "{}: {refused}", trial.provider.name());
    }
}

/// Whether it is an amount as this provider writes them, and the one that is told.
fn says(told: &[Told], number: &str) -> bool {
    let digits = number.trim_matches('"');
    told.iter().flat_map(|told| &told.reports).filter_map(|report| report.kind.money()).any(|money| {
        money.minor().to_string() == digits
            || super::super::amount::from_decimal(digits, money.currency()) == Ok(money)
    })
}

#[test]
fn a_hint_comes_from_any_bytes_and_from_nothing_else() {
    let headers = HeaderMap::new();
    let hint = |body: &str| Inbound { url: URL, headers: &headers, body: body.as_bytes() }.first_session_id();
    let ours = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
    assert_eq!(hint(&format!("{{\"a\":\"{ours}\"")).unwrap().to_string(), ours);
    assert_eq!(hint(&format!("cs_cs_live_b1Tn8vQm cs_ {ours}")).unwrap().to_string(), ours);
    for text in [
        "",
        "cs_",
        "cs_cs_cs_",
        "cs_live_b1Tn8vQm3XcK7LzR2pWd9Ys",
        &ours[..30],
        &format!("{ours}1234"),
        &format!("x{ours}_1"),
    ] {
        assert_eq!(hint(text), None, "{text}");
    }
}

proptest! {
    /// Whatever a provider signs, reading it ends, and never with money that the vector's body did not name.
    #[test]
    fn no_signed_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in any::<prop::sample::Index>(), pick in any::<prop::sample::Index>()) {
        for trial in signing() {
            let vectors = good_vectors(trial);
            let mut body = vectors[pick.index(vectors.len())].body.clone().into_bytes();
            let place = cut.index(body.len());
            body.splice(place..place, bytes.iter().copied());
            let configured = trial.provider.configure(&(trial.config)(&trial.secrets, "")).unwrap();
            for body in [&bytes, &body] {
                let _ = read_signed(trial, &*configured, body);
                let _ = configured.hint(&Inbound { url: URL, headers: &HeaderMap::new(), body });
            }
        }
    }
}
