//! Whose a payment is that somebody names by the provider's id of it, tried on every provider: one table of ids and of
//! the answers that the provider's documents give.

mod table;

use self::table::{HOSTILE, NO_IDS, Named, TABLE};
use super::*;
use crate::payment::ProviderPaymentId;

fn trial(provider: &str) -> &'static Trial {
    TRIALS.iter().copied().find(|trial| trial.provider.name() == provider).unwrap()
}

fn configured(provider: &str) -> Box<dyn Configured> {
    let trial = trial(provider);
    trial
        .provider
        .configure_as(
            if trial.provider.is_family() { "generic:acme" } else { provider },
            &(trial.config)(&trial.secrets, ""),
        )
        .unwrap()
}

fn whose(provider: &str, text: &str) -> Option<Step<Option<SessionId>>> {
    configured(provider).whose(&ProviderPaymentId::parse(text).ok()?)
}

/// What comes of a question, where nobody remembers the payment and each request is answered by this; and what was asked.
fn asked(
    provider: &str,
    mut step: Step<Option<SessionId>>,
    answered: impl Fn(&str) -> Answer,
) -> (Vec<String>, Result<Option<SessionId>, Failure>) {
    let about = configured(provider);
    let base = about.about().api_base.to_owned();
    let mut requests = Vec::new();
    loop {
        let next = match step {
            Step::Done(session) => return (requests, Ok(session)),
            Step::Find(search) => (search.then)(None),
            Step::Take(_) => panic!("nothing is taken"),
            Step::Send(exchange) => {
                let path = exchange.request.url.strip_prefix(&base).unwrap();
                if path == "/v1/oauth2/token" {
                    (exchange.read)(&answer(200, "{\"access_token\":\"A21AAKx8\"}"))
                } else {
                    assert_eq!((exchange.request.method.as_str(), exchange.request.body.len()), ("GET", 0));
                    requests.push(path.to_owned());
                    (exchange.read)(&answered(path))
                }
            }
        };
        step = match next {
            Ok(step) => step,
            Err(failure) => return (requests, Err(failure)),
        };
    }
}

impl Named {
    fn step(&self) -> Step<Option<SessionId>> {
        whose(self.provider, self.id).unwrap_or_else(|| panic!("{} is no id at {}", self.id, self.provider))
    }

    /// The answer of the table, or that there is no such thing.
    fn answer(&self, path: &str) -> Answer {
        let known = self.asked.iter().find(|(asked, body)| *asked == path && !body.is_empty());
        known.map_or_else(|| self.is_unknown(), |(_, body)| answer(200, *body))
    }

    fn is_unknown(&self) -> Answer {
        answer(self.unknown.0, self.unknown.1)
    }
}

#[test]
fn whoever_can_be_asked_is_in_the_table_and_says_so() {
    for provider in ALL {
        let name = provider.name();
        let is_listed = TABLE.iter().any(|named| named.provider == name);
        assert_eq!(provider.abilities().whose, is_listed, "{name}");
        assert!(NO_IDS.iter().any(|(of, _)| *of == name), "{name}");
    }
}

#[test]
fn an_id_leads_to_our_session_by_these_requests() {
    for named in TABLE {
        let (requests, session) = asked(named.provider, named.step(), |path| named.answer(path));
        let expected: Vec<_> = named.asked.iter().map(|(path, _)| *path).collect();
        assert_eq!(requests, expected, "{}", named.provider);
        assert_eq!(session, Ok(Some(remembered())), "{} {}", named.provider, named.id);
    }
}

#[test]
fn what_is_unknown_there_is_nobodys_and_what_is_not_ours_too() {
    for named in TABLE {
        let (_, session) = asked(named.provider, named.step(), |_| named.is_unknown());
        assert_eq!(session, Ok(None), "{} {}", named.provider, named.id);
        // A reference of somebody else's, and an object without any.
        for reference in ["1042", "k3x7q2m9v4p8t6w1z5r0y8h2jd", "", "é"] {
            let (_, session) = asked(named.provider, named.step(), |path| {
                let mut theirs = named.answer(path);
                let body = String::from_utf8(theirs.body).unwrap();
                let ours = ["cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1", "cs-k3x7q2m9v4p8t6w1z5r0y8h2jd-1"];
                theirs.body = ours.iter().fold(body, |body, ours| body.replace(ours, reference)).into_bytes();
                theirs
            });
            assert_eq!(session, Ok(None), "{} {} {reference:?}", named.provider, named.id);
        }
    }
}

/// "Not found" would send a person away; here nobody knows.
#[test]
fn a_provider_that_refuses_or_breaks_has_not_said_that_it_is_nobodys() {
    for named in TABLE {
        for status in [401, 403, 408, 429, 500, 502, 503] {
            let (_, session) = asked(named.provider, named.step(), |_| answer(status, "{}"));
            assert!(session.is_err(), "{} {status}", named.provider);
        }
        for body in ["", "[]", "<html>", "{\"id\":"] {
            let (_, session) = asked(named.provider, named.step(), |_| answer(200, body));
            assert!(session.is_err(), "{} {body}", named.provider);
        }
    }
}

#[test]
fn a_payment_of_the_other_mode_place_or_store_is_nobodys() {
    let swapped = [
        ("mollie", "\"mode\":\"live\"", "\"mode\":\"test\""),
        ("mercado_pago", "\"live_mode\":true", "\"live_mode\":false"),
        ("square", "L88917AVBK2S5", "LQWERTYUIOP12"),
        ("btcpay", "\"storeId\":\"9Ci", "\"storeId\":\"8Ci"),
    ];
    for (provider, ours, theirs) in swapped {
        let named = TABLE.iter().find(|named| named.provider == provider).unwrap();
        let (_, session) = asked(provider, named.step(), |path| {
            let body = String::from_utf8(named.answer(path).body).unwrap();
            assert!(body.contains(ours), "{provider}");
            answer(200, body.replace(ours, theirs))
        });
        assert_eq!(session, Ok(None), "{provider}");
    }
}

#[test]
fn a_text_that_is_no_such_id_is_not_asked_about() {
    let prefixes = TABLE.iter().map(|named| (named.provider, named.id));
    for (provider, texts) in NO_IDS {
        let no_ids = texts.iter().map(|text| (*text).to_owned());
        let alone = HOSTILE.iter().map(|text| (*text).to_owned());
        let own = prefixes.clone().filter(|(of, _)| of == provider);
        let mixed = own.flat_map(|(_, id)| {
            HOSTILE.iter().flat_map(move |text| {
                let (begin, end) = id.split_at(id.len() / 2);
                [format!("{id}{text}"), format!("{text}{id}"), format!("{begin}{text}{end}")]
            })
        });
        for text in no_ids.chain(alone).chain(mixed) {
            assert!(whose(provider, &text).is_none(), "{provider} is asked about {text:?}");
        }
    }
}

/// Whatever is asked is one segment of the path, and holds nothing that ends one.
#[test]
fn a_long_text_is_refused_or_one_segment() {
    for named in TABLE {
        for length in [64, 192, 193, 255, 300] {
            for letter in ['a', '1', 'A'] {
                let text = named.id.to_owned() + &letter.to_string().repeat(length);
                let text: String = text.chars().take(length).collect();
                let Some(step) = whose(named.provider, &text) else { continue };
                assert!(length <= 192, "{} {length}", named.provider);
                let (requests, _) = asked(named.provider, step, |_| answer(500, ""));
                let path = requests.first().unwrap().split('?').next().unwrap();
                assert_eq!(path.rsplit('/').next(), Some(text.as_str()), "{}", named.provider);
            }
        }
    }
    assert!(ProviderPaymentId::parse(&"p".repeat(300)).is_err());
}

#[test]
fn what_is_remembered_is_not_asked_about() {
    for (provider, payment) in [
        ("adyen", "NC6HT9CRT65ZGN82"),
        ("adyen", "8816178952380553"),
        ("xendit", "py-1fdaf346-dd2e-4b6c-b938-124c7167a822"),
    ] {
        assert!(configured(provider).remembers());
        let step = whose(provider, payment).unwrap();
        assert!(matches!(&step, Step::Find(search) if search.payment.as_str() == payment), "{provider}");
        assert_eq!(run(step, |_| panic!("asked")), Ok(Some(remembered())), "{provider}");
    }
    // Adyen reads no payment by its reference: what nobody remembers, nobody knows.
    let forgotten = whose("adyen", "NC6HT9CRT65ZGN82").unwrap();
    assert_eq!(asked("adyen", forgotten, |_| panic!("asked")), (Vec::new(), Ok(None)));
}

#[test]
fn a_reference_of_ours_is_read_where_a_provider_writes_it_otherwise() {
    let step = whose("paystack", "cs-k3x7q2m9v4p8t6w1z5r0y8h2jd-1").unwrap();
    assert_eq!(asked("paystack", step, |_| panic!("asked")), (Vec::new(), Ok(Some(remembered()))));
}

#[test]
fn without_an_address_adyen_is_not_asked_about_a_link() {
    let mut config = (trial("adyen").config)(&trial("adyen").secrets, "");
    config.as_object_mut().unwrap().remove("api_base");
    let adyen = trial("adyen").provider.configure(&config).unwrap();
    let ask = |id: &str| adyen.whose(&ProviderPaymentId::parse(id).unwrap());
    assert!(ask("PL61C53A8B97E6915A").is_none());
    assert!(matches!(ask("NC6HT9CRT65ZGN82"), Some(Step::Find(_))));
}
