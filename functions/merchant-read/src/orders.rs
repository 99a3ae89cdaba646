//! One order, and a page of orders.

use http::StatusCode;
use payproof::payment::{Attention, Moment, OrderId, PaymentId, ProviderPaymentId, Standing, Status};
use payproof::shop::Shop;
use payproof_edge::api::view::{OrderView, order_cursor};
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;
use payproof_edge::flow::{Found, find_payment};
use payproof_edge::store::tables::{LISTED, NEEDS_SOMEBODY};
use payproof_edge::store::{LIST_MILLIS_LAST, list_from};

pub(crate) async fn one(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let nothing = || Problem::of(Code::NotFound, "The shop has no order of this id.");
    let order = OrderId::parse(call.params.get("order_id")).map_err(|_| nothing())?;
    let mut found = app.store.load_with_texts(&PaymentId::of(&shop.id, &order)).await?;
    // Our own id of an order, unless the shop calls another one so.
    if let (None, Ok(ours)) = (&found, PaymentId::parse(order.as_str())) {
        found = app.store.load_with_texts(&ours).await?.filter(|payment| payment.shop == shop.id);
    }
    let payment = found.ok_or_else(nothing)?;
    Ok(answer::json(StatusCode::OK, &OrderView::of(shop, &payment, call.now)))
}

pub(crate) async fn list(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    if let Some(payment) = call.query("provider_payment_id") {
        return of_payment(app, shop, call, &payment).await;
    }
    let status =
        call.query("status").map(|word| Status::parse(&word).ok_or_else(|| bad("status"))).transpose()?;
    let attention = call.query("attention").map(|word| Wanted::parse(&word)).transpose()?;
    let from = moment(call, "from")?.unwrap_or_default();
    let to = moment(call, "to")?.unwrap_or(Moment::from_millis(LIST_MILLIS_LAST));
    let before = call
        .query("cursor")
        .map(|text| read::order_cursor(&text).ok_or_else(|| bad("cursor")))
        .transpose()?;
    // List keys are the creation's millisecond in 13 digits and the payment id; `~` sorts after every one of them.
    let (from, to) = (list_from(from), format!("{}~", list_from(to)));
    if from > to {
        return Err(Problem::of(Code::InvalidRequest, "`from` is after `to`."));
    }
    // The store refuses a range that ends before it begins.
    if before.as_ref().is_some_and(|before| *before < from || *before > to) {
        return Err(bad("cursor"));
    }
    // Whoever has a word of attention, or is in review, is in the shorter list: it is complete after a few reads.
    let among = match (attention, status) {
        (Some(_), _) | (_, Some(Status::Review)) => NEEDS_SOMEBODY,
        _ => LISTED,
    };
    let page = app.store.orders(among, &shop.id, shop.list_shards, &from, &to, before.as_deref()).await?;
    let shown: Vec<OrderView> = page
        .orders
        .iter()
        .filter(|payment| {
            let standing = payment.standing();
            status.is_none_or(|status| standing.status == status)
                && attention.is_none_or(|wanted| wanted.suits(&standing))
        })
        .map(|payment| OrderView::of(shop, payment, call.now))
        .collect();
    let next = page.next.as_deref().map(order_cursor);
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "data": shown, "next_cursor": next })))
}

/// The orders that a provider's payment id leads to, in one page.
async fn of_payment(app: &App, shop: &Shop, call: &Call, payment: &str) -> Result<Response, Problem> {
    let others = ["status", "attention", "from", "to", "cursor"];
    if others.iter().any(|name| call.query(name).is_some()) {
        let detail = "`provider_payment_id` is asked for by itself: it leads to one order, or to none.";
        return Err(Problem::of(Code::InvalidRequest, detail));
    }
    let payment = ProviderPaymentId::parse(payment).map_err(|_| bad("provider_payment_id"))?;
    let Found { orders, not_asked } = find_payment(app, shop, &payment, call.now).await?;
    let shown: Vec<_> = orders.iter().map(|payment| OrderView::of(shop, payment, call.now)).collect();
    let body = serde_json::json!({ "data": shown, "next_cursor": null, "not_asked": not_asked });
    Ok(answer::json(StatusCode::OK, &body))
}

/// Which orders need somebody.
#[derive(Clone, Copy)]
enum Wanted {
    /// Those with this word.
    For(Attention),
    /// Those with any word, and those in review.
    Any,
}

impl Wanted {
    fn parse(word: &str) -> Result<Self, Problem> {
        match word {
            "any" => Ok(Self::Any),
            word => Attention::parse(word).map(Self::For).ok_or_else(|| bad("attention")),
        }
    }

    /// The index is a hint: the order itself says whether it still needs somebody.
    fn suits(self, standing: &Standing) -> bool {
        match self {
            Self::For(word) => standing.attention.contains(&word),
            Self::Any => !standing.attention.is_empty() || standing.status == Status::Review,
        }
    }
}

fn moment(call: &Call, name: &str) -> Result<Option<Moment>, Problem> {
    let text = call.query(name);
    text.map(|text| Moment::parse_rfc3339(&text).ok_or_else(|| bad(name))).transpose()
}

fn bad(name: &str) -> Problem {
    let detail = match name {
        "status" => "`status` is one of the words that an order's status has.".to_owned(),
        "attention" => "`attention` is one of the words that an order's attention has, or any.".to_owned(),
        "provider_payment_id" => {
            "`provider_payment_id` is what a provider calls a payment, up to 255 bytes.".to_owned()
        }
        "cursor" => "`cursor` is what `next_cursor` of the page before says.".to_owned(),
        _ => format!("`{name}` is a moment as RFC 3339 writes it, such as 2026-11-24T00:00:00Z."),
    };
    Problem::of(Code::InvalidRequest, detail)
}
