//! A shop's orders, newest first. The index is a hint: each order is then read from its own item.

use aws_sdk_dynamodb::types::KeysAndAttributes;
use payproof::payment::{Moment, Payment, PaymentId, ShopId};

use super::attributes::{CREATED, PK, SK};
use super::expression::{Item, Read as _, s};
use super::order::TEXTS;
use super::tables::{Index, LISTED};
use super::{Store, StoreError, order_item};
use crate::limits::PAGE_MAX;

/// The last millisecond that list keys can hold: they begin with 13 digits.
pub const LIST_MILLIS_LAST: u64 = 9_999_999_999_999;
/// Below and above every list key.
pub const LIST_ALL: (&str, &str) = ("0", "~");

/// How the list keys of a moment begin: below those of all later ones.
pub fn list_from(at: Moment) -> String {
    format!("{:013}", at.millis().min(LIST_MILLIS_LAST))
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The orders, newest first.
    pub orders: Vec<Payment>,
    /// Where the next page begins: the list key of this page's last order. None at the end.
    pub next: Option<String>,
}

impl Store {
    /// A page of a shop's orders, of all ([`LISTED`]) or of those that need somebody ([`NEEDS_SOMEBODY`]), that were created
    /// within `[from, to]` (list keys), before `before` where given.
    ///
    /// # Errors
    /// [`StoreError`].
    ///
    /// [`NEEDS_SOMEBODY`]: super::tables::NEEDS_SOMEBODY
    pub async fn orders(
        &self,
        among: Index,
        shop: &ShopId,
        shards: u8,
        from: &str,
        to: &str,
        before: Option<&str>,
    ) -> Result<Page, StoreError> {
        let (keys, next) = self.list_page(among, shop, shards, (from, to), before).await?;
        let items = self.read_batch(keys).await?;
        let texts: Vec<Item> = items.iter().filter_map(order_item::text_key).collect();
        let texts = self.read_batch(texts).await?;
        let mut orders = Vec::with_capacity(items.len());
        for item in &items {
            let mut payment = order_item::read(item)?;
            if let Some(key) = order_item::text_key(item) {
                let is_of = |texts: &&Item| [PK, SK].iter().all(|name| texts.get(*name) == key.get(*name));
                let found = texts.iter().find(is_of).ok_or(StoreError::Unreadable("an order's texts"))?;
                order_item::read_texts(&mut payment, found.text(TEXTS)?)?;
            }
            orders.push(payment);
        }
        newest_first(&mut orders);
        Ok(Page { orders, next })
    }

    /// The same page of all orders, without the texts that are kept beside them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn orders_that_decide(
        &self,
        shop: &ShopId,
        shards: u8,
        from: &str,
        to: &str,
        before: Option<&str>,
    ) -> Result<Page, StoreError> {
        let (keys, next) = self.list_page(LISTED, shop, shards, (from, to), before).await?;
        let items = self.read_batch(keys).await?;
        let mut orders = items.iter().map(order_item::read).collect::<Result<Vec<_>, _>>()?;
        newest_first(&mut orders);
        Ok(Page { orders, next })
    }

    /// The keys of a page's orders, and where the next page begins.
    async fn list_page(
        &self,
        among: Index,
        shop: &ShopId,
        shards: u8,
        (from, to): (&str, &str),
        before: Option<&str>,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let mut keys: Vec<(String, String)> = Vec::new();
        let mut more = false;
        for shard in 0..shards {
            let partition = format!("list#{shop}#{shard}");
            let (of_shard, cut) = self.list_keys(among, partition, from, before.unwrap_or(to)).await?;
            more |= cut;
            keys.extend(of_shard);
        }
        keys.retain(|(created, _)| before.is_none_or(|before| created.as_str() < before));
        keys.sort_unstable_by(|one, other| other.cmp(one));
        let page = usize::try_from(PAGE_MAX).unwrap_or(usize::MAX);
        more |= keys.len() > page;
        keys.truncate(page);
        let next = keys.last().filter(|_| more).map(|(created, _)| created.clone());
        let key = |(_, id): &(String, String)| {
            let key = order_item::key(&PaymentId::parse(id).ok()?);
            Some(key.map(|(name, value)| (name.to_owned(), value)).into())
        };
        Ok((keys.iter().filter_map(key).collect(), next))
    }

    async fn list_keys(
        &self,
        among: Index,
        partition: String,
        from: &str,
        to: &str,
    ) -> Result<(Vec<(String, String)>, bool), StoreError> {
        let (items, cut) = self.list_range(among, partition, (from, to), false, 1).await?;
        let keys = items
            .iter()
            .filter_map(|item| Some((item.text_if(CREATED)?.to_owned(), item.text_if(PK)?.to_owned())));
        Ok((keys.collect(), cut))
    }

    /// What a partition of an index names within `[from, to]`: a page and `beyond` more, and whether there is
    /// still more.
    pub(super) async fn list_range(
        &self,
        of: Index,
        partition: String,
        (from, to): (&str, &str),
        ascending: bool,
        beyond: u32,
    ) -> Result<(Vec<Item>, bool), StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(of.name)
            .key_condition_expression("#l = :l AND #c BETWEEN :from AND :to")
            .expression_attribute_names("#l", of.partition_key)
            .expression_attribute_names("#c", of.sort_key)
            .expression_attribute_values(":l", s(partition))
            .expression_attribute_values(":from", s(from))
            .expression_attribute_values(":to", s(to))
            .scan_index_forward(ascending)
            .limit(i32::try_from(PAGE_MAX.saturating_add(beyond)).unwrap_or(i32::MAX));
        let page = query.send().await.map_err(|error| StoreError::of(&error))?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key.is_some()))
    }

    /// Reads the items of these keys, in any order; at most 100.
    pub(super) async fn read_batch(&self, mut keys: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        // DynamoDB may answer a part; what it leaves is asked for again, a bounded number of times.
        for _ in 0..5 {
            if keys.is_empty() {
                return Ok(items);
            }
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let wanted = wanted.map_err(|error| StoreError::Defect(error.to_string()))?;
            let answer = self.client.batch_get_item().request_items(&self.table, wanted).send().await;
            let answer = answer.map_err(|error| StoreError::of(&error))?;
            items.extend(answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default());
            let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
            keys = left.map(|left| left.keys).unwrap_or_default();
        }
        if keys.is_empty() {
            Ok(items)
        } else {
            Err(StoreError::Unavailable("a batch was left undone".to_owned()))
        }
    }
}

fn newest_first(orders: &mut [Payment]) {
    orders.sort_unstable_by_key(|payment| std::cmp::Reverse((payment.created_at, payment.id)));
}
