//! Nothing that was signed, or acknowledged, is lost; and what is stored agrees with itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use payproof::payment::due::outstanding;
use payproof::payment::{Fact, FactId, Payment, ProviderName, ShopId, Status};
use payproof_edge::store::{Shard, Store, StoredEvent};

use super::After;
use crate::merchant::ORDER;
use crate::shops::{OTHER, SHOP, payment_id};
use crate::world::World;

/// Each event of the provider is a fact, or kept beside it, or stored where somebody can find it; and each that was
/// stored because it came early was applied once what it is about was there.
pub async fn every_event_is_findable(world: &Arc<World>, store: &Store) {
    let id = payment_id(ORDER);
    let payment = store.load(&id).await.expect("the store answers");
    let aside = store.aside(&id).await.expect("the store answers");
    let stored = stored(world, store, SHOP).await;
    each_is_kept(world, payment.as_ref(), &aside, &stored);
    // What another shop's account told of our order is kept with that shop, and nowhere else.
    for kept in self::stored(world, store, OTHER).await {
        if kept.applied_at.is_some() {
            world.violation(format_args!("{} of another shop was applied", kept.id));
        }
    }
}

fn each_is_kept(world: &World, payment: Option<&Payment>, aside: &[Fact], stored: &[StoredEvent]) {
    let provider = ProviderName::parse("sandbox").expect("a name");
    let books = world.bank.books();
    for checkout in &books.checkouts {
        let reserved = payment.is_some_and(|payment| has(payment, &checkout.form.reference));
        for event in checkout.events.iter().filter(|event| !event.lost) {
            let fact = FactId::of_event(&provider, &event.id, 0);
            let recorded = payment.is_some_and(|payment| payment.fact(fact.hash()).is_some())
                || aside.iter().any(|known| known.id == fact);
            let kept = stored.iter().find(|kept| kept.delivery_id.as_deref() == Some(&event.id));
            if !recorded && kept.is_none() {
                world.violation(format_args!(
                    "{} ({}) is nowhere, taken: {:?}",
                    event.id, event.kind, event.taken
                ));
            }
            if recorded && kept.is_some_and(|kept| kept.applied_at.is_none()) {
                world.violation(format_args!("{} is applied and still listed as waiting", event.id));
            }
            let understood = event.kind != "payment.teleported";
            if understood && reserved && !recorded {
                world.violation(format_args!("{} ({}) is no fact of its session", event.id, event.kind));
            }
        }
    }
}

fn has(payment: &Payment, reference: &str) -> bool {
    payment.sessions.keys().any(|attempt| payment.session_id(*attempt).to_string() == reference)
}

async fn stored(world: &Arc<World>, store: &Store, shop: &str) -> Vec<StoredEvent> {
    let shop = ShopId::parse(shop).expect("a shop id");
    let (mut all, mut day) = (Vec::new(), world.now().plus_seconds(86_400));
    for _ in 0..6 {
        all.extend(
            store.events_of_day(&shop, &day.day().replace('-', ""), None).await.expect("the store answers"),
        );
        day = payproof::payment::Moment::from_seconds(day.seconds() - 86_400);
    }
    all
}

/// Status, attention and `plain` on the item are what its facts amount to; each fact stands there once.
pub async fn item_agrees_with_its_facts(after: &After<'_>) {
    let get = after.store.client().get_item().table_name(after.store.payments_table()).consistent_read(true);
    let get = get.key("pk", AttributeValue::S(after.payment.id.to_string()));
    let item = get.key("sk", AttributeValue::S("order".to_owned())).send().await;
    let item = item.expect("the store answers").item.expect("the order");
    let standing = after.payment.standing();
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    if text("st") != standing.status.word() {
        after.wrong(format_args!("the item says {}, its facts {}", text("st"), standing.status));
    }
    let words = item.get("att").and_then(|value| value.as_ss().ok()).cloned().unwrap_or_default();
    let words: BTreeSet<String> = words.into_iter().collect();
    let folded: BTreeSet<String> = standing.attention.iter().map(ToString::to_string).collect();
    if words != folded {
        after.wrong(format_args!("the item says {words:?} has to be looked at, its facts {folded:?}"));
    }
    if item.get("p").and_then(|value| value.as_bool().ok()) != Some(&standing.plain) {
        after.wrong("`plain` is not what the facts amount to");
    }
    let ids: BTreeSet<_> = after.payment.facts.iter().map(|fact| fact.id.clone()).collect();
    let hashes = item.get("h").and_then(|value| value.as_bs().ok()).map_or(0, Vec::len);
    if ids.len() != after.payment.facts.len() || hashes != ids.len() {
        after.wrong(format_args!("{} facts, {} ids, {hashes} hashes", after.payment.facts.len(), ids.len()));
    }
}

/// Whatever is outstanding will be looked at again, later than now; what is neither that nor final waits for a person.
pub async fn nothing_open_is_left_without_a_timer(after: &After<'_>) {
    let standing = after.payment.standing();
    let outstanding = outstanding(&after.payment, after.world.now());
    for (attempt, status) in &standing.sessions {
        let looked_at = outstanding.iter().any(|thing| thing.attempt == *attempt);
        let for_a_person = *status == Status::Review && !standing.raised_by.is_empty();
        if !status.is_final() && !looked_at && !for_a_person {
            after.wrong(format_args!("attempt {attempt} stays {status} and nobody will look at it"));
        }
    }
    if outstanding.is_empty() {
        return;
    }
    let query = after.store.client().query().table_name(after.store.payments_table());
    let now = format!("{:013}", after.world.now().millis());
    let query = query
        .key_condition_expression("pk = :pk AND sk > :now")
        .expression_attribute_values(":pk", AttributeValue::S(Shard::of(&after.payment.id).partition()))
        .expression_attribute_values(":now", AttributeValue::S(now));
    let items = query.send().await.expect("the store answers").items.unwrap_or_default();
    let id = after.payment.id.to_string();
    let of_order = |item: &std::collections::HashMap<String, AttributeValue>| {
        item.get("sk").and_then(|value| value.as_s().ok()).is_some_and(|key| key.contains(&id))
    };
    if !items.iter().any(of_order) {
        after.wrong(format_args!("nothing will look at it again: {:?}", standing.sessions));
    }
}
