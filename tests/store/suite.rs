//! One suite of the store's operations, run on the embedded store and on Amazon's DynamoDB Local.
//!
//! Over 400 lines: one table of behaviours, so that whoever adds a store sees all of them in one place.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate};
use payproof::payment::{
    Answered, Attempt, Change, Currency, Decision, Details, Fact, FactId, Kind, Loss, Method, Moment, Money,
    News, Nonce, OrderId, Outcome, Payment, Premise, Premises, ProviderName, Report, Session, SessionId,
    ShopId, Source, Status, TellState, Telling, TokenHash, Try, WriteMark, decide, expect, reserve,
};
use payproof::provider::Created;
use payproof::secret::Secret;
use payproof_edge::settings::Settings;
use payproof_edge::store::tables::{LISTED, NEEDS_SOMEBODY};
use payproof_edge::store::{
    AttemptItem, AttemptRequest, Claim, Due, EventId, IdempotencyKey, Note, Notification, Registered, Saved,
    Shard, Store, StoredEvent, TimerKey, Timers,
};
use payproof_local::{Data, Options, Stack};

pub const AT: Moment = Moment::from_millis(1_795_539_000_000);

pub fn shop() -> ShopId {
    ShopId::parse("shop").expect("a shop")
}

pub fn stripe() -> ProviderName {
    ProviderName::parse("stripe").expect("a provider")
}

pub fn eur(minor: u64) -> Money {
    Money::new(minor, Currency::parse("EUR").expect("a currency")).expect("an amount")
}

pub fn order(name: &str, details: Details) -> Payment {
    Payment::register(shop(), OrderId::parse(name).expect("an order"), eur(4999), details, AT)
}

pub fn session(after: usize) -> Session {
    Session {
        provider: stripe(),
        method: Method::Card,
        created_at: AT,
        expires_at: AT.plus_seconds(1_800),
        after,
        nonce: Nonce([7; 6]),
        client_secret: TokenHash::of("csec_1"),
        go_token: TokenHash::of("go_1"),
    }
}

pub fn fact(id: &str, kind: Kind, mark: u8) -> Fact {
    Fact {
        id: FactId::stored(id),
        attempt: Attempt::FIRST,
        source: Source::Webhook,
        said: Report::new(kind).word("checkout.session.completed"),
        at: AT.plus_seconds(60),
        write: WriteMark([mark; 6]),
    }
}

/// A store with its tables on the embedded server.
pub async fn embedded() -> (Stack, Store) {
    let options = Options {
        addr: "127.0.0.1:0".parse().expect("an address"),
        data: Data::Memory,
        public_url: None,
        shops: Vec::new(),
    };
    let stack = Stack::start(options).await.expect("the stack starts");
    // What is written here is made up: nobody is to be told of it, or to look at it.
    stack.stop_stream();
    let store = Store::new(&stack.settings());
    (stack, store)
}

/// Settings for a store at this address.
#[cfg(feature = "wider")]
pub fn settings_at(url: &str) -> Settings {
    Settings {
        payments_table: "payproof".to_owned(),
        shops_table: "payproof-shops".to_owned(),
        public_url: "http://127.0.0.1".to_owned(),
        region: "eu-central-1".to_owned(),
        access_key_id: "local".to_owned(),
        secret_access_key: Secret::new("local"),
        session_token: None,
        reconcile_queue_url: None,
        notify_queue_url: None,
        sqs_endpoint_url: None,
        endpoint_url: Some(url.to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_on_the_embedded_store() {
    let (stack, store) = embedded().await;
    all(&store).await;
    a_table_of_an_earlier_version_gets_what_it_lacks(&store, &stack).await;
    stack.stop().await;
}

/// It had one index, and orders in it.
async fn a_table_of_an_earlier_version_gets_what_it_lacks(store: &Store, stack: &Stack) {
    let client = store.client();
    let earlier = Store::new(&Settings { payments_table: "earlier".to_owned(), ..stack.settings() });
    earlier.create_tables().await.expect("tables");
    let delete = DeleteGlobalSecondaryIndexAction::builder().index_name(NEEDS_SOMEBODY.name).build();
    let delete = GlobalSecondaryIndexUpdate::builder().delete(delete.expect("an action")).build();
    let update = client.update_table().table_name("earlier").global_secondary_index_updates(delete);
    update.send().await.expect("one index less");
    let payment = order("1", Details::default());
    register(&earlier, &payment).await;
    earlier.create_tables().await.expect("the index is added");
    let page = earlier.orders(NEEDS_SOMEBODY, &payment.shop, 1, "0", "~", None).await.expect("a page");
    assert_eq!(page.orders, []);
    assert_eq!(earlier.load(&payment.id).await.expect("a read"), Some(payment), "nothing is lost");
}

#[cfg(feature = "wider")]
#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_on_dynamodb_local() {
    let local = crate::dynamodb_local::start().await;
    let store = Store::new(&settings_at(&local.url));
    store.create_tables().await.expect("tables");
    store.create_tables().await.expect("creating what is there is nothing");
    all(&store).await;
}

async fn all(store: &Store) {
    an_order_is_registered_once_and_read_as_it_was_written(store).await;
    long_texts_are_kept_beside_the_item(store).await;
    no_premise_holds_on_an_absent_order_and_nothing_is_created(store).await;
    an_absent_attempt_takes_no_fact(store).await;
    the_first_fact_goes_into_an_absent_set_and_an_empty_list(store).await;
    each_premise_is_checked_by_the_store_as_it_is_in_memory(store).await;
    a_failed_condition_gives_the_item_back(store).await;
    every_kind_of_fact_is_read_as_it_was_written(store).await;
    attempts_open_end_and_are_taken_over_once(store).await;
    idempotency_keys_run_settle_run_out_and_are_given_back(store).await;
    stored_events_and_early_names_are_found(store).await;
    refused_notes_take_a_slot_until_it_runs_out(store).await;
    orders_are_listed_newest_first_in_pages(store).await;
    orders_that_need_somebody_are_listed_until_somebody_has_looked(store).await;
    timers_lie_at_least_a_minute_ahead(store).await;
    what_became_of_notifications_is_read_as_it_was_written_and_never_overwritten_unseen(store).await;
    what_fails_is_listed_in_pages_both_ways_until_the_shop_knows_it(store).await;
    due_timers_are_read_in_pages_behind_what_was_handed_on(store).await;
}

async fn register(store: &Store, payment: &Payment) {
    assert_eq!(store.register(payment, 1).await.expect("a write"), Registered::New);
}

async fn an_order_is_registered_once_and_read_as_it_was_written(store: &Store) {
    let payment = order(
        "registered",
        Details { customer_email: Some("a@example.test".to_owned()), ..Details::default() },
    );
    register(store, &payment).await;
    assert_eq!(store.load(&payment.id).await.expect("a read"), Some(payment.clone()));
    let again = store.register(&payment, 1).await.expect("a write");
    assert_eq!(again, Registered::Exists(Box::new(payment)));
    assert_eq!(store.load(&order("unregistered", Details::default()).id).await.expect("a read"), None);
}

async fn long_texts_are_kept_beside_the_item(store: &Store) {
    let details = Details { description: Some("ä".repeat(300)), ..Details::default() };
    let payment = order("long-texts", details.clone());
    register(store, &payment).await;
    assert_eq!(store.load_with_texts(&payment.id).await.expect("a read"), Some(payment.clone()));
    let short = store.load(&payment.id).await.expect("a read").expect("an order");
    assert_eq!(short.details.description, None, "what decides is read without them");
}

fn change(premises: Vec<Premise>) -> Change {
    Change {
        premises: Premises(premises),
        facts: Vec::new(),
        reserved: None,
        amended: None,
        status: Some(Status::Paid),
        attention: Some(BTreeSet::new()),
        plain: Some(false),
        tell: true,
        at: AT,
    }
}

async fn no_premise_holds_on_an_absent_order_and_nothing_is_created(store: &Store) {
    // payment.md, section 3: a negative condition is true of an absent item and would create an order nobody registered.
    let absent = order("absent", Details::default());
    let hash = FactId::stored("x").hash();
    for premise in [Premise::OrderExists, Premise::New(hash), Premise::FactsBelow(200), Premise::Version(1)] {
        let premises = vec![Premise::OrderExists, premise.clone()];
        let saved = store.save(&absent.id, &change(premises)).await.expect("an answer");
        assert_eq!(saved, Saved::Differs(None), "{premise:?}");
    }
    let (paid, _) =
        expect(&shop(), &stripe(), &[fact("stripe:evt", Kind::Paid(eur(4999)), 1)]).expect("an expectation");
    assert_eq!(store.save(&absent.id, &paid).await.expect("an answer"), Saved::Differs(None));
    assert_eq!(store.load(&absent.id).await.expect("a read"), None);
}

async fn an_absent_attempt_takes_no_fact(store: &Store) {
    let payment = order("no-attempt", Details::default());
    register(store, &payment).await;
    let (paid, _) =
        expect(&shop(), &stripe(), &[fact("stripe:evt", Kind::Paid(eur(4999)), 1)]).expect("an expectation");
    let saved = store.save(&payment.id, &paid).await.expect("an answer, not a ValidationException");
    assert_eq!(saved, Saved::Differs(Some(Box::new(payment.clone()))));
    assert_eq!(store.load(&payment.id).await.expect("a read"), Some(payment));
}

async fn the_first_fact_goes_into_an_absent_set_and_an_empty_list(store: &Store) {
    let mut payment = order("first-fact", Details::default());
    register(store, &payment).await;
    let reserved = reserve(&payment, Attempt::FIRST, session(0));
    assert_eq!(store.save(&payment.id, &reserved).await.expect("a write"), Saved::Written);
    payment.apply(&reserved);
    assert_eq!(store.load(&payment.id).await.expect("a read"), Some(payment.clone()));
    let (paid, outcome) =
        expect(&shop(), &stripe(), &[fact("stripe:evt", Kind::Paid(eur(4999)), 1)]).expect("an expectation");
    assert_eq!(
        (store.save(&payment.id, &paid).await.expect("a write"), outcome),
        (Saved::Written, Outcome::Applied)
    );
    payment.apply(&paid);
    let stored = store.load(&payment.id).await.expect("a read").expect("an order");
    assert_eq!(stored, payment);
    assert!(stored.tell);
    let again = store.save(&payment.id, &paid).await.expect("an answer");
    assert_eq!(again, Saved::Differs(Some(Box::new(payment))), "the same fact again changes nothing");
}

async fn each_premise_is_checked_by_the_store_as_it_is_in_memory(store: &Store) {
    let mut payment = order("premises", Details::default());
    register(store, &payment).await;
    let reserved = reserve(&payment, Attempt::FIRST, session(0));
    store.save(&payment.id, &reserved).await.expect("a write");
    payment.apply(&reserved);
    let other = ShopId::parse("other").expect("a shop");
    let adyen = ProviderName::parse("adyen").expect("a provider");
    let second = Attempt::new(2).expect("an attempt");
    let usd = Money::new(4999, Currency::parse("USD").expect("a currency")).expect("an amount");
    let of = |attempt, shop: ShopId, provider: ProviderName| Premise::Session { attempt, shop, provider };
    for premise in [
        Premise::OrderExists,
        of(Attempt::FIRST, shop(), stripe()),
        of(second, shop(), stripe()),
        of(Attempt::FIRST, other, stripe()),
        of(Attempt::FIRST, shop(), adyen),
        Premise::Plain,
        Premise::NothingDeclined,
        Premise::Costs(eur(4999)),
        Premise::Costs(eur(4998)),
        Premise::Costs(usd),
        Premise::New(FactId::stored("new").hash()),
        Premise::New(FactId::stored("stripe:evt_known").hash()),
        Premise::FactsBelow(0),
        Premise::FactsBelow(1),
        Premise::FactsBelow(2),
        Premise::StatusIn(&[Status::Created, Status::Pending]),
        Premise::StatusIn(&[Status::Processing]),
        Premise::Version(payment.version),
        Premise::Version(payment.version + 1),
    ] {
        for known in [false, true] {
            let mut item = payment.clone();
            item.order = OrderId::parse(&format!("premises-{known}")).expect("an order");
            item.id = payproof::payment::PaymentId::of(&item.shop, &item.order);
            // Each is tried on a fresh copy of the item, with a fact and without.
            let _ = store
                .client()
                .delete_item()
                .table_name(store.payments_table())
                .key("pk", aws_sdk_dynamodb::types::AttributeValue::S(item.id.to_string()))
                .key("sk", aws_sdk_dynamodb::types::AttributeValue::S("order".to_owned()))
                .send()
                .await
                .expect("a deletion");
            let fresh = Payment { sessions: Default::default(), version: 1, tell: false, ..item.clone() };
            register(store, &fresh).await;
            let mut now = fresh;
            let reserved = reserve(&now, Attempt::FIRST, session(0));
            store.save(&now.id, &reserved).await.expect("a write");
            now.apply(&reserved);
            if known {
                let processing = fact("stripe:evt_known", Kind::Processing, 3);
                let (change, _) = expect(&shop(), &stripe(), &[processing]).expect("an expectation");
                assert_eq!(store.save(&now.id, &change).await.expect("a write"), Saved::Written);
                now.apply(&change);
            }
            let premises = vec![Premise::OrderExists, premise.clone()];
            let holds = Premises(premises.clone()).hold(Some(&now));
            let saved = store.save(&now.id, &change(premises)).await.expect("an answer");
            assert_eq!(saved == Saved::Written, holds, "{premise:?} with a fact known: {known}");
        }
    }
}

async fn a_failed_condition_gives_the_item_back(store: &Store) {
    let payment = order("gives-back", Details::default());
    register(store, &payment).await;
    let saved = store.save(&payment.id, &change(vec![Premise::OrderExists, Premise::Version(99)])).await;
    assert_eq!(saved.expect("an answer"), Saved::Differs(Some(Box::new(payment))));
}

async fn every_kind_of_fact_is_read_as_it_was_written(store: &Store) {
    let mut payment = order("every-kind", Details::default());
    register(store, &payment).await;
    let reserved = reserve(&payment, Attempt::FIRST, session(0));
    store.save(&payment.id, &reserved).await.expect("a write");
    payment.apply(&reserved);
    let facts = every_kind();
    let change = Change { facts, ..change(vec![Premise::OrderExists, Premise::Version(payment.version)]) };
    assert_eq!(store.save(&payment.id, &change).await.expect("a write"), Saved::Written);
    payment.apply(&change);
    assert_eq!(store.load(&payment.id).await.expect("a read"), Some(payment));
}

/// One fact of each kind, with everything that a fact can carry.
pub fn every_kind() -> Vec<Fact> {
    use payproof::payment::{Attention, DisputeId, Loss, ProviderPaymentId, Refund, RefundId};
    let refund = |request: bool| Refund {
        id: RefundId::parse("re_1").expect("an id"),
        request: request.then(|| RefundId::parse("rf_1").expect("an id")),
        money: eur(100),
    };
    let loss = |whole: bool| Loss {
        dispute: whole.then(|| DisputeId::parse("du_1").expect("an id")),
        money: whole.then(|| eur(4999)),
    };
    let kinds = [
        Kind::Processing,
        Kind::Paid(eur(4999)),
        Kind::Failed,
        Kind::Cancelled,
        Kind::Expired,
        Kind::Review,
        Kind::ReviewReleased,
        Kind::AttemptDeclined,
        Kind::RefundPending(refund(true)),
        Kind::Refunded(refund(false)),
        Kind::RefundedTotal(eur(0)),
        Kind::RefundFailed(refund(true)),
        Kind::Reversed(loss(false)),
        Kind::DisputeOpened(loss(true)),
        Kind::DisputeWon(loss(true)),
        Kind::DisputeLost(loss(true)),
        Kind::Sent,
        Kind::Returned,
        Kind::ClockExpired,
        Kind::Stuck(None),
        Kind::Stuck(Some(RefundId::parse("rf_1").expect("an id"))),
        Kind::RefundRequested(refund(false)),
        Kind::Approved(eur(4998)),
        Kind::Rejected(eur(1)),
        Kind::Acknowledged { word: Attention::Stuck, names: vec!["us:1:stuck:1".to_owned(), String::new()] },
    ];
    let with_everything = |(index, kind): (usize, Kind)| {
        let sources = [Source::Webhook, Source::Fetch, Source::Clock, Source::Merchant, Source::Us];
        let mut fact = fact(&format!("stripe:evt_{index}"), kind, 9);
        fact.source = sources[index % sources.len()];
        if index % 2 == 0 {
            fact.said = fact
                .said
                .payment(Some(ProviderPaymentId::parse("pi_1").expect("an id")))
                .said_at(Some(AT))
                .reason(Some("insufficient_funds"));
        } else {
            fact.said.word = None;
        }
        fact
    };
    kinds.into_iter().enumerate().map(with_everything).collect()
}

async fn attempts_open_end_and_are_taken_over_once(store: &Store) {
    let id = SessionId { payment: order("attempts", Details::default()).id, attempt: Attempt::FIRST };
    let until = AT.plus_seconds(20);
    let item = AttemptItem {
        session: id,
        nonce: Nonce([1; 6]),
        request: AttemptRequest {
            page_url: "https://pay.example/return".to_owned(),
            back_url: "https://shop.example/cart".to_owned(),
            return_url: None,
            locale: Some("de".to_owned()),
            description: "Order".to_owned(),
            customer_email: None,
            provider_expires_at: AT.plus_seconds(2_700).millis(),
            key: Some("0123".to_owned()),
        },
        why: "because".to_owned(),
        client_secret: Secret::new("csec_1"),
        go_token: Secret::new("go_1"),
        opening_until: Some(until),
        checkout: None,
    };
    store.put_attempt(&item, AT).await.expect("a write");
    assert_eq!(store.attempt(id, item.nonce).await.expect("a read"), Some(item.clone()));
    assert_eq!(store.attempt(id, Nonce([2; 6])).await.expect("a read"), None);
    let new_until = AT.plus_seconds(60);
    assert!(store.take_over_opening(id, item.nonce, Some(until), new_until).await.expect("an answer"));
    assert!(
        !store.take_over_opening(id, item.nonce, Some(until), new_until).await.expect("an answer"),
        "one wins"
    );
    store.end_opening(id, item.nonce, None).await.expect("a write");
    let again = store.take_over_opening(id, item.nonce, None, new_until).await.expect("an answer");
    assert!(again, "of unknown outcome");
    let created =
        Created { checkout_id: "cs_test_1".to_owned(), url: "https://checkout.example/1".to_owned() };
    store.end_opening(id, item.nonce, Some(&created)).await.expect("a write");
    let ended = AttemptItem { opening_until: None, checkout: Some(created), ..item.clone() };
    assert_eq!(store.attempt(id, item.nonce).await.expect("a read"), Some(ended));
    let made = store.take_over_opening(id, item.nonce, None, new_until).await.expect("an answer");
    assert!(!made, "what has a checkout is taken over by nobody");
    assert!(!store.take_over_opening(id, Nonce([3; 6]), None, new_until).await.expect("an answer"), "absent");
}

async fn idempotency_keys_run_settle_run_out_and_are_given_back(store: &Store) {
    let sent = |body: &[u8], owner: u8| {
        IdempotencyKey::new(&shop(), payproof::shop::KeyKind::Secret, "key", body, WriteMark([owner; 6]))
    };
    let (first, second, third) = (sent(b"body", 1), sent(b"body", 2), sent(b"body", 3));
    let other_body = sent(b"other", 4);
    let id = SessionId::parse("cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1").expect("an id");
    assert_eq!(store.claim(&first, AT).await.expect("an answer"), Claim::Ours);
    assert_eq!(
        store.claim(&first, AT).await.expect("an answer"),
        Claim::Ours,
        "its own claim, repeated by the client"
    );
    assert_eq!(store.claim(&second, AT.plus_seconds(34)).await.expect("an answer"), Claim::Running);
    assert_eq!(store.claim(&other_body, AT.plus_seconds(36)).await.expect("an answer"), Claim::Mismatch);
    assert_eq!(
        store.claim(&second, AT.plus_seconds(36)).await.expect("an answer"),
        Claim::Ours,
        "taken over"
    );
    store.release(&first).await.expect("a write that does nothing: it is the second's now");
    store.settle(&first, id).await.expect("and so does this");
    assert_eq!(store.claim(&third, AT.plus_seconds(37)).await.expect("an answer"), Claim::Running);
    store.settle(&second, id).await.expect("a write");
    assert_eq!(store.claim(&third, AT.plus_seconds(80)).await.expect("an answer"), Claim::Done(id));
    assert_eq!(store.claim(&other_body, AT.plus_seconds(80)).await.expect("an answer"), Claim::Mismatch);
    // TTL deletes days late: past `until` the key is absent all the same.
    let next_day = AT.plus_seconds(36 + 86_400);
    assert_eq!(store.claim(&other_body, next_day).await.expect("an answer"), Claim::Ours);
    store.release(&other_body).await.expect("a write");
    assert_eq!(store.claim(&third, next_day).await.expect("an answer"), Claim::Ours);
}

async fn stored_events_and_early_names_are_found(store: &Store) {
    let payment = order("early", Details::default());
    let event = StoredEvent {
        id: EventId::new(AT, &[1; 32]),
        provider: stripe(),
        outcome: Outcome::Unmatched,
        problem: "no such session, yet".to_owned(),
        session: Some(payment.session_id(Attempt::FIRST)),
        word: "checkout.session.completed".to_owned(),
        delivery_id: None,
        body: vec![0xff, 0x00, b'{'],
        received_at: AT,
        applied_at: None,
    };
    store.put_event(&shop(), &event).await.expect("a write");
    store.put_event(&shop(), &event).await.expect("the same again");
    let fact = FactId::stored("stripe:evt_early");
    store.put_early(&shop(), &payment.id, &fact, &event.id, AT).await.expect("a write");
    let other = ShopId::parse("other").expect("a shop");
    assert_eq!(
        store.early(&other, &payment.id).await.expect("a read"),
        [],
        "what another shop's events name"
    );
    let early = store.early(&shop(), &payment.id).await.expect("a read");
    assert_eq!(early, std::slice::from_ref(&event.id));
    assert_eq!(store.event(&shop(), &event.id).await.expect("a read"), Some(event.clone()));
    let other = ShopId::parse("other").expect("a shop");
    assert_eq!(store.event(&other, &event.id).await.expect("a read"), None);
    let day = AT.day().replace('-', "");
    assert_eq!(store.events_of_day(&shop(), &day, None).await.expect("a read"), std::slice::from_ref(&event));
    assert_eq!(store.events_of_day(&shop(), &day, Some(&event.id)).await.expect("a read"), []);
    store.mark_event_applied(&shop(), &event.id, AT).await.expect("a write");
    let applied = store.event(&shop(), &event.id).await.expect("a read").expect("an event");
    assert_eq!(applied.applied_at, Some(AT));
    assert_eq!(EventId::parse(&event.id.to_string()), Some(event.id));
}

async fn refused_notes_take_a_slot_until_it_runs_out(store: &Store) {
    let note = |at| Note {
        reason: "invalid_signature".to_owned(),
        at,
        body_bytes: 3,
        claims: None,
        provider: stripe(),
    };
    assert!(store.note_refused(&shop(), &note(AT), b"one").await.expect("an answer"));
    assert!(
        !store.note_refused(&shop(), &note(AT.plus_seconds(5)), b"one").await.expect("an answer"),
        "taken"
    );
    let read = store.refused(&shop(), &stripe(), AT.plus_seconds(6)).await.expect("a read");
    assert_eq!(read, [note(AT)]);
    let later = AT.plus_seconds(7 * 86_400);
    assert_eq!(store.refused(&shop(), &stripe(), later).await.expect("a read"), [], "run out");
    assert!(store.note_refused(&shop(), &note(later), b"one").await.expect("an answer"), "free again");
}

async fn orders_are_listed_newest_first_in_pages(store: &Store) {
    let lister = ShopId::parse("lister").expect("a shop");
    for number in 0..60 {
        let name = OrderId::parse(&format!("n{number}")).expect("an order");
        let at = AT.plus_seconds(number);
        register(store, &Payment::register(lister.clone(), name, eur(1), Details::default(), at)).await;
    }
    let (from, to) = ("0000000000000", "9999999999999~");
    let first = store.orders(LISTED, &lister, 1, from, to, None).await.expect("a page");
    let second = store.orders(LISTED, &lister, 1, from, to, first.next.as_deref()).await.expect("a page");
    let names: Vec<_> =
        first.orders.iter().chain(&second.orders).map(|payment| payment.order.to_string()).collect();
    let wanted: Vec<_> = (0..60).rev().map(|number| format!("n{number}")).collect();
    assert_eq!((names, first.orders.len(), second.next), (wanted, 50, None));
}

async fn orders_that_need_somebody_are_listed_until_somebody_has_looked(store: &Store) {
    let shop = ShopId::parse("needy").expect("a shop");
    let mut ids = Vec::new();
    for name in ["fine", "short"] {
        let name = OrderId::parse(name).expect("an order");
        let payment = Payment::register(shop.clone(), name, eur(4999), Details::default(), AT);
        let id = payment.id;
        register(store, &payment).await;
        store.save(&id, &reserve(&payment, Attempt::FIRST, session(0))).await.expect("a write");
        ids.push(id);
    }
    let learns = async |id, fact: Fact| {
        let payment = store.load(id).await.expect("a read").expect("the order");
        let Decision::Write(change, _) = decide(&payment, &shop, None, &[fact]) else { panic!("a write") };
        assert_eq!(store.save(id, &change).await.expect("a write"), Saved::Written);
    };
    let listed = async || {
        let (from, to) = ("0000000000000", "9999999999999~");
        let page = store.orders(NEEDS_SOMEBODY, &shop, 1, from, to, None).await.expect("a page");
        page.orders.iter().map(|payment| payment.order.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, Vec::<String>::new());
    let [fine, short] = ids.as_slice() else { panic!("two orders") };
    learns(fine, fact("stripe:evt_1", Kind::Paid(eur(4999)), 1)).await;
    learns(short, fact("stripe:evt_2", Kind::Paid(eur(1)), 2)).await;
    assert_eq!(listed().await, ["short"]);
    let review = fact("us:approved", Kind::Approved(eur(1)), 3);
    learns(short, review).await;
    assert_eq!(listed().await, Vec::<String>::new(), "what is approved needs nobody any more");
    learns(short, fact("stripe:evt_3", Kind::DisputeOpened(Loss { dispute: None, money: None }), 4)).await;
    assert_eq!(listed().await, ["short"], "paid, and somebody has to look");
}

async fn timers_lie_at_least_a_minute_ahead(store: &Store) {
    let id = order("timers", Details::default()).id;
    store.put_timer(&id, AT, Due::Reconcile, AT).await.expect("a write");
    let timers = store
        .client()
        .query()
        .table_name(store.payments_table())
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(
            ":pk",
            aws_sdk_dynamodb::types::AttributeValue::S(payproof_edge::store::Shard::of(&id).partition()),
        )
        .send()
        .await
        .expect("a read");
    let keys: Vec<_> = timers.items().iter().filter_map(|item| item["sk"].as_s().ok()).collect();
    assert!(keys.contains(&&format!("{}#{id}#reconcile", AT.plus_seconds(60).millis())), "{keys:?}");
}

fn telling(sequence: u64, state: TellState, failing_since: Option<Moment>) -> Telling {
    let a_try = |answer| Try { at: AT, took_millis: 31, answer };
    Telling {
        sequence,
        state,
        at: AT,
        tries: vec![a_try(Answered::Status(503)), a_try(Answered::Nothing("it was silent".into()))],
        failed: 2,
        failing_since,
        again: true,
        version: 1,
    }
}

async fn what_became_of_notifications_is_read_as_it_was_written_and_never_overwritten_unseen(store: &Store) {
    let details = Details { description: Some("ä".repeat(300)), ..Details::default() };
    let payment = order("telling", details);
    register(store, &payment).await;
    let of = Notification::of(&payment, News::Paid);
    let waiting = TellState::Waiting { next_try: AT.plus_seconds(5) };
    let mut all = std::collections::BTreeMap::new();
    for (sequence, state) in (9..).zip([waiting, TellState::Told, TellState::Skipped, TellState::Parked]) {
        let since = matches!(state, TellState::Waiting { .. } | TellState::Parked).then_some(AT);
        let written = telling(sequence, state, since);
        assert_eq!(store.put_telling(of, &written).await.expect("a write"), written);
        all.insert(sequence, written);
    }
    let (read, tellings) = store.load_with_tellings(&payment.id).await.expect("a read").expect("an order");
    assert_eq!((read.id, read.details.description), (payment.id, None), "texts are passed over");
    assert_eq!(tellings, all);
    // Who has not seen what is there is given it instead.
    let unseen = Telling { failed: 7, ..telling(9, TellState::Told, None) };
    assert_eq!(store.put_telling(of, &unseen).await.expect("an answer"), all[&9]);
    let seen = Telling { version: 2, tries: Vec::new(), failed: 0, again: false, ..unseen };
    assert_eq!(store.put_telling(of, &seen).await.expect("a write"), seen);
    let late = Telling { version: 2, ..telling(9, TellState::Parked, Some(AT)) };
    assert_eq!(
        store.put_telling(of, &late).await.expect("an answer"),
        seen,
        "told is not overwritten by less"
    );
    let absent = order("nobody", Details::default()).id;
    assert_eq!(store.load_with_tellings(&absent).await.expect("a read"), None);
}

async fn what_fails_is_listed_in_pages_both_ways_until_the_shop_knows_it(store: &Store) {
    let failing = ShopId::parse("failing").expect("a shop");
    let name = |number: u64| OrderId::parse(&format!("n{number}")).expect("an order");
    for number in 0..60 {
        let payment = Payment::register(failing.clone(), name(number), eur(1), Details::default(), AT);
        let parked = telling(1, TellState::Parked, Some(AT.plus_seconds(number)));
        store.put_telling(Notification::of(&payment, News::Paid), &parked).await.expect("a write");
    }
    for ascending in [true, false] {
        let (mut orders, mut beyond, mut pages) = (Vec::new(), None, 0);
        loop {
            let page =
                store.failing(&failing, ("0", "~"), beyond.as_deref(), ascending).await.expect("a page");
            orders.extend(page.failing.iter().map(|one| one.order.clone()));
            pages += 1;
            beyond = page.next;
            if beyond.is_none() {
                break;
            }
        }
        let mut wanted: Vec<_> = (0..60).map(name).collect();
        if !ascending {
            wanted.reverse();
        }
        assert_eq!((orders, pages), (wanted, 2), "ascending {ascending}");
    }
    let from = format!("{:013}", AT.plus_seconds(50).millis());
    let late = store.failing(&failing, (&from, "~"), None, true).await.expect("a page");
    assert_eq!((late.failing.len(), late.failing[0].kind), (10, News::Paid));
    let payment = Payment::register(failing.clone(), name(55), eur(1), Details::default(), AT);
    let told = Telling { version: 2, ..telling(1, TellState::Told, None) };
    store.put_telling(Notification::of(&payment, News::Paid), &told).await.expect("a write");
    let late = store.failing(&failing, (&from, "~"), None, true).await.expect("a page");
    assert_eq!(late.failing.len(), 9, "it knows that one now");
}

async fn due_timers_are_read_in_pages_behind_what_was_handed_on(store: &Store) {
    let id = order("paged", Details::default()).id;
    let shard = Shard::of(&id);
    // Timers of other tests may lie in the same shard: these begin after all of them.
    let start = AT.plus_seconds(86_400);
    let (mut handed, kind) = (None, Due::Reconcile);
    for number in 0..130_u64 {
        let what = if number % 10 == 9 { Due::NotifyShop } else { kind };
        store.put_timer(&id, start.plus_seconds(60 + number), what, start).await.expect("a write");
    }
    let read = |after: Option<TimerKey>, seconds: u64| async move {
        let now = start.plus_seconds(seconds);
        store.timers_due(shard, kind, after.as_ref(), now).await.expect("a read")
    };
    assert_eq!(store.handed_on(shard, kind).await.expect("a read"), None);
    let before = read(None, 59).await;
    if let Some(through) = before.through {
        assert!(store.note_handed_on(shard, kind, &through).await.expect("a write"));
        handed = Some(through);
    }
    let first = read(handed.clone(), 60 + 200).await;
    assert_eq!((first.orders.len(), first.more), (1, true), "one order, however many timers it has");
    let through = first.through.expect("a key");
    assert!(store.note_handed_on(shard, kind, &through).await.expect("a write"));
    assert_eq!(store.handed_on(shard, kind).await.expect("a read"), Some(through.clone()));
    assert!(!store.note_handed_on(shard, kind, &through).await.expect("no write"), "it is never moved back");
    assert_eq!(store.handed_on(shard, Due::NotifyShop).await.expect("a read"), None, "each kind has its own");
    let second = read(Some(through.clone()), 60 + 200).await;
    assert!(!second.more && second.through.as_ref() > Some(&through), "{second:?}");
    assert_eq!(read(second.through, 60 + 200).await, Timers::default());
    assert_eq!(read(Some(through), 0).await, Timers::default(), "an older clock");
    let notify =
        store.timers_due(shard, Due::NotifyShop, None, start.plus_seconds(260)).await.expect("a read");
    assert!(notify.orders.is_empty() || notify.orders == [id], "{notify:?}");
}
