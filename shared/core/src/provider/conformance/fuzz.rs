//! Whatever is sent, signed or not, and whatever a provider answers: nothing panics, and what it takes to read a body is
//! bounded by the body's size. These are the fuzz targets, on a stable toolchain: each begins at a good delivery.

use super::*;
use crate::payment::{ProviderPaymentId, RefundId};
use crate::provider::{Held, RefundOrder, Verified};

/// Bytes that are held at once for each byte of a body, at most: a batch of objects with nothing in them is the worst, for
/// each takes as much room as a full one. GoCardless's is it, with 61 MB for the largest body that is taken, 256 KiB.
const BYTES_FOR_EACH: usize = 240;
/// The same where a body is parsed before anybody has proved who sent it.
const BYTES_FOR_EACH_UNPROVED: usize = 40;
/// And beside them, whatever the body: the words of an error, a batch's first room.
const BYTES_BESIDE: usize = 16 * 1024;

/// What stands in the place of a value that a provider would send.
fn odd(pick: usize, elsewhere: &Value) -> Value {
    let texts = ["", " ", "\0", "null", "0", "-1", "1e9", "\u{202e}", "cs_", "EUR", "2026-11-24T17:00:00Z"];
    let numbers = [0, 1, -1, i64::MAX, i64::MIN];
    let mut nested = Value::Null;
    match pick {
        0 => Value::Null,
        1 => true.into(),
        2 => serde_json::json!({}),
        3 => serde_json::json!([]),
        4 => u64::MAX.into(),
        5 => serde_json::json!(0.1),
        6 => "a".repeat(5_000).into(),
        7 => format!("{}_9", "9".repeat(26)).into(),
        8 => {
            for _ in 0..100 {
                nested = serde_json::json!([nested]);
            }
            nested
        }
        9 => elsewhere.clone(),
        10..20 => numbers[pick % numbers.len()].into(),
        _ => texts[pick % texts.len()].into(),
    }
}

/// One change of a document: which of its values, and what becomes of it.
type Change = (prop::sample::Index, prop::sample::Index, usize);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..36), 0..6)
}

/// The places of every value in a document, as JSON pointers.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                places(value, &format!("{at}/{index}"), into);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), into);
            }
        }
        _ => {}
    }
}

/// A body with some of its values changed; what is no JSON is changed byte by byte.
fn changed(body: &str, changes: &[Change]) -> Vec<u8> {
    let Ok(mut document) = serde_json::from_str::<Value>(body) else {
        let mut bytes = body.as_bytes().to_vec();
        for (place, _, pick) in changes {
            let place = place.index(bytes.len());
            bytes[place] = u8::try_from(*pick).unwrap() + b'%';
        }
        return bytes;
    };
    for (place, other, pick) in changes {
        let mut all = Vec::new();
        places(&document, "", &mut all);
        let elsewhere = document.pointer(other.get::<String>(&all)).unwrap().clone();
        *document.pointer_mut(place.get::<String>(&all)).unwrap() = odd(*pick, &elsewhere);
    }
    document.to_string().into_bytes()
}

/// A header's value, and what became of it.
fn garbled(headers: &HeaderMap, place: &prop::sample::Index, with: &[u8]) -> HeaderMap {
    let mut garbled = HeaderMap::new();
    for (name, value) in headers {
        let mut bytes = value.as_bytes().to_vec();
        let place = place.index(bytes.len() + 1);
        bytes.splice(place..place, with.iter().copied());
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            garbled.append(name, value);
        }
    }
    garbled
}

/// Asks as often as the edge does; what was asked, or not yet, is not what is tried here.
fn ask<T>(mut step: Step<T>, status: u16, body: &[u8]) {
    for _ in 0..7 {
        let next = match step {
            Step::Done(_) => return,
            Step::Send(exchange) => (exchange.read)(&answer(status, String::from_utf8_lossy(body))),
            Step::Find(search) => (search.then)(Some(remembered())),
            Step::Take(taking) => (taking.then)(true),
        };
        let Ok(next) = next else { return };
        step = next;
    }
}

/// The most bytes that were held at once while a body was read.
struct Taken {
    judging: usize,
    reading: usize,
}

/// Judges and reads a delivery, as far as it goes. A reader is tried on what nobody signed too: what it does must not hang
/// on who sent it.
fn taken(
    configured: &dyn Configured,
    inbound: &Inbound<'_>,
    now: Moment,
    (status, answer): (u16, &[u8]),
) -> Taken {
    let mut readings = Vec::new();
    let judging = allocation_counter::measure(|| {
        let _ = configured.hint(inbound);
        if let Verdict::Ask(step) = configured.verify(inbound, now) {
            ask(step, status, answer);
        }
    });
    let reading = allocation_counter::measure(|| {
        readings.extend(configured.read(&Verified::verified_before_it_was_stored(inbound.body, None)));
    });
    for reading in readings.into_iter().flatten().flat_map(|event| event.readings) {
        if let Reading::Ask(step) = reading {
            ask(step, status, answer);
        }
    }
    let most = |info: allocation_counter::AllocationInfo| usize::try_from(info.bytes_max).unwrap();
    Taken { judging: most(judging), reading: most(reading) }
}

impl Taken {
    fn assert_bounded(&self, name: &str, body: usize) {
        let Self { judging, reading } = *self;
        assert!(
            judging <= BYTES_FOR_EACH_UNPROVED * body + BYTES_BESIDE,
            "{name}: {judging} bytes to judge {body}"
        );
        assert!(reading <= BYTES_FOR_EACH * body + BYTES_BESIDE, "{name}: {reading} bytes to read {body}");
    }
}

/// Each provider that sends something, its vectors, and the account that each is for.
type Tried = (&'static Trial, Vec<(Vector, Box<dyn Configured>)>);

fn tried() -> &'static [Tried] {
    static TRIED: std::sync::LazyLock<Vec<Tried>> = std::sync::LazyLock::new(|| {
        let with_account = |trial, vector: Vector| {
            let configured = vector.configured(trial);
            (vector, configured)
        };
        let of = |trial| {
            (trial, good_vectors(trial).into_iter().map(|vector| with_account(trial, vector)).collect())
        };
        TRIALS.iter().copied().map(of).filter(|(_, vectors): &Tried| !vectors.is_empty()).collect()
    });
    &TRIED
}

proptest! {
    /// Each provider's `verify` and `read`, and the readers of what it answers.
    #[test]
    fn nothing_that_is_sent_or_answered_makes_anything_panic_or_takes_more_than_its_share(
        pick in any::<prop::sample::Index>(),
        of_body in changes(),
        of_answer in changes(),
        header in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        status in prop::sample::select(vec![200_u16, 201, 204, 301, 400, 401, 404, 409, 422, 429, 500, 503]),
    ) {
        for (trial, vectors) in tried() {
            let (vector, configured) = pick.get(vectors);
            let body = changed(&vector.body, &of_body);
            let answer = changed(&vector.body, &of_answer);
            let signed = (trial.sign)(trial.secrets[0], NOW, &body);
            let with_its_own_headers = vector.headers();
            let garbled = garbled(&with_its_own_headers, &header, &bytes);
            for (headers, body, now) in [
                (&signed.headers, &signed.body, Moment::from_seconds(NOW)),
                (&with_its_own_headers, &body, vector.now()),
                (&garbled, &body, vector.now()),
                (&garbled, &bytes, vector.now()),
            ] {
                let inbound = Inbound { url: vector.url(), headers, body };
                taken(&**configured, &inbound, now, (status, &answer)).assert_bounded(trial.provider.name(), body.len());
            }
        }
    }

    /// What it answers to each thing that we ask for.
    #[test]
    fn no_answer_makes_a_reader_panic(
        pick in any::<prop::sample::Index>(),
        of_answer in changes(),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        status in prop::sample::select(vec![200_u16, 201, 204, 400, 404, 409, 422, 429, 500]),
    ) {
        let (payment, refund) = (ProviderPaymentId::parse("pay_1").unwrap(), RefundId::parse("re_1").unwrap());
        let money = crate::payment::sample::money(4999, "EUR");
        let held = Held { session: remembered(), checkout_id: Some("chk_1"), money };
        let order = RefundOrder { session: remembered(), payment: &payment, refund: &refund, money };
        for (_, vectors) in tried() {
            let (vector, configured) = pick.get(vectors);
            let body = changed(&vector.body, &of_answer);
            for body in [&body, &bytes] {
                with_checkout(money, URL, |checkout| ask(configured.create(checkout), status, body));
                configured.fetch(&held).into_iter().for_each(|step| ask(step, status, body));
                configured.refund(&order).into_iter().for_each(|step| ask(step, status, body));
                configured.close(&held).into_iter().for_each(|step| ask(step, status, body));
                configured.endpoint(URL).into_iter().for_each(|step| ask(step, status, body));
            }
        }
    }
}

/// Every value of every delivery in turn is a list that fills the body.
#[test]
fn a_body_full_of_one_thing_takes_its_share_of_memory_and_no_more() {
    const BODY_BYTES: usize = 32 * 1024;
    for (trial, vectors) in tried() {
        for (vector, configured) in vectors {
            let Ok(document) = serde_json::from_str::<Value>(&vector.body) else { continue };
            let mut all = Vec::new();
            places(&document, "", &mut all);
            for (place, item) in all.iter().flat_map(|place| ["{}", "0", "\"\""].map(|item| (place, item))) {
                let mut full = document.clone();
                *full.pointer_mut(place).unwrap() = "@".into();
                let list = format!("[{}{item}]", format!("{item},").repeat(BODY_BYTES / (item.len() + 1)));
                let body = full.to_string().replacen("\"@\"", &list, 1).into_bytes();
                let inbound = Inbound { url: vector.url(), headers: &vector.headers(), body: &body };
                let taken = taken(&**configured, &inbound, vector.now(), (500, b""));
                taken.assert_bounded(trial.provider.name(), body.len());
            }
        }
    }
}
