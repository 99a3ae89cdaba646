//! A small fake of Adyen's API on loopback, which makes payment links and nothing else, and items as Adyen signs them.

use axum::{Json, Router, routing};
use data_encoding::{BASE64, HEXLOWER};
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

/// What items are signed with, in hex as Adyen gives it.
const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";

/// Starts the API; gives the shop's account there, as its configuration holds it.
pub async fn account() -> Value {
    let link = || async {
        let link = json!({ "id": "PLE83C39B0A0DE0C1E", "url": "https://test.adyen.link/PLE83C39B0A0DE0C1E", "status": "active" });
        (axum::http::StatusCode::CREATED, Json(link))
    };
    let router = Router::new().route("/paymentLinks", routing::post(link));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    json!({ "api_key": "planted_adyen_key", "merchant_account": "TestShop", "webhook_secrets": [KEY], "api_base": base })
}

/// A signed item; Adyen signs eight of its values.
pub fn item(code: &str, psp: &str, original: &str, reference: &str, minor: u64) -> Value {
    let signed = format!("{psp}:{original}:TestShop:{reference}:{minor}:EUR:{code}:true");
    let key = HEXLOWER.decode(KEY.to_ascii_lowercase().as_bytes()).expect("hex");
    let signature = BASE64.encode(&hmac_sha256(&key, &[signed.as_bytes()]));
    json!({ "NotificationRequestItem": {
        "additionalData": { "hmacSignature": signature }, "amount": { "currency": "EUR", "value": minor },
        "eventCode": code, "eventDate": "2026-11-25T10:00:00+01:00", "merchantAccountCode": "TestShop",
        "merchantReference": reference, "originalReference": original, "pspReference": psp, "reason": "", "success": "true",
    } })
}
