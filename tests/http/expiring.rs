//! When a session's time is over: its checkout is closed at the provider, whose word is the fact; our clock alone ends
//! only what nobody paid.

use payproof::payment::{Kind, Moment, Source};
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::clockwork::Clockwork;
use crate::healed::paid_there;
use crate::stripe_api::{Mood, event};
use crate::world::World;

struct Expiring {
    world: World,
    clock: Clockwork,
    id: String,
    opened: Moment,
}

impl Expiring {
    async fn start() -> Self {
        let world = World::start().await;
        let clock = Clockwork::new(&world.stack.settings());
        let session = world.shop.opens("1").await;
        let id = session["id"].as_str().expect("an id").to_owned();
        Self { world, clock, id, opened: now() }
    }

    async fn minutes(&self, from: u64, to: u64) {
        self.clock.passes(self.opened.plus_seconds(60 * from), to - from).await;
    }

    async fn kinds(&self) -> Vec<(Kind, Source)> {
        let stored = self.world.stored(&self.world.shop, "1").await.expect("an order");
        stored.facts.into_iter().map(|fact| (fact.said.kind, fact.source)).collect()
    }

    async fn status(&self) -> String {
        self.world.shop.status("1").await
    }

    async fn texts(&self, kind: &str) -> Vec<String> {
        let path = format!("/v1/sessions/{}/timeline", self.id);
        let timeline = self.world.shop.get(&path).await.expect(200);
        let entries = timeline["entries"].as_array().expect("entries").iter();
        let of_kind = entries.filter(|entry| entry["kind"] == kind);
        of_kind.map(|entry| entry["text"].as_str().expect("a text").to_owned()).collect()
    }

    fn checkout(&self) -> Value {
        self.world.stripe.sets_checkout(&self.id, &json!({}))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_is_closed_at_its_provider_and_only_then_said_to_be_expired() {
    let test = Expiring::start().await;
    test.minutes(0, 29).await;
    assert_eq!((test.status().await.as_str(), &test.checkout()["status"]), ("created", &json!("open")));
    test.minutes(29, 32).await;
    assert_eq!((test.status().await.as_str(), &test.checkout()["status"]), ("expired", &json!("expired")));
    assert_eq!(test.kinds().await, [(Kind::Expired, Source::Us)]);
    assert_eq!(
        test.texts("reconciled").await,
        ["We closed the checkout at stripe, so nobody can pay there: its time was over."]
    );
    // Stripe tells of it too.
    let told = test.world.stripe_tells(&event::expired("evt_expired", &test.id)).await.expect(200);
    assert_eq!(told["outcome"], "stale");
    let asked = test.world.stripe.asked();
    test.minutes(32, 600).await;
    assert_eq!(test.world.stripe.asked(), asked, "nothing is outstanding any more");
    // The customer can try again.
    let again = test.world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    assert_eq!(again["attempt"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_paid_while_the_checkout_was_being_closed_has_paid() {
    let test = Expiring::start().await;
    test.world.stripe.sets_checkout(&test.id, &paid_there(4999));
    test.minutes(0, 32).await;
    assert_eq!(test.status().await, "paid");
    assert!(matches!(test.kinds().await.as_slice(), [(Kind::Paid(_), Source::Fetch)]));
    assert_eq!(test.world.shop.order("1").await["attention"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_clock_ends_what_cannot_be_closed_once_the_provider_says_that_nothing_came() {
    let test = Expiring::start().await;
    // A restricted key may read and not close.
    test.world.stripe.acts(Mood::Refuses);
    test.minutes(0, 32).await;
    assert_eq!(test.status().await, "expired");
    assert_eq!(test.kinds().await, [(Kind::ClockExpired, Source::Clock)]);
    let text = "By our clock, the session's time is over and nobody is known to have paid, but its checkout could not be closed at stripe, so money may still come.";
    assert_eq!(test.texts("reconciled").await, [text]);
    // The checkout is open there for a while longer, and somebody pays; the webhook is lost.
    test.world.stripe.sets_checkout(&test.id, &paid_there(4999));
    test.minutes(32, 70).await;
    let order = test.world.shop.order("1").await;
    assert_eq!((&order["status"], &order["attention"]), (&json!("paid"), &json!(["late_payment"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_clock_ends_nothing_that_the_provider_works_on_or_does_not_answer_for() {
    let working = Expiring::start().await;
    working.world.stripe.acts(Mood::Refuses);
    let slow = json!({
        "status": "complete", "payment_status": "unpaid",
        "payment_intent": { "id": "pi_1", "status": "processing" },
    });
    working.world.stripe.sets_checkout(&working.id, &slow);
    working.minutes(0, 90).await;
    assert_eq!((working.status().await.as_str(), working.kinds().await.len()), ("processing", 1));

    for mood in [Mood::Breaks, Mood::Refuses] {
        let silent = Expiring::start().await;
        silent.world.stripe.answers(mood);
        silent.minutes(0, 85).await;
        assert_eq!((silent.status().await.as_str(), silent.kinds().await), ("created", vec![]), "{mood:?}");
        // The state is none that Stripe documents: that is no answer either.
        silent.world.stripe.answers(Mood::Fine);
        silent.world.stripe.acts(Mood::Refuses);
        silent.world.stripe.sets_checkout(&silent.id, &json!({ "status": "new_word" }));
        silent.minutes(85, 95).await;
        assert_eq!((silent.status().await.as_str(), silent.kinds().await.len()), ("created", 1), "{mood:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_unconfirmed_an_hour_past_its_time_is_stuck_once_and_cleared_when_it_resolves() {
    let test = Expiring::start().await;
    test.world.stripe.answers(Mood::Breaks);
    test.minutes(0, 89).await;
    assert_eq!(test.world.shop.order("1").await["attention"], json!([]));
    test.minutes(89, 24 * 60).await;
    let order = test.world.shop.order("1").await;
    assert_eq!((&order["status"], &order["attention"]), (&json!("created"), &json!(["stuck"])));
    let flagged = test.texts("review_flagged").await;
    let since = test.world.stored(&test.world.shop, "1").await.expect("an order").sessions
        [&payproof::payment::Attempt::FIRST]
        .expires_at;
    assert_eq!(
        flagged,
        [
            format!("It stays unconfirmed whether the attempt was paid: unconfirmed since {since}."),
            "Somebody has to look: an outcome stays unconfirmed. Look at the provider's dashboard what became of it.".to_owned(),
        ]
    );
    // Somebody looked; found again it is not raised again.
    let looked = json!({ "attention": ["stuck"], "actor": "Ada", "note": "Stripe has an outage." });
    test.world.shop.post("/v1/orders/1/acknowledge", looked).await.expect(200);
    test.minutes(24 * 60, 40 * 60).await;
    assert_eq!(test.world.shop.order("1").await["attention"], json!([]));
    test.world.stripe.answers(Mood::Fine);
    test.minutes(40 * 60, 53 * 60).await;
    let order = test.world.shop.order("1").await;
    assert_eq!((&order["status"], &order["attention"]), (&json!("expired"), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_the_shop_has_no_more_is_no_answer() {
    let test = Expiring::start().await;
    let mut document = test.world.shop.document(&test.world.stripe.url);
    let providers = document["providers"].as_object_mut().expect("providers");
    providers.remove("stripe");
    test.world.stack.put_shop(&document.to_string()).await.expect("a shop");
    test.minutes(0, 120).await;
    let order = test.world.shop.order("1").await;
    assert_eq!((&order["status"], &order["attention"]), (&json!("created"), &json!(["stuck"])));
    let whole = test.world.shop.document(&test.world.stripe.url);
    test.world.stack.put_shop(&whole.to_string()).await.expect("a shop");
    test.minutes(120, 600).await;
    assert_eq!(test.status().await, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_that_was_left_behind_is_finished_with_the_same_key_and_closed_when_its_time_is_over() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::Breaks);
    world.shop.post("/v1/sessions", json!({ "order_id": "1", "expires_in": 7_200 })).await.expect(502);
    world.stripe.set_mood(Mood::Fine);
    let then = clock.passes(now(), 31).await;
    assert_eq!(world.stripe.checkouts(), 1, "the same key, so the same checkout");
    assert_eq!(world.stripe.creations().len(), 2);
    assert_eq!(world.shop.status("1").await, "created");
    clock.passes(then, 100).await;
    assert_eq!((world.shop.status("1").await.as_str(), world.stripe.checkouts()), ("expired", 1));
    let checkout = world.stripe.sets_checkout(&world.shop.session_id("1", 1).to_string(), &json!({}));
    assert_eq!(checkout["status"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_that_the_provider_refuses_in_the_end_has_failed_and_one_that_it_cannot_tell_of_ends_by_our_clock()
 {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    world.stripe.set_mood(Mood::BreaksForGood);
    world.shop.registers("1").await;
    world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(502);
    let then = clock.passes(now(), 23 * 60).await;
    let order = world.shop.order("1").await;
    assert_eq!(
        (&order["status"], &order["attention"]),
        (&json!("created"), &json!(["stuck"])),
        "the key is kept"
    );
    clock.passes(then, 14 * 60).await;
    let order = world.shop.order("1").await;
    assert_eq!(
        (&order["status"], &order["attention"]),
        (&json!("expired"), &json!([])),
        "it is kept no more"
    );
    let stored = world.stored(&world.shop, "1").await.expect("an order");
    assert!(stored.facts.iter().any(|fact| fact.said.kind == Kind::ClockExpired));

    world.stripe.set_mood(Mood::Breaks);
    world.shop.registers("2").await;
    world.shop.post("/v1/sessions", json!({ "order_id": "2" })).await.expect(502);
    world.stripe.set_mood(Mood::Refuses);
    Clockwork::new(&world.stack.settings()).passes(now(), 40).await;
    assert_eq!(world.shop.status("2").await, "failed");
}
