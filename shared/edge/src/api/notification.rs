//! What is shown of a notification to the shop.

use payproof::notify::{message_id, parse_message_id};
use payproof::payment::{Answered, Moment, News, OrderId, PaymentId, TellState, Telling, Try};
use serde::Serialize;

use crate::store::failing_key;

/// A notification and what became of it.
#[derive(Debug, Serialize)]
pub struct NotificationView<'a> {
    id: String,
    order_id: &'a OrderId,
    #[serde(rename = "type")]
    kind: News,
    sequence: u64,
    /// `waiting` also where it has not had its turn.
    state: &'static str,
    tries: Vec<TryView<'a>>,
    next_try_at: Option<Moment>,
}

#[derive(Debug, Serialize)]
struct TryView<'a> {
    at: Moment,
    status: Option<u16>,
    problem: Option<&'a str>,
    took_ms: u64,
}

impl<'a> NotificationView<'a> {
    /// The view of one; of a `telling` that is not there it has not had its turn.
    pub fn of(
        payment: PaymentId,
        order: &'a OrderId,
        kind: News,
        sequence: u64,
        telling: Option<&'a Telling>,
    ) -> Self {
        let state = telling.map(|telling| telling.state);
        Self {
            id: message_id(payment, sequence),
            order_id: order,
            kind,
            sequence,
            state: state.map_or("waiting", TellState::word),
            tries: telling.map_or_else(Vec::new, |telling| telling.tries.iter().map(TryView::of).collect()),
            next_try_at: match state {
                Some(TellState::Waiting { next_try }) => Some(next_try),
                _ => None,
            },
        }
    }
}

impl<'a> TryView<'a> {
    fn of(tried: &'a Try) -> Self {
        let (status, problem) = match &tried.answer {
            Answered::Status(status) => (Some(*status), None),
            Answered::Nothing(why) => (None, Some(&**why)),
        };
        Self { at: tried.at, status, problem, took_ms: tried.took_millis }
    }
}

/// The cursor that a list key of what fails is to those who ask.
pub fn cursor(key: &str) -> Option<String> {
    let mut parts = key.splitn(3, '#');
    let (millis, payment, sequence) = (parts.next()?, parts.next()?, parts.next()?);
    let id = message_id(PaymentId::parse(payment).ok()?, sequence.parse().ok()?);
    Some(format!("{millis}.{id}"))
}

/// The list key that a cursor stands for.
pub fn parse_cursor(text: &str) -> Option<String> {
    let (millis, id) = text.split_once('.')?;
    let digits = millis.len() == 13 && millis.bytes().all(|byte| byte.is_ascii_digit());
    let (payment, sequence) = parse_message_id(id).filter(|_| digits)?;
    let key = failing_key(Moment::from_millis(millis.parse().ok()?), payment, sequence);
    // A number of more digits than a key holds would be another key.
    (cursor(&key).as_deref() == Some(text)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is_one() {
        let payment = PaymentId::parse("pay_zahf24tbdxdgdpzymyzmpiqzik").unwrap();
        let key = failing_key(Moment::from_millis(1_795_539_242_000), payment, 3);
        let text = cursor(&key).unwrap();
        assert_eq!(text, "1795539242000.msg_zahf24tbdxdgdpzymyzmpiqzik_3");
        assert_eq!(parse_cursor(&text), Some(key));
        for bad in [
            "",
            ".",
            "1795539242000",
            "1795539242000.msg_zahf24tbdxdgdpzymyzmpiqzik_03",
            "1795539242000.msg_zahf24tbdxdgdpzymyzmpiqzik_3_",
            "179553924200.msg_zahf24tbdxdgdpzymyzmpiqzik_3",
            "+795539242000.msg_zahf24tbdxdgdpzymyzmpiqzik_3",
            "1795539242000.msg_ZAHF24tbdxdgdpzymyzmpiqzik_3",
            "1795539242000.msg_zahf24tbdxdgdpzymyzmpiqzik_99999999999999999999999",
        ] {
            assert_eq!(parse_cursor(bad), None, "{bad}");
        }
    }
}
