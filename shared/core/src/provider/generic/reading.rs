//! What a described provider's events say.
//!
//! | key | what it points at, as a JSON pointer |
//! | --- | --- |
//! | `type` | the provider's word for what happened |
//! | `reference` | our session id |
//! | `id` | the event's id; one in a signed header goes before it |
//! | `time`, `time_format` | the provider's own time: `rfc3339` (where it is left out), `seconds` or `milliseconds` |
//! | `amount`, `currency`, `unit` | money, in `minor` units (where it is left out) or `major` ones |
//! | `payment_id`, `checkout_id`, `refund_id`, `dispute_id`, `reason` | the provider's ids and its code for why |
//!
//! `words` says what each word means: `processing`, `paid`, `failed`, `cancelled`, `expired`, `declined` (one try;
//! the checkout stays open), `review`, `review_released`, `refund_pending`, `refunded`, `refund_failed`,
//! `dispute_opened`, `dispute_won`, `dispute_lost`, `reversed` (the provider took the money back), or `ignored`.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::declaration::choose;
use super::pointer::Pointer;
use crate::payment::{
    DisputeId, Kind, Loss, Moment, Money, ProviderPaymentId, Refund, RefundId, Report, SessionId,
};
use crate::provider::{AccountError, Event, NotUnderstood, Reading, Told, Verified, amount};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    id: Option<String>,
    #[serde(rename = "type")]
    word: String,
    time: Option<String>,
    time_format: Option<String>,
    reference: String,
    amount: Option<String>,
    currency: Option<String>,
    unit: Option<String>,
    payment_id: Option<String>,
    checkout_id: Option<String>,
    refund_id: Option<String>,
    dispute_id: Option<String>,
    reason: Option<String>,
    words: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Meaning {
    Processing,
    Paid,
    Failed,
    Cancelled,
    Expired,
    Declined,
    Review,
    ReviewReleased,
    RefundPending,
    Refunded,
    RefundFailed,
    DisputeOpened,
    DisputeWon,
    DisputeLost,
    Reversed,
    Ignored,
}

const MEANINGS: [(&str, Meaning); 16] = [
    ("processing", Meaning::Processing),
    ("paid", Meaning::Paid),
    ("failed", Meaning::Failed),
    ("cancelled", Meaning::Cancelled),
    ("expired", Meaning::Expired),
    ("declined", Meaning::Declined),
    ("review", Meaning::Review),
    ("review_released", Meaning::ReviewReleased),
    ("refund_pending", Meaning::RefundPending),
    ("refunded", Meaning::Refunded),
    ("refund_failed", Meaning::RefundFailed),
    ("dispute_opened", Meaning::DisputeOpened),
    ("dispute_won", Meaning::DisputeWon),
    ("dispute_lost", Meaning::DisputeLost),
    ("reversed", Meaning::Reversed),
    ("ignored", Meaning::Ignored),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Time {
    Rfc3339,
    Seconds,
    Milliseconds,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    Minor,
    Major,
}

/// Where everything stands, and what the words mean.
#[derive(Debug)]
pub(super) struct Reader {
    id: Option<Pointer>,
    word: Pointer,
    time: Option<(Pointer, Time)>,
    reference: Pointer,
    money: Option<(Pointer, Pointer, Unit)>,
    payment_id: Option<Pointer>,
    checkout_id: Option<Pointer>,
    refund_id: Option<Pointer>,
    dispute_id: Option<Pointer>,
    reason: Option<Pointer>,
    words: BTreeMap<String, Meaning>,
}

impl Reader {
    pub(super) fn parse(keys: Keys) -> Result<Self, AccountError> {
        let pointer = |key: &str, text: &str| Pointer::parse(&format!("event.{key}"), text);
        let optional = |key, text: Option<&String>| text.map(|text| pointer(key, text)).transpose();
        let times =
            [("rfc3339", Time::Rfc3339), ("seconds", Time::Seconds), ("milliseconds", Time::Milliseconds)];
        let format = choose("event.time_format", keys.time_format.as_deref().unwrap_or("rfc3339"), &times)?;
        let units = [("minor", Unit::Minor), ("major", Unit::Major)];
        let unit = choose("event.unit", keys.unit.as_deref().unwrap_or("minor"), &units)?;
        let mut words = BTreeMap::new();
        for (word, meaning) in &keys.words {
            words.insert(word.clone(), choose(&format!("event.words.{word}"), meaning, &MEANINGS)?);
        }
        let money = match (
            optional("amount", keys.amount.as_ref())?,
            optional("currency", keys.currency.as_ref())?,
        ) {
            (Some(amount), Some(currency)) => Some((amount, currency, unit)),
            _ => None,
        };
        let reader = Self {
            id: optional("id", keys.id.as_ref())?,
            word: pointer("type", &keys.word)?,
            time: optional("time", keys.time.as_ref())?.map(|time| (time, format)),
            reference: pointer("reference", &keys.reference)?,
            money,
            payment_id: optional("payment_id", keys.payment_id.as_ref())?,
            checkout_id: optional("checkout_id", keys.checkout_id.as_ref())?,
            refund_id: optional("refund_id", keys.refund_id.as_ref())?,
            dispute_id: optional("dispute_id", keys.dispute_id.as_ref())?,
            reason: optional("reason", keys.reason.as_ref())?,
            words,
        };
        reader.says_enough(&keys)?;
        Ok(reader)
    }

    /// Whether what the words mean can be read from where the pointers point.
    fn says_enough(&self, keys: &Keys) -> Result<(), AccountError> {
        let wrong = |key: &str, problem: &str| Err(AccountError::new(format!("event.{key}"), problem));
        let means = |any: &[Meaning]| self.words.values().any(|meaning| any.contains(meaning));
        if !means(&[Meaning::Paid]) {
            return wrong("words", "no word means paid: no order would ever be paid");
        }
        if keys.amount.is_none() {
            return wrong("amount", "a pointer to the amount: what is paid, refunded or lost has one");
        }
        if keys.currency.is_none() {
            return wrong("currency", "a pointer to the currency: an amount alone is no money");
        }
        let of_refunds = [Meaning::RefundPending, Meaning::Refunded, Meaning::RefundFailed];
        if means(&of_refunds) && self.refund_id.is_none() {
            return wrong(
                "refund_id",
                "a pointer to the refund's id: words mean refunds, and each counts once by its id",
            );
        }
        if keys.time.is_none() && keys.time_format.is_some() {
            return wrong("time_format", "there is no time: point at it with time, or leave this out");
        }
        // By its time alone it is known whether a loss or its end came last.
        if means(&[Meaning::DisputeWon, Meaning::ReviewReleased]) && self.time.is_none() {
            return wrong(
                "time",
                "a pointer to the provider's time: words undo what others say, and the later one counts",
            );
        }
        // So it is of a try that was worked on and declined, and only of the payment that both name.
        if means(&[Meaning::Processing]) && means(&[Meaning::Declined]) {
            let problem = "words mean that a payment is processing and that a try was declined: without this the second never \
                           ends the first. Map the second to failed where the page does not stay open";
            if self.time.is_none() {
                return wrong("time", problem);
            }
            if self.payment_id.is_none() {
                return wrong("payment_id", problem);
            }
        }
        Ok(())
    }

    pub(super) fn read(&self, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
        let whole: &RawValue = verified_value(verified.body())?;
        let word = self.word.text(whole)?.filter(|word| !word.is_empty());
        let word = word.ok_or_else(|| self.word.missing())?;
        let meaning = *self.words.get(&word).ok_or(NotUnderstood::Kind)?;
        let at = self.at(whole)?;
        let id = match (verified.delivery_id(), &self.id) {
            (Some(id), _) => Some(id.to_owned()),
            (None, Some(pointer)) => Some(pointer.text(whole)?.ok_or_else(|| pointer.missing())?),
            (None, None) => None,
        };
        let readings = self.reading(whole, meaning, &word, at)?.into_iter().collect();
        Ok(vec![Event { id, word, at, readings }])
    }

    fn reading(
        &self,
        whole: &RawValue,
        meaning: Meaning,
        word: &str,
        at: Option<Moment>,
    ) -> Result<Option<Reading>, NotUnderstood> {
        let kind = match meaning {
            Meaning::Ignored => return Ok(None),
            Meaning::Processing => Kind::Processing,
            Meaning::Paid => Kind::Paid(self.money(whole)?),
            Meaning::Failed => Kind::Failed,
            Meaning::Cancelled => Kind::Cancelled,
            Meaning::Expired => Kind::Expired,
            Meaning::Declined => Kind::AttemptDeclined,
            Meaning::Review => Kind::Review,
            Meaning::ReviewReleased => Kind::ReviewReleased,
            Meaning::RefundPending => Kind::RefundPending(self.refund(whole)?),
            Meaning::Refunded => Kind::Refunded(self.refund(whole)?),
            Meaning::RefundFailed => Kind::RefundFailed(self.refund(whole)?),
            Meaning::DisputeOpened => Kind::DisputeOpened(self.loss(whole)?),
            Meaning::DisputeWon => Kind::DisputeWon(self.loss(whole)?),
            Meaning::DisputeLost => Kind::DisputeLost(self.loss(whole)?),
            Meaning::Reversed => Kind::Reversed(self.loss(whole)?),
        };
        // Where nothing stands nobody can say whose it is; what is none of our session ids is somebody else's.
        let reference = self.reference.text(whole)?.ok_or_else(|| self.reference.missing())?;
        let Ok(session) = SessionId::parse(&reference) else { return Ok(None) };
        let payment = parsed(self.payment_id.as_ref(), whole, |id| ProviderPaymentId::parse(id).ok())?;
        let report = Report::new(kind)
            .payment(payment)
            .said_at(at)
            .word(word)
            .reason(text(self.reason.as_ref(), whole)?.as_deref());
        let checkout_id = text(self.checkout_id.as_ref(), whole)?;
        Ok(Some(Reading::Told(Told { session, checkout_id, reports: vec![report], fetched: false })))
    }

    fn at(&self, whole: &RawValue) -> Result<Option<Moment>, NotUnderstood> {
        let Some((pointer, format)) = &self.time else { return Ok(None) };
        let text = pointer.text(whole)?.ok_or_else(|| pointer.missing())?;
        let number = || text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let at = match format {
            Time::Rfc3339 => Moment::parse_rfc3339(&text),
            Time::Seconds => number().map(Moment::from_seconds),
            Time::Milliseconds => number().map(Moment::from_millis),
        };
        at.map(Some).ok_or_else(|| pointer.missing())
    }

    fn money(&self, whole: &RawValue) -> Result<Money, NotUnderstood> {
        let (value, code, unit) = self.money.as_ref().ok_or(NotUnderstood::Money)?;
        let code = code.text(whole)?.ok_or_else(|| code.missing())?;
        let (currency, digits) = (amount::currency(&code)?, value.digits(whole)?);
        match unit {
            Unit::Major => amount::from_decimal(digits, currency),
            Unit::Minor if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let minor = digits.parse().map_err(|_| NotUnderstood::Money)?;
                Money::new(minor, currency).map_err(|_| NotUnderstood::Money)
            }
            Unit::Minor => Err(NotUnderstood::Money),
        }
    }

    fn refund(&self, whole: &RawValue) -> Result<Refund, NotUnderstood> {
        let id = parsed(self.refund_id.as_ref(), whole, |id| RefundId::parse(id).ok())?;
        let missing = || self.refund_id.as_ref().map_or(NotUnderstood::Kind, Pointer::missing);
        Ok(Refund { id: id.ok_or_else(missing)?, request: None, money: self.money(whole)? })
    }

    fn loss(&self, whole: &RawValue) -> Result<Loss, NotUnderstood> {
        let dispute = parsed(self.dispute_id.as_ref(), whole, |id| DisputeId::parse(id).ok())?;
        Ok(Loss { dispute, money: Some(self.money(whole)?) })
    }
}

/// A body as one JSON value.
pub(super) fn verified_value(body: &[u8]) -> Result<&RawValue, NotUnderstood> {
    let text = std::str::from_utf8(body).map_err(|_| NotUnderstood::Shape("the beginning".to_owned()))?;
    serde_json::from_str(text)
        .map_err(|error| NotUnderstood::Shape(format!("line {} column {}", error.line(), error.column())))
}

fn text(pointer: Option<&Pointer>, whole: &RawValue) -> Result<Option<String>, NotUnderstood> {
    pointer.map_or(Ok(None), |pointer| pointer.text(whole))
}

fn parsed<T>(
    pointer: Option<&Pointer>,
    whole: &RawValue,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, NotUnderstood> {
    let Some(pointer) = pointer else { return Ok(None) };
    pointer.text(whole)?.map(|text| parse(&text).ok_or_else(|| pointer.missing())).transpose()
}
