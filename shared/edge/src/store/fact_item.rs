//! How a fact is written inside the order's item.

use aws_sdk_dynamodb::types::AttributeValue;
use payproof::payment::{
    Attempt, Attention, Currency, DisputeId, Fact, FactId, Kind, Loss, Moment, Money, ProviderPaymentId,
    Refund, RefundId, Report, Source, WriteMark,
};

use super::StoreError;
use super::expression::{Item, Read as _, b, n, s};

const ID: &str = "i";
const ATTEMPT: &str = "n";
const KIND: &str = "k";
const SOURCE: &str = "s";
const WORD: &str = "w";
const PAYMENT: &str = "p";
const AMOUNT: &str = "a";
const CURRENCY: &str = "c";
const REFUND: &str = "r";
const REQUEST: &str = "q";
const DISPUTE: &str = "d";
const REASON: &str = "x";
const SAID_AT: &str = "t";
const RECORDED_AT: &str = "o";
const ARRIVED_AT: &str = "y";
const MARK: &str = "b";
const ATTENTION: &str = "aw";
const NAMES: &str = "an";

pub(super) fn write(fact: &Fact) -> AttributeValue {
    let kind = &fact.said.kind;
    let mut item = Item::new();
    let mut put = |name: &str, value: Option<AttributeValue>| {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    };
    put(ID, Some(s(fact.id.as_str())));
    put(ATTEMPT, Some(n(fact.attempt.number().into())));
    put(KIND, Some(s(kind.word())));
    put(SOURCE, Some(s(source_letter(fact.source))));
    put(WORD, fact.said.word.as_deref().map(s));
    put(PAYMENT, fact.said.payment.as_ref().map(|id| s(id.as_str())));
    put(AMOUNT, kind.money().map(|money| n(money.minor())));
    put(CURRENCY, kind.money().map(|money| s(money.currency().code())));
    put(REFUND, kind.refund_id().map(|id| s(id.as_str())));
    put(REQUEST, refund(kind).and_then(|refund| refund.request.as_ref()).map(|id| s(id.as_str())));
    put(DISPUTE, kind.dispute_id().map(|id| s(id.as_str())));
    put(REASON, fact.said.reason.as_deref().map(s));
    put(SAID_AT, fact.said.said_at.map(|at| n(at.millis())));
    put(ARRIVED_AT, fact.said.arrived.map(|at| n(at.millis())));
    put(RECORDED_AT, Some(n(fact.at.millis())));
    put(MARK, Some(b(&fact.write.0)));
    if let Kind::Acknowledged { word, names } = kind {
        put(ATTENTION, Some(s(word.word())));
        put(NAMES, Some(AttributeValue::L(names.iter().map(s).collect())));
    }
    AttributeValue::M(item)
}

pub(super) fn read(value: &AttributeValue) -> Result<Fact, StoreError> {
    let item = value.as_m().map_err(|_| StoreError::Unreadable("a fact"))?;
    let attempt = attempt(item.number(ATTEMPT)?)?;
    Ok(Fact {
        id: FactId::stored(item.text(ID)?),
        attempt,
        source: source(item.text(SOURCE)?)?,
        said: Report {
            kind: kind(item)?,
            payment: item
                .text_if(PAYMENT)
                .map(ProviderPaymentId::parse)
                .transpose()
                .map_err(|_| bad(PAYMENT))?,
            said_at: item.number_if(SAID_AT).map(Moment::from_millis),
            word: item.text_if(WORD).map(Into::into),
            reason: item.text_if(REASON).map(Into::into),
            arrived: item.number_if(ARRIVED_AT).map(Moment::from_millis),
        },
        at: Moment::from_millis(item.number(RECORDED_AT)?),
        write: WriteMark(item.bytes(MARK)?),
    })
}

pub(super) fn attempt(number: u64) -> Result<Attempt, StoreError> {
    u8::try_from(number).ok().and_then(Attempt::new).ok_or_else(|| bad("attempt"))
}

const fn bad(what: &'static str) -> StoreError {
    StoreError::Unreadable(what)
}

fn refund(kind: &Kind) -> Option<&Refund> {
    match kind {
        Kind::RefundPending(refund)
        | Kind::Refunded(refund)
        | Kind::RefundFailed(refund)
        | Kind::RefundRequested(refund) => Some(refund),
        _ => None,
    }
}

fn kind(item: &Item) -> Result<Kind, StoreError> {
    let money = || money(item)?.ok_or_else(|| bad(AMOUNT));
    let refund = || -> Result<Refund, StoreError> {
        Ok(Refund {
            id: RefundId::parse(item.text(REFUND)?).map_err(|_| bad(REFUND))?,
            request: item.text_if(REQUEST).map(RefundId::parse).transpose().map_err(|_| bad(REQUEST))?,
            money: money()?,
        })
    };
    let loss = || -> Result<Loss, StoreError> {
        let dispute = item.text_if(DISPUTE).map(DisputeId::parse).transpose().map_err(|_| bad(DISPUTE))?;
        Ok(Loss { dispute, money: self::money(item)? })
    };
    Ok(match item.text(KIND)? {
        "processing" => Kind::Processing,
        "paid" => Kind::Paid(money()?),
        "failed" => Kind::Failed,
        "cancelled" => Kind::Cancelled,
        "expired" => Kind::Expired,
        "review" => Kind::Review,
        "review_released" => Kind::ReviewReleased,
        "attempt_declined" => Kind::AttemptDeclined,
        "refund_pending" => Kind::RefundPending(refund()?),
        "refunded" => Kind::Refunded(refund()?),
        "refunded_total" => Kind::RefundedTotal(money()?),
        "refund_failed" => Kind::RefundFailed(refund()?),
        "reversed" => Kind::Reversed(loss()?),
        "dispute_opened" => Kind::DisputeOpened(loss()?),
        "dispute_won" => Kind::DisputeWon(loss()?),
        "dispute_lost" => Kind::DisputeLost(loss()?),
        "sent" => Kind::Sent,
        "returned" => Kind::Returned,
        "clock_expired" => Kind::ClockExpired,
        "stuck" => {
            Kind::Stuck(item.text_if(REFUND).map(RefundId::parse).transpose().map_err(|_| bad(REFUND))?)
        }
        "refund_requested" => Kind::RefundRequested(refund()?),
        "approved" => Kind::Approved(money()?),
        "rejected" => Kind::Rejected(money()?),
        "acknowledged" => Kind::Acknowledged {
            word: Attention::parse(item.text(ATTENTION)?).ok_or_else(|| bad(ATTENTION))?,
            names: item
                .get(NAMES)
                .and_then(|value| value.as_l().ok())
                .map(|names| names.iter().filter_map(|name| name.as_s().ok().cloned()).collect())
                .unwrap_or_default(),
        },
        _ => return Err(bad(KIND)),
    })
}

fn money(item: &Item) -> Result<Option<Money>, StoreError> {
    let Some(minor) = item.number_if(AMOUNT) else { return Ok(None) };
    let currency = Currency::parse(item.text(CURRENCY)?).map_err(|_| bad(CURRENCY))?;
    Money::new(minor, currency).map(Some).map_err(|_| bad(AMOUNT))
}

const fn source_letter(source: Source) -> &'static str {
    match source {
        Source::Webhook => "w",
        Source::Fetch => "f",
        Source::Clock => "c",
        Source::Merchant => "m",
        Source::Us => "u",
    }
}

fn source(letter: &str) -> Result<Source, StoreError> {
    [Source::Webhook, Source::Fetch, Source::Clock, Source::Merchant, Source::Us]
        .into_iter()
        .find(|source| source_letter(*source) == letter)
        .ok_or_else(|| bad(SOURCE))
}
