//! A crash between any two steps of what a merchant does: nothing is done twice, and nothing is left that nobody finds.

use bytes::Bytes;
use payproof::payment::{Moment, Payment, RefundId, requested_refund};
use payproof_edge::api::Response;
use payproof_edge::app::now;
use payproof_edge::flow::send_refund;
use serde_json::{Value, json};

use crate::crash::{Behind, json_of};
use crate::door::Cut;
use crate::stripe_api::event;

impl Behind {
    async fn acts(&self, path: &str, key: &str, body: &Value, now: Moment) -> Response {
        let request = http::Request::post(path)
            .header("authorization", format!("Bearer {}", self.shop.secret_key))
            .header("idempotency-key", key)
            .body(Bytes::from(body.to_string()))
            .expect("a request");
        merchant_act::handle(&self.app, request, now).await
    }

    async fn stored(&self, order: &str) -> Payment {
        let found = self.stack.app.store.load(&self.shop.payment_id(order)).await;
        found.expect("the store answers").expect("an order")
    }

    async fn paid(&self, order: &str, amount: u64) -> String {
        self.shop.opens(order).await;
        let session = self.shop.session_id(order, 1).to_string();
        let told = event::paid(&format!("evt_{order}"), &session, amount, "eur");
        assert_eq!(self.tell(&told, now()).await.status(), 200);
        session
    }

    async fn timers(&self) -> usize {
        let store = &self.stack.app.store;
        let scan = store.client().scan().table_name(store.payments_table()).send().await.expect("a scan");
        scan.items().iter().filter(|item| item["pk"].as_s().is_ok_and(|pk| pk.starts_with("due#"))).count()
    }

    /// As who follows up refunds of unknown outcome does: the same request again, with the same key.
    async fn follows_up(&self, order: &str) {
        let payment = self.stored(order).await;
        let pending: Vec<RefundId> =
            payment.standing().ledgers.values().flat_map(|of| of.pending_refunds.clone()).collect();
        let shops = &self.stack.app.shops;
        let id = payment.shop.clone();
        let shop = shops.get(&self.stack.app.store, &id, payproof_edge::shops::Freshness::Usual, now()).await;
        let shop = shop.expect("the store answers").expect("a shop");
        for id in pending {
            let ask = requested_refund(&payment, &id).expect("what was asked for");
            send_refund(&self.stack.app, &shop, &payment, &ask, now()).await.expect("an answer");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_cut_at_any_request_is_made_once_and_found() {
    for cut in [Cut::Before, Cut::After] {
        let world = Behind::start().await;
        let mut uncut = 0;
        for nth in 1..=20 {
            let context = format!("{cut:?} request {nth}");
            let order = format!("o{nth}");
            world.paid(&order, 4999).await;
            let (path, body) = (format!("/v1/orders/{order}/refunds"), json!({ "amount": 1_000 }));
            let (timers, made) = (world.timers().await, world.stripe.refunds().len());
            world.doors.cut_at(nth, cut);
            let done = world.doors.run(world.acts(&path, &order, &body, now())).await;
            world.doors.let_through();
            if let Some(answer) = done {
                assert_eq!(answer.status(), 200, "{context}");
                uncut = nth;
                break;
            }
            let reserved = world
                .stored(&order)
                .await
                .standing()
                .ledgers
                .values()
                .flat_map(|of| &of.sums)
                .any(|sum| sum.left_to_refund() < 4999);
            assert!(!reserved || world.timers().await > timers, "{context}: a reserved refund has a timer");
            assert!(
                reserved || world.stripe.refunds().len() == made,
                "{context}: reserved before it is made"
            );
            world.follows_up(&order).await;
            let repeated = world.acts(&path, &order, &body, now()).await;
            assert_eq!(json_of(&repeated)["status"], "succeeded", "{context}");
            let after = world.shop.order(&order).await;
            assert_eq!(after["amount_refunded"], 1_000, "{context}");
            assert_eq!(world.stripe.refunds().len(), made + 1, "{context}: made once");
        }
        assert!(uncut > 5, "a refund takes at least five requests, not {uncut}");
    }
}

/// Cuts an act at each of its requests, on an order of its own, until it ends uncut; then somebody looks, it is asked
/// again, and answers one of `statuses`. The order then has one of the words in `status`.
async fn cut_everywhere(
    amount: u64,
    path: fn(&str) -> String,
    body: &Value,
    statuses: &[u16],
    status: &str,
    least: usize,
) {
    for cut in [Cut::Before, Cut::After] {
        let world = Behind::start().await;
        let mut uncut = 0;
        for nth in 1..=25 {
            let context = format!("{cut:?} request {nth} of {body}");
            let order = format!("o{nth}");
            let session = match amount {
                0 => {
                    world.shop.opens(&order).await;
                    world.shop.session_id(&order, 1).to_string()
                }
                amount => world.paid(&order, amount).await,
            };
            let path = path(&session);
            world.doors.cut_at(nth, cut);
            let done = world.doors.run(world.acts(&path, &order, body, now())).await;
            world.doors.let_through();
            if let Some(answer) = done {
                assert_eq!(answer.status(), 200, "{context}: {:?}", answer.body());
                uncut = nth;
                break;
            }
            world.follows_up(&order).await;
            let repeated = world.acts(&path, &order, body, now()).await;
            assert!(
                statuses.contains(&repeated.status().as_u16()),
                "{context}: {} {:?}",
                repeated.status(),
                repeated.body()
            );
            let after = world.shop.order(&order).await;
            let words: Vec<_> = status.split(' ').collect();
            assert!(words.contains(&after["status"].as_str().expect("a status")), "{context}: {after}");
            let expected = if status == "refunded" { amount } else { 0 };
            assert_eq!(after["amount_refunded"], expected, "{context}");
        }
        assert!(uncut >= least, "at least {least} requests, not {uncut}");
        let forms = world.stripe.refunds();
        let mut ids: Vec<_> = forms
            .iter()
            .map(|form| {
                form.iter().find(|(name, _)| name == "metadata[refund_id]").expect("our id").1.clone()
            })
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), forms.len(), "no refund was made twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_cut_at_any_request_sends_the_money_back_once() {
    let body = json!({ "decision": "reject", "actor": "Ada" });
    cut_everywhere(4_000, |session| format!("/v1/sessions/{session}/review"), &body, &[200], "refunded", 5)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_cut_at_any_request_is_made_once() {
    let body = json!({ "decision": "approve", "actor": "Ada" });
    cut_everywhere(4_000, |session| format!("/v1/sessions/{session}/review"), &body, &[200], "paid", 3).await;
}

/// Cut after the provider closed the checkout, a repeat learns that it is closed: nobody can pay it either way.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_cut_at_any_request_leaves_nothing_that_can_be_paid() {
    let body = json!({ "actor": "Ada" });
    let path = |session: &str| format!("/v1/sessions/{session}/cancel");
    cut_everywhere(0, path, &body, &[200, 409], "cancelled expired", 5).await;
}
