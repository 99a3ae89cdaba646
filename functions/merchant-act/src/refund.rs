//! `POST /v1/orders/{order_id}/refunds`: money goes back, whole or in part, once for each idempotency key.

use http::StatusCode;
use payproof::payment::{AskedRefund, CannotRefund, OrderId, PaymentId, RefundStatus, RefundWish, SessionId};
use payproof::shop::Shop;
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;
use payproof_edge::flow::{RefundError, refund};

use crate::by;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    amount: Option<u64>,
    session_id: Option<String>,
    reason: Option<String>,
}

pub(crate) async fn act(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let order = OrderId::parse(call.params.get("order_id")).map_err(|_| Problem::new(Code::OrderNotFound))?;
    let needed = || {
        let detail = "A refund needs an Idempotency-Key header of 1 to 255 visible ASCII characters: with the \
                      same key it is made once, however often it is asked for.";
        Problem::of(Code::InvalidIdempotencyKey, detail)
    };
    let key = read::idempotency_key(call)?.ok_or_else(needed)?;
    let id = PaymentId::of(&shop.id, &order);
    let wish = read::json::<Body>(call.request.body())?.check(&id)?;
    let refund_id = wish.id(&shop.id, &order, key);
    let asked = refund(app, shop, &id, &refund_id, &wish, call.now).await.map_err(problem)?;
    if asked.refused {
        let code = asked.reason.as_deref().unwrap_or("refused");
        let detail = format!("{} It said {code}.", Code::RefundRefused.meaning());
        return Err(Problem::of(Code::RefundRefused, detail));
    }
    let status = if asked.status == RefundStatus::Pending { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok(answer::json(status, &View::of(&id, &asked)))
}

impl Body {
    fn check(self, order: &PaymentId) -> Result<RefundWish, Problem> {
        let amount = |minor: u64| (1..=payproof::payment::limits::AMOUNT_MINOR_MAX).contains(&minor);
        if self.amount.is_some_and(|minor| !amount(minor)) {
            return Err(Problem::new(Code::InvalidAmount));
        }
        let of_order = |text: &str| {
            let session = SessionId::parse(text).ok().filter(|session| session.payment == *order);
            session.map(|session| session.attempt).ok_or_else(no_such_session)
        };
        Ok(RefundWish {
            amount: self.amount,
            attempt: self.session_id.as_deref().map(of_order).transpose()?,
            reason: by::note("reason", self.reason.as_deref())?.map(str::to_owned),
        })
    }
}

fn no_such_session() -> Problem {
    Problem::of(Code::InvalidRequest, "`session_id` is not one of the order's sessions.")
}

/// A refund, as it is now.
#[derive(serde::Serialize)]
pub(crate) struct View {
    id: String,
    status: &'static str,
    amount: u64,
    currency: &'static str,
    session_id: String,
    reason: Option<Box<str>>,
}

impl View {
    pub(crate) fn of(order: &PaymentId, asked: &AskedRefund) -> Self {
        Self {
            id: asked.id.to_string(),
            status: asked.status.word(),
            amount: asked.money.minor(),
            currency: asked.money.currency().code(),
            session_id: SessionId { payment: *order, attempt: asked.attempt }.to_string(),
            reason: asked.reason.clone(),
        }
    }
}

fn problem(error: RefundError) -> Problem {
    match error {
        RefundError::OrderNotFound => Problem::new(Code::OrderNotFound),
        RefundError::Cannot(why) => cannot(why),
        RefundError::NoWay(provider) => {
            let detail = format!("{provider}: {}", Code::RefundNotPossible.meaning());
            Problem::of(Code::RefundNotPossible, detail)
        }
        RefundError::Full => Problem::new(Code::OrderFull),
        RefundError::Flow(error) => error.into(),
    }
}

fn cannot(why: CannotRefund) -> Problem {
    match why {
        CannotRefund::OtherBody => {
            let detail =
                "This Idempotency-Key asked for another refund of this order. Use a new key for a new one.";
            Problem::of(Code::IdempotencyMismatch, detail)
        }
        CannotRefund::NothingCame => Problem::new(Code::NothingToRefund),
        CannotRefund::NoSuchSession => no_such_session(),
        CannotRefund::WhichSession { order, attempts } => {
            let ids: Vec<_> = attempts
                .into_iter()
                .map(|attempt| SessionId { payment: order, attempt }.to_string())
                .collect();
            let detail =
                format!("More than one session was paid: {}. Say in `session_id` which.", ids.join(", "));
            Problem::of(Code::SessionIdNeeded, detail)
        }
        CannotRefund::Exceeds { left } => {
            let detail = format!("{left} are left to refund; refunds that are under way count.");
            Problem { left: Some(left), ..Problem::of(Code::RefundExceeds, detail) }
        }
        CannotRefund::Unnamed => Problem::new(Code::RefundNotPossible),
    }
}
