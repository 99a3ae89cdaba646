//! What stands in the payments table, so that a test can say exactly what a request wrote.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::world::{Shop, World};

type Item = BTreeMap<String, AttributeValue>;

/// The whole table at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Table(BTreeMap<(String, String), Item>);

impl World {
    pub async fn table(&self) -> Table {
        let store = &self.stack.app.store;
        let mut items = BTreeMap::new();
        let mut from = None;
        loop {
            let scan = store.client().scan().table_name(store.payments_table()).consistent_read(true);
            let page = scan.set_exclusive_start_key(from).send().await.expect("a scan");
            for item in page.items() {
                let text = |name: &str| item[name].as_s().expect("text").clone();
                items.insert((text("pk"), text("sk")), item.clone().into_iter().collect());
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Table(items);
            }
        }
    }

    /// The timers that are set, by their keys.
    pub async fn timers(&self) -> BTreeSet<String> {
        let Table(items) = self.table().await;
        let timers = items.into_keys().filter(|(pk, sk)| pk.starts_with("due#") && !sk.starts_with("cursor"));
        timers.map(|(_, sk)| sk).collect()
    }

    /// The version of an order's item: how often it was written.
    pub async fn version(&self, shop: &Shop, order: &str) -> u64 {
        self.stored(shop, order).await.expect("a registered order").version
    }

    /// Sets a number on every item of a kind, as time would have left it.
    pub async fn sets_on(&self, kind: &str, attribute: &str, number: u64) {
        let value = AttributeValue::N(number.to_string());
        for key in self.table().await.keys_of(kind) {
            let update =
                self.update(key).update_expression("SET #a = :n").expression_attribute_names("#a", attribute);
            update.expression_attribute_values(":n", value.clone()).send().await.expect("an update");
        }
    }

    /// Removes an attribute from every item of a kind.
    pub async fn removes_from(&self, kind: &str, attribute: &str) {
        for key in self.table().await.keys_of(kind) {
            let update =
                self.update(key).update_expression("REMOVE #a").expression_attribute_names("#a", attribute);
            update.send().await.expect("an update");
        }
    }

    fn update(&self, (pk, sk): (&str, &str)) -> UpdateItemFluentBuilder {
        let store = &self.stack.app.store;
        let update = store.client().update_item().table_name(store.payments_table());
        update.key("pk", AttributeValue::S(pk.to_owned())).key("sk", AttributeValue::S(sk.to_owned()))
    }

    /// Lets a session's time run out, which no test can wait for.
    pub async fn lets_run_out(&self, shop: &Shop, order: &str, attempt: u8) {
        let id = shop.payment_id(order).to_string();
        let update = self
            .update((&id, "order"))
            .update_expression("SET #s.#n.#e = :past")
            .expression_attribute_names("#s", "s")
            .expression_attribute_names("#n", attempt.to_string())
            .expression_attribute_names("#e", "e")
            .expression_attribute_values(":past", AttributeValue::N("1700000000000".to_owned()));
        update.send().await.expect("an update");
    }
}

/// `order`, `attempt`, `early`, `due`, `evt`, `ref`, `idem`: what an item is.
fn kind<'a>(pk: &'a str, sk: &'a str) -> &'a str {
    let key = if pk.contains('#') { pk } else { sk };
    key.split('#').next().expect("a first part")
}

impl Table {
    /// The kinds of the items that were added, changed or removed since `before`, one word for each item.
    pub fn changed_since<'a>(&'a self, before: &'a Self) -> Vec<&'a str> {
        let keys: BTreeSet<_> = self.0.keys().chain(before.0.keys()).collect();
        let changed = keys.into_iter().filter(|key| self.0.get(*key) != before.0.get(*key));
        let mut kinds: Vec<_> = changed.map(|(pk, sk)| kind(pk, sk)).collect();
        kinds.sort_unstable();
        kinds
    }

    /// The keys of the items of a kind.
    pub fn keys_of(&self, wanted: &str) -> Vec<(&str, &str)> {
        let keys = self.0.keys().map(|(pk, sk)| (pk.as_str(), sk.as_str()));
        keys.filter(|(pk, sk)| kind(pk, sk) == wanted).collect()
    }

    /// The items of a kind.
    pub fn items_of(&self, wanted: &str) -> Vec<&Item> {
        self.0.iter().filter(|((pk, sk), _)| kind(pk, sk) == wanted).map(|(_, item)| item).collect()
    }
}
