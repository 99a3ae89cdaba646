//! A crash between any two steps of looking at an order: the timer was set before, so the next look does the rest, nothing
//! is done twice, and no order is left that nobody looks at.

use payproof::payment::due::next_look;
use payproof::payment::{Moment, Payment, Status};
use payproof_edge::app::now;
use payproof_edge::store::Due;
use serde_json::{Value, json};

use crate::crash::Behind;
use crate::door::Cut;
use crate::stripe_api::{Mood, event};

/// What is due about an order, and what it has come to once it was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Story {
    Overdue,
    PaidUnheard,
    LeftBehind,
    Beside,
    RefundLost,
}

impl Behind {
    async fn load(&self, order: &str) -> Payment {
        let found = self.stack.app.store.load(&self.shop.payment_id(order)).await;
        found.expect("the store answers").expect("an order")
    }

    /// The moments of an order's timers.
    async fn timers_of(&self, order: &str) -> Vec<u64> {
        let id = format!("#{}#{}", self.shop.payment_id(order), Due::Reconcile.word());
        let store = &self.stack.app.store;
        let mut timers = Vec::new();
        let mut from = None;
        loop {
            let scan = store.client().scan().table_name(store.payments_table()).consistent_read(true);
            let page = scan.set_exclusive_start_key(from).send().await.expect("a scan");
            let keys = page
                .items()
                .iter()
                .filter_map(|item| item["sk"].as_s().ok()?.strip_suffix(&id)?.parse::<u64>().ok());
            timers.extend(keys);
            from = page.last_evaluated_key;
            if from.is_none() {
                return timers;
            }
        }
    }

    /// An order to which that has happened; gives the moment of the look.
    async fn prepare(&self, order: &str, story: Story) -> Moment {
        let start = now();
        let first = self.shop.session_id(order, 1).to_string();
        if story == Story::LeftBehind {
            self.shop.registers(order).await;
            self.stripe.set_mood(Mood::Breaks);
            let body = json!({ "order_id": order, "expires_in": 80_000 });
            self.shop.post("/v1/sessions", body).await.expect(502);
            self.stripe.set_mood(Mood::Fine);
            // That Stripe is left alone after five of these is another test's matter.
            self.stack.app.circuits.succeeded(&self.stripe_callee());
            return start.plus_seconds(1_900);
        }
        self.shop.opens(order).await;
        let paid = json!({ "status": "complete", "payment_status": "paid", "amount_total": 4999, "payment_intent": there(&[]) });
        match story {
            Story::Overdue | Story::LeftBehind => {}
            Story::PaidUnheard => {
                self.stripe.sets_checkout(&first, &paid);
            }
            Story::Beside => {
                let other = json!({ "order_id": order, "method": "wallet" });
                self.shop.post("/v1/sessions", other).await.expect(201);
                let second = self.shop.session_id(order, 2).to_string();
                let told = event::paid(&format!("evt_{order}"), &second, 4999, "eur");
                assert_eq!(self.tell(&told, start).await.status(), 200);
                return start.plus_seconds(90);
            }
            Story::RefundLost => {
                self.stripe.sets_checkout(&first, &paid);
                let told = event::paid(&format!("evt_{order}"), &first, 4999, "eur");
                assert_eq!(self.tell(&told, start).await.status(), 200);
                self.stripe.acts(Mood::Breaks);
                let url = format!("{}/v1/orders/{order}/refunds", self.stack.url);
                let request = self.shop.http.post(url).bearer_auth(&self.shop.secret_key);
                let request = request.header("idempotency-key", order).json(&json!({ "amount": 1000 }));
                assert_eq!(request.send().await.expect("an answer").status().as_u16(), 202);
                self.stripe.acts(Mood::Fine);
                return start.plus_seconds(90);
            }
        }
        start.plus_seconds(1_801)
    }

    async fn assert_done(&self, order: &str, story: Story, context: &str) {
        let payment = self.load(order).await;
        let standing = payment.standing();
        let first = self.shop.session_id(order, 1);
        let there = || self.stripe.sets_checkout(&first.to_string(), &json!({}));
        match story {
            Story::Overdue => assert_eq!(
                (standing.status, &there()["status"]),
                (Status::Expired, &json!("expired")),
                "{context}"
            ),
            Story::PaidUnheard => {
                assert_eq!((standing.status, standing.amount_paid), (Status::Paid, 4999), "{context}");
            }
            Story::LeftBehind => {
                assert_eq!(there()["status"], "open", "{context}");
                let nonce = payment.sessions[&first.attempt].nonce;
                let item =
                    self.stack.app.store.attempt(first, nonce).await.expect("a read").expect("an attempt");
                assert!(item.checkout.is_some() && item.opening_until.is_none(), "{context}");
            }
            Story::Beside => {
                assert_eq!(
                    (standing.status, &there()["status"]),
                    (Status::Paid, &json!("expired")),
                    "{context}"
                );
                assert_eq!(standing.sessions[&first.attempt], Status::Expired, "{context}");
            }
            Story::RefundLost => {
                assert_eq!((standing.amount_refunded, standing.attention.len()), (1000, 0), "{context}");
            }
        }
        let ids: std::collections::BTreeSet<_> = payment.facts.iter().map(|fact| fact.id.clone()).collect();
        assert_eq!(ids.len(), payment.facts.len(), "{context}: nothing twice");
    }
}

fn there(refunds: &[Value]) -> Value {
    let charge = json!({
        "id": "ch_1", "created": now().seconds(), "amount_refunded": 0, "disputed": false, "currency": "eur",
        "refunds": { "data": refunds, "has_more": false },
    });
    json!({ "id": "pi_3SXkQ2LkdIwHu7ix0a7VbN3m", "status": "succeeded", "latest_charge": charge })
}

async fn looking_survives(story: Story, cut: Cut) -> usize {
    let world = Behind::start().await;
    // What the stream has looked at by itself is not what is cut.
    world.stack.stop_stream();
    for nth in 1..=30 {
        let context = format!("{story:?}, {cut:?} request {nth}");
        let order = format!("o{nth}");
        let at = world.prepare(&order, story).await;
        let id = world.shop.payment_id(&order);
        let refunds = world.stripe.refunds().len();
        world.doors.cut_at(nth, cut);
        let done = world.doors.run(reconcile::handle(&world.app, id, at)).await;
        world.doors.let_through();
        let payment = world.load(&order).await;
        if next_look(&payment, at).is_some() {
            let timers = world.timers_of(&order).await;
            let last = timers.into_iter().max().expect("a timer");
            // The very look that was cut comes again from its queue, and a timer is ahead once it did anything.
            let did_anything = payment.facts.len() > world.facts_before(story);
            assert!(!did_anything || last > at.millis(), "{context}: nobody would look again");
        }
        let whole = done.is_some();
        if let Some(looked) = done {
            looked.expect("it ends well");
        } else {
            // The message comes again; an opening that was under way is over by then.
            reconcile::handle(&world.app, id, at.plus_seconds(60)).await.expect("it ends well");
        }
        world.assert_done(&order, story, &context).await;
        assert_eq!(world.stripe.refunds().len(), refunds, "{context}: the refund was made before, once");
        // Looking again finds nothing to do.
        let settled = world.load(&order).await;
        reconcile::handle(&world.app, id, at.plus_seconds(120)).await.expect("it ends well");
        assert_eq!(world.load(&order).await, settled, "{context}");
        if whole {
            return nth - 1;
        }
    }
    panic!("looking takes more than 30 requests");
}

impl Behind {
    const fn facts_before(&self, story: Story) -> usize {
        match story {
            Story::Overdue | Story::PaidUnheard | Story::LeftBehind => 0,
            Story::Beside => 1,
            Story::RefundLost => 2,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiry_cut_at_any_request_is_done_by_the_next_look() {
    for cut in [Cut::Before, Cut::After] {
        assert!(looking_survives(Story::Overdue, cut).await >= 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_cut_at_any_request_is_asked_by_the_next_look() {
    for cut in [Cut::Before, Cut::After] {
        assert!(looking_survives(Story::PaidUnheard, cut).await >= 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_left_behind_is_finished_by_the_next_look_also_where_that_was_cut() {
    for cut in [Cut::Before, Cut::After] {
        assert!(looking_survives(Story::LeftBehind, cut).await >= 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_checkout_of_a_paid_order_is_closed_by_the_next_look_also_where_that_was_cut() {
    for cut in [Cut::Before, Cut::After] {
        assert!(looking_survives(Story::Beside, cut).await >= 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_unknown_outcome_is_asked_for_once_more_by_the_next_look_also_where_that_was_cut() {
    for cut in [Cut::Before, Cut::After] {
        assert!(looking_survives(Story::RefundLost, cut).await >= 6);
    }
}
