//! The sandbox from inside: every act on every state, and what is kept and sent.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use http::HeaderMap;
use payproof::payment::{Moment, ShopId};
use payproof::provider::sandbox::{CheckoutForm, EVENT_TYPES, EventBody};
use payproof::provider::signature::standard_webhooks::{Key, sign};
use payproof::secret::Secret;
use payproof_edge::store::Store;
use tokio::sync::Mutex;

use super::act::{Act, NotNow};
use super::checkout::{Checkout, RefundEnd, Status};
use super::keep::{KeepError, Speaks};
use super::outbox::Deliver;
use super::{Account, Sandbox};
use crate::embedded::Embedded;
use crate::{Data, stack};

const NOW: Moment = Moment::from_seconds(1_800_000_000);

fn form() -> CheckoutForm {
    CheckoutForm {
        reference: "cs_abcdefghijklmnopqrstuvwxyz_1".into(),
        order_id: "1042".into(),
        amount: 4_999,
        currency: "EUR".into(),
        description: "Demo shop · order 1042".into(),
        method: "card".into(),
        locale: None,
        customer_email: None,
        return_url: "http://shop.test/return".into(),
        cancel_url: "http://shop.test/cancel".into(),
        expires_at: NOW.plus_seconds(3_600).seconds(),
    }
}

fn open() -> Checkout {
    Checkout::new("chk_0123456789abcdef01234567".into(), "demo".into(), form(), NOW)
}

/// A checkout after these acts, each delivered once.
fn after(acts: &[Act]) -> Checkout {
    let mut checkout = open();
    for act in acts {
        checkout.act(act, Deliver::Once, NOW).unwrap();
    }
    checkout
}

fn told(checkout: &Checkout) -> Vec<EventBody> {
    checkout.outbox.events.iter().map(|event| serde_json::from_str(&event.body).unwrap()).collect()
}

fn kinds(checkout: &Checkout) -> Vec<String> {
    told(checkout).into_iter().map(|event| event.kind).collect()
}

fn refund(amount: u64, end: RefundEnd) -> Act {
    Act::Refund { amount, end, request: None }
}

#[test]
fn an_act_leads_where_it_says_or_nowhere() {
    use Status::{Cancelled, Expired, Failed, Open, Paid, Processing, Review};
    let states: [(Status, &[Act]); 7] = [
        (Open, &[]),
        (Processing, &[Act::Start]),
        (Review, &[Act::Hold]),
        (Paid, &[Act::Pay]),
        (Failed, &[Act::Fail]),
        (Cancelled, &[Act::Cancel]),
        (Expired, &[Act::Expire]),
    ];
    // Of each act: where it leads, and from which states it can happen.
    let acts: [(Act, Status, &[Status]); 13] = [
        (Act::Pay, Paid, &[Open, Processing, Failed, Cancelled, Expired]),
        (Act::PayOther(1), Paid, &[Open, Processing, Expired]),
        (Act::PayLate, Paid, &[Open]),
        (Act::Decline, Open, &[Open]),
        (Act::Fail, Failed, &[Open, Processing, Review]),
        (Act::Cancel, Cancelled, &[Open]),
        (Act::Start, Processing, &[Open]),
        (Act::Hold, Review, &[Open, Processing]),
        (Act::Release, Paid, &[Review]),
        (Act::Expire, Expired, &[Open, Review]),
        (refund(1, RefundEnd::Succeeded), Paid, &[Paid]),
        (Act::OpenDispute, Paid, &[Paid]),
        (Act::Reverse, Paid, &[Paid]),
    ];
    for (state, way) in states {
        let before = after(way);
        assert_eq!(before.status, state);
        for (act, leads_to, from) in &acts {
            let mut checkout = before.clone();
            let done = checkout.act(act, Deliver::Once, NOW);
            if from.contains(&state) {
                assert_eq!((done, checkout.status), (Ok(()), *leads_to), "{act:?} of {state:?}");
                assert!(
                    checkout.outbox.events.len() > before.outbox.events.len(),
                    "{act:?} of {state:?} is told"
                );
            } else {
                assert_eq!((done, &checkout), (Err(NotNow::Status(state)), &before), "{act:?} of {state:?}");
            }
        }
    }
}

#[test]
fn what_happens_is_told_in_documented_words_with_the_fields_that_each_needs() {
    let everything = [
        after(&[
            Act::Decline,
            Act::Start,
            Act::Hold,
            Act::Release,
            refund(1, RefundEnd::Failed),
            Act::OpenDispute,
        ]),
        after(&[Act::Fail]),
        after(&[Act::Cancel]),
        after(&[
            Act::PayLate,
            refund(9, RefundEnd::Succeeded),
            Act::OpenDispute,
            Act::EndDispute { won: true },
        ]),
        after(&[Act::Pay, Act::OpenDispute, Act::EndDispute { won: false }]),
        after(&[Act::PayOther(0)]),
        after(&[Act::Pay, Act::Reverse]),
    ];
    let mut seen = BTreeSet::new();
    for checkout in &everything {
        let mut moments = BTreeSet::new();
        for event in told(checkout) {
            let data = &event.data;
            assert_eq!(data.reference.as_deref(), Some(checkout.form.reference.as_str()));
            assert_eq!(data.checkout_id.as_deref(), Some(checkout.id.as_str()));
            let money = ["payment.paid", "payment.reversed"].contains(&event.kind.as_str())
                || event.kind.starts_with("refund.")
                || event.kind.starts_with("dispute.");
            assert_eq!((data.amount.is_some(), data.currency.is_some()), (money, money), "{}", event.kind);
            assert_eq!(data.refund_id.is_some(), event.kind.starts_with("refund."), "{}", event.kind);
            assert_eq!(data.dispute_id.is_some(), event.kind.starts_with("dispute."), "{}", event.kind);
            assert!(moments.insert(event.timestamp.clone()), "no two happen at one moment");
            seen.insert(event.kind);
        }
    }
    assert_eq!(seen, EVENT_TYPES.iter().map(|kind| (*kind).to_owned()).collect());
}

#[test]
fn out_of_order_has_something_to_overtake() {
    for (act, kinds_told) in [
        (Act::Pay, vec!["payment.processing", "payment.paid"]),
        (Act::PayLate, vec!["payment.expired", "payment.paid"]),
        (Act::Fail, vec!["payment.processing", "payment.failed"]),
    ] {
        let mut checkout = open();
        checkout.act(&act, Deliver::OutOfOrder, NOW).unwrap();
        assert_eq!(kinds(&checkout), kinds_told);
        assert_eq!(checkout.outbox.due_now(NOW).unwrap().1.kind, *kinds_told.last().unwrap());
    }
}

#[test]
fn no_more_goes_back_than_came() {
    let mut checkout = after(&[Act::PayOther(100), refund(60, RefundEnd::Pending)]);
    assert_eq!(checkout.left(), 40);
    assert_eq!(checkout.act(&refund(41, RefundEnd::Succeeded), Deliver::Once, NOW), Err(NotNow::TooMuch));
    assert_eq!(checkout.act(&refund(0, RefundEnd::Succeeded), Deliver::Once, NOW), Err(NotNow::TooMuch));
    let id = checkout.refunds[0].id.clone();
    let end = |succeeds| Act::EndRefund { id: id.clone(), succeeds };
    checkout.act(&end(true), Deliver::Once, NOW).unwrap();
    assert_eq!(checkout.act(&end(true), Deliver::Once, NOW), Err(NotNow::Over));
    checkout.act(&end(false), Deliver::Once, NOW).unwrap();
    assert_eq!(checkout.left(), 100, "a refund that failed after all is there again");
    assert_eq!(checkout.act(&end(false), Deliver::Once, NOW), Err(NotNow::Over));
}

#[test]
fn what_was_lost_in_a_dispute_is_not_lost_again() {
    let mut checkout = after(&[Act::Pay, Act::OpenDispute]);
    assert_eq!(checkout.act(&Act::OpenDispute, Deliver::Once, NOW), Err(NotNow::Over));
    checkout.act(&Act::EndDispute { won: false }, Deliver::Once, NOW).unwrap();
    for act in [Act::EndDispute { won: true }, Act::OpenDispute, Act::Reverse] {
        assert_eq!(checkout.act(&act, Deliver::Once, NOW), Err(NotNow::Over), "{act:?}");
    }
}

#[test]
fn time_ends_only_what_nobody_paid() {
    let end = Moment::from_seconds(form().expires_at);
    for (mut checkout, status) in [(open(), Status::Expired), (after(&[Act::Start]), Status::Processing)] {
        checkout.expire(Moment::from_millis(end.millis() - 1));
        assert_ne!(checkout.status, Status::Expired);
        checkout.expire(end);
        checkout.expire(end);
        assert_eq!((checkout.status, checkout.outbox.events.len()), (status, 1));
    }
}

#[test]
fn a_checkout_is_asked_for_as_it_is() {
    let state = after(&[Act::PayOther(4_000), refund(1_000, RefundEnd::Succeeded), Act::Reverse]).state();
    assert_eq!((state.status.as_str(), state.amount), ("paid", 4_000));
    assert_eq!((state.refunds[0].amount, state.refunds[0].status.as_str()), (1_000, "succeeded"));
    let paid_at = Moment::parse_rfc3339(&state.updated_at).unwrap();
    assert_eq!(paid_at.millis_since(NOW), 1, "when the status was reached, whatever happened since");
    assert_eq!(after(&[Act::Hold]).state().reason.as_deref(), Some("suspected_fraud"));
}

type Received = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A place that takes webhooks.
async fn receiver() -> (String, Received) {
    let received = Received::default();
    let take = |State(received): State<Received>, headers: HeaderMap, body: Bytes| async move {
        received.lock().await.push((headers, body));
        "{\"received\":true,\"outcome\":\"applied\"}"
    };
    let router = axum::Router::new()
        .route("/v1/webhooks/demo/sandbox", axum::routing::post(take))
        .with_state(Arc::clone(&received));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, received)
}

fn account() -> Account {
    Account {
        shop: ShopId::parse("demo").unwrap(),
        api_key: Secret::new("sbx_test"),
        webhook_secret: Secret::new("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
        speaks: std::collections::BTreeMap::new(),
    }
}

async fn until(received: &Received, count: usize) {
    let enough = async {
        while received.lock().await.len() < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), enough).await.expect("the webhooks come");
}

#[tokio::test]
async fn one_key_makes_one_checkout() {
    let embedded = Embedded::start(&Data::Memory).await.unwrap();
    let client = Store::new(&stack::settings(&embedded.url, "http://unused.test")).client().clone();
    let sandbox = Sandbox::new(client, vec![account()], "http://unused.test").await.unwrap();
    let now = payproof_edge::app::now();
    let form = CheckoutForm { expires_at: now.plus_seconds(3_600).seconds(), ..form() };
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (sandbox, form) = (sandbox.clone(), form.clone());
        all.spawn(async move { sandbox.make("demo", "key", form, now).await });
    }
    let (mut ids, mut new) = (BTreeSet::new(), 0);
    while let Some(made) = all.join_next().await {
        let (checkout, is_new) = made.unwrap().unwrap();
        ids.insert(checkout.id);
        new += usize::from(is_new);
    }
    assert_eq!((ids.len(), new), (1, 1));
    let other = CheckoutForm { amount: 5_000, ..form.clone() };
    assert_eq!(sandbox.make("demo", "key", other.clone(), now).await, Err(KeepError::KeyUsed));
    assert!(sandbox.make("other", "key", other, now).await.unwrap().1, "another shop's key is another key");
    // Where the sandbox plays a provider that says itself until when, a repeat of a request asks for the same.
    let spoken = |form: CheckoutForm| sandbox.make_as(Speaks("mollie"), "demo", "mollie#key", form, now);
    let later = CheckoutForm { expires_at: form.expires_at + 1, ..form.clone() };
    let (first, again) = (spoken(form.clone()).await.unwrap().0, spoken(later).await.unwrap());
    assert_eq!((again.0, again.1), (first, false));
    assert_eq!(Some(sandbox.by_reference("demo", &form.reference).await.unwrap()), ids.into_iter().next());
    assert_eq!(sandbox.by_reference("nobody", &form.reference).await, Err(KeepError::Unknown));
    assert_eq!(sandbox.see("chk_x", now).await, Err(KeepError::Unknown));
    assert_eq!(sandbox.see("key#demo#key", now).await, Err(KeepError::Unknown));
    sandbox.stop();
    embedded.stop().await;
}

#[tokio::test]
async fn what_was_not_sent_is_sent_after_a_restart() {
    let (url, received) = receiver().await;
    let embedded = Embedded::start(&Data::Memory).await.unwrap();
    let client = Store::new(&stack::settings(&embedded.url, &url)).client().clone();
    let sandbox = Sandbox::new(client.clone(), vec![account()], &url).await.unwrap();
    let now = payproof_edge::app::now();
    let form = CheckoutForm { expires_at: now.plus_seconds(3_600).seconds(), ..form() };
    let (checkout, _) = sandbox.make("demo", "key", form, now).await.unwrap();
    sandbox.stop();
    tokio::task::yield_now().await;
    let paid =
        sandbox.change(&checkout.id, now, |checkout| checkout.act(&Act::Pay, Deliver::Twice, now)).await;
    assert_eq!(paid.unwrap().status, Status::Paid);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(received.lock().await.is_empty());

    let again = Sandbox::new(client, vec![account()], &url).await.unwrap();
    until(&received, 2).await;
    let key = Key::parse(&account().webhook_secret).unwrap();
    let received = received.lock().await.clone();
    let text = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    for (headers, body) in &received {
        let timestamp: u64 = text(headers, "webhook-timestamp").parse().unwrap();
        let signature = sign(&key, &text(headers, "webhook-id"), timestamp, body);
        assert_eq!(text(headers, "webhook-signature"), signature);
        assert_eq!(serde_json::from_slice::<EventBody>(body).unwrap().kind, "payment.paid");
    }
    assert_eq!(text(&received[0].0, "webhook-id"), text(&received[1].0, "webhook-id"));
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        let checkout = again.see(&checkout.id, now).await.unwrap();
        if checkout.outbox.next_due().is_none() {
            assert_eq!(checkout.outbox.events[0].deliveries[1].tries[0].word, "applied");
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "the answers are kept");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    again.stop();
    embedded.stop().await;
}

#[tokio::test]
async fn a_checkout_nobody_looks_at_expires_and_is_told() {
    let (url, received) = receiver().await;
    let embedded = Embedded::start(&Data::Memory).await.unwrap();
    let client = Store::new(&stack::settings(&embedded.url, &url)).client().clone();
    let sandbox = Sandbox::new(client, vec![account()], &url).await.unwrap();
    let now = payproof_edge::app::now();
    let form = CheckoutForm { expires_at: now.seconds() + 1, ..form() };
    sandbox.make("demo", "key", form, now).await.unwrap();
    until(&received, 1).await;
    let body = received.lock().await[0].1.clone();
    assert_eq!(serde_json::from_slice::<EventBody>(&body).unwrap().kind, "payment.expired");
    sandbox.stop();
    embedded.stop().await;
}
