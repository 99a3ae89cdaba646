//! The shops of a history: their configurations, and the requests that their servers and customers make.

use bytes::Bytes;
use payproof::payment::{OrderId, PaymentId, SessionId, ShopId};
use payproof::provider::signature::standard_webhooks::Key;
use payproof::secret::Secret;
use payproof_edge::api::Request;
use payproof_edge::store::Store;
use serde_json::{Value, json};

/// The shop whose orders are paid.
pub const SHOP: &str = "shop";
/// Another shop, which means no good.
pub const OTHER: &str = "other";
/// The provider's API.
pub const API_BASE: &str = "https://provider.example/api";

/// Where the shop is told.
pub const NOTIFY_URL: &str = "https://shop.example/notify";

/// A key of a shop.
pub fn key(prefix: &str, shop: &str) -> String {
    format!("{prefix}_{shop}_{:0>43}", 1)
}

fn webhook_secret(shop: &str) -> String {
    let bytes = if shop == SHOP { [7; 32] } else { [9; 32] };
    format!("whsec_{}", data_encoding::BASE64.encode(&bytes))
}

/// What the provider signs a shop's webhooks with.
pub fn webhook_key(shop: &str) -> Key {
    Key::parse(&Secret::new(webhook_secret(shop))).expect("a key")
}

/// Writes both shops' configurations.
pub async fn configure(store: &Store) {
    for shop in [SHOP, OTHER] {
        let document = json!({
            "id": shop,
            "name": "Simulated shop",
            "api_keys": {
                "secret": [key("sk", shop)], "read": [key("rk", shop)], "publishable": [key("pk", shop)],
            },
            "return_url_prefixes": ["https://shop.example/"],
            "notify": { "url": NOTIFY_URL, "secrets": [webhook_secret(shop)] },
            "providers": {
                "sandbox": {
                    "api_key": "planted_provider_key",
                    "webhook_secrets": [webhook_secret(shop)],
                    "api_base": API_BASE,
                },
            },
        });
        let (id, stored) =
            payproof::shop::with_hashed_keys(document.to_string().as_bytes()).expect("a configuration");
        store.put_shop_document(&id, &stored).await.expect("the store answers");
    }
}

/// Our id of an order of the shop.
pub fn payment_id(order: &str) -> PaymentId {
    let shop = ShopId::parse(SHOP).expect("a shop id");
    PaymentId::of(&shop, &OrderId::parse(order).expect("an order id"))
}

/// The id of one of its sessions.
pub fn session_id(order: &str, attempt: u8) -> SessionId {
    SessionId::parse(&format!("cs_{}_{attempt}", payment_id(order).chars())).expect("a session id")
}

/// A request with a key of the shop.
pub fn request(method: &str, path: &str, key: &str, body: Option<Value>) -> Request {
    let request = http::Request::builder().method(method).uri(path);
    let request =
        if key.is_empty() { request } else { request.header("authorization", format!("Bearer {key}")) };
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    request.body(Bytes::from(body)).expect("a request")
}

/// A request of the shop's server.
pub fn server(method: &str, path: &str, body: Option<Value>) -> Request {
    request(method, path, &key("sk", SHOP), body)
}
