//! A small shop that does what a shop should: it holds its prices, it registers an order before anybody pays it, it
//! opens a session and sends the customer there, and it believes payproof, never a browser that came back.

mod by_hand;
mod catalogue;
mod client;
mod counter;
mod customer;
mod keys;
mod mess;
mod offline;
mod order;
mod page;
mod staff;
mod told;

use std::sync::Arc;

pub use keys::{Keys, SHOP_ID};

use self::client::Client;
use self::order::Orders;
use self::staff::StaffKeys;
use payproof::secret::Secret;

use crate::StartError;
use crate::documents::Documents;

/// The table that the shop keeps its orders in.
const TABLE: &str = "demo";

/// The demo shop's server.
#[derive(Debug, Clone)]
pub struct Shop {
    orders: Orders,
    payproof: Arc<Client>,
    notify_secret: Secret,
    staff: StaffKeys,
    url: String,
}

impl Shop {
    /// The shop, which finds payproof at `url` and is itself found there.
    pub(crate) async fn new(
        client: aws_sdk_dynamodb::Client,
        keys: Keys,
        url: &str,
    ) -> Result<Self, StartError> {
        Ok(Self {
            orders: Orders(Documents::open(client, TABLE).await?),
            staff: StaffKeys { read: keys.read_key, secret: keys.secret_key.clone() },
            payproof: Arc::new(Client::new(url, keys.secret_key)),
            notify_secret: keys.notify_secret,
            url: url.to_owned(),
        })
    }
}

/// Its routes, to be mounted at `/demo`.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(shop: Shop) -> axum::Router<S> {
    counter::routes().with_state(shop)
}
