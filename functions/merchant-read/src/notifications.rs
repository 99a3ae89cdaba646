//! What the shop is still being told, or could not be told; of one order, all that it was told too.

use http::StatusCode;
use payproof::payment::{OrderId, PaymentId, told};
use payproof::shop::Shop;
use payproof_edge::api::notification::{NotificationView, cursor, parse_cursor};
use payproof_edge::api::{Call, Code, Problem, Response, answer};
use payproof_edge::app::App;
use payproof_edge::store::LIST_ALL;

pub(crate) async fn list(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let beyond = call.query("cursor").map(|text| parse_cursor(&text).ok_or_else(bad_cursor)).transpose()?;
    if let Some(order) = call.query("order_id") {
        // All of an order's fit in one page, so no cursor leads into them.
        return if beyond.is_some() { Err(bad_cursor()) } else { of_order(app, shop, &order).await };
    }
    let page = app.store.failing(&shop.id, LIST_ALL, beyond.as_deref(), false).await?;
    let shown: Vec<_> = page
        .failing
        .iter()
        .map(|of| {
            NotificationView::of(of.payment, &of.order, of.kind, of.telling.sequence, Some(&of.telling))
        })
        .collect();
    let next = page.next.as_deref().and_then(cursor);
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "data": shown, "next_cursor": next })))
}

/// Oldest first, as the shop is told.
async fn of_order(app: &App, shop: &Shop, order: &str) -> Result<Response, Problem> {
    let nothing = || Problem::of(Code::NotFound, "The shop has no order of this id.");
    let order = OrderId::parse(order).map_err(|_| nothing())?;
    let id = PaymentId::of(&shop.id, &order);
    let (payment, tellings) = app.store.load_with_tellings(&id).await?.ok_or_else(nothing)?;
    let all = told(&payment);
    // What has not had its turn will have none while the shop names no address.
    let shown: Vec<_> = all
        .iter()
        .map(|news| (news, tellings.get(&news.sequence)))
        .filter(|(_, telling)| telling.is_some() || shop.notify.is_some())
        .map(|(news, telling)| NotificationView::of(id, &order, news.kind, news.sequence, telling))
        .collect();
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "data": shown, "next_cursor": null })))
}

fn bad_cursor() -> Problem {
    Problem::of(Code::InvalidRequest, "`cursor` is what `next_cursor` of the page before says.")
}
