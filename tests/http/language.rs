//! What customers read is in their language: the session's own, else what their browser asks for, else English.

use serde_json::json;

use crate::events;
use crate::reach::heading;
use crate::world::{Answer, World};

async fn asks(world: &World, path: &str, accepted: Option<&str>, key: Option<&str>) -> Answer {
    let mut request = world.http.get(format!("{}{path}", world.stack.url));
    if let Some(accepted) = accepted {
        request = request.header("accept-language", accepted);
    }
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    Answer::of(request.send().await.expect("an answer")).await
}

/// A session with this locale, its return page and its poll.
async fn opened(world: &World, order: &str, locale: Option<&str>) -> (String, String, String) {
    world.shop.registers(order).await;
    let mut body = json!({ "order_id": order });
    if let Some(locale) = locale {
        body["locale"] = locale.into();
    }
    let session = world.shop.post("/v1/sessions", body).await.expect(201);
    let text = |key: &str| session[key].as_str().expect("a text").to_owned();
    let (id, secret) = (text("id"), text("client_secret"));
    (format!("/return/{id}?client_secret={secret}"), format!("/v1/sessions/{id}"), secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sessions_own_language_comes_before_the_browsers() {
    let world = World::start().await;
    let (german, _, _) = opened(&world, "1", Some("de-AT")).await;
    let (none, _, _) = opened(&world, "2", None).await;
    let (unknown, _, _) = opened(&world, "3", Some("ja")).await;
    for (page, accepted, lang, says, amount) in [
        (&german, Some("fr"), "de", "Vielen Dank, wir bestätigen gerade Ihre Zahlung.", "49,99\u{a0}EUR"),
        (
            &none,
            Some("fr-CA,fr;q=0.9"),
            "fr",
            "Merci, nous attendons la confirmation de votre paiement.",
            "49,99\u{a0}EUR",
        ),
        (&none, None, "en", "Thanks, we are confirming your payment.", "49.99\u{a0}EUR"),
        (&none, Some("ja"), "en", "Thanks, we are confirming your payment.", "49.99\u{a0}EUR"),
        (&unknown, Some("pl"), "pl", "Dziękujemy, czekamy na potwierdzenie płatności.", "49,99\u{a0}EUR"),
    ] {
        let shown = asks(&world, page, accepted, None).await;
        assert_eq!((shown.status, heading(&shown.body)), (200, says));
        assert_eq!(shown.header("content-language"), lang);
        assert!(
            shown.body.contains(&format!("<html lang=\"{lang}\">")) && shown.body.contains(amount),
            "{lang}"
        );
    }
    let nowhere = asks(&world, "/return/cs_nothing", Some("es"), None).await;
    assert_eq!((nowhere.status, heading(&nowhere.body)), (404, "Este enlace no lleva a ningún pago."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_poll_speaks_the_language_of_whoever_asks_and_says_which() {
    let world = World::start().await;
    let (_, poll, secret) = opened(&world, "1", Some("de")).await;
    let id = poll.strip_prefix("/v1/sessions/").expect("a session");
    assert_eq!(world.stripe_tells(&events::expired("evt_1", id)).await.status, 200);
    for (accepted, tag, message) in [
        (Some("it"), "it", "Questa sessione di pagamento è scaduta. La preghiamo di iniziarne una nuova."),
        (Some("*"), "en", "This payment session has expired. Please create a new checkout."),
        (None, "en", "This payment session has expired. Please create a new checkout."),
    ] {
        let polled = asks(&world, &poll, accepted, Some(&secret)).await;
        assert_eq!((polled.header("content-language"), polled.header("vary")), (tag, "accept-language"));
        assert_eq!(polled.expect(200)["message"], message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_another_language_is_not_told_that_nothing_has_changed() {
    let world = World::start().await;
    let (_, poll, secret) = opened(&world, "1", None).await;
    let known = |etag: &str, accepted: &'static str| {
        let request = world.http.get(format!("{}{poll}", world.stack.url)).bearer_auth(&secret);
        request.header("accept-language", accepted).header("if-none-match", etag).send()
    };
    let english = asks(&world, &poll, Some("en"), Some(&secret)).await.header("etag").to_owned();
    assert_eq!(known(&english, "en-GB").await.expect("an answer").status(), 304);
    let german = Answer::of(known(&english, "de").await.expect("an answer")).await;
    assert_eq!((german.status, german.header("content-language")), (200, "de"));
    assert_ne!(german.header("etag"), english);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_link_is_in_the_language_that_the_shop_chose_for_it() {
    let world = World::start().await;
    world.shop.registers("1").await;
    let link = json!({ "order_id": "1", "locale": "nl-NL" });
    let made = world.shop.post("/v1/payment-links", link).await.expect(201);
    let url = made["url"].as_str().expect("an address").to_owned();
    let path = url.strip_prefix(&world.stack.url).expect("ours");
    let shown = asks(&world, path, Some("de"), None).await;
    assert_eq!((shown.status, heading(&shown.body)), (200, "49,99\u{a0}EUR betalen aan Test shop"));
    assert!(shown.body.contains(">Kaart</button>"), "{}", shown.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_element_is_one_small_script_for_everybody() {
    let world = World::start().await;
    let script = asks(&world, "/v1/status.js", None, None).await;
    assert_eq!((script.status, script.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(script.header("cache-control"), "public, max-age=3600");
    assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
    assert!(script.body.contains("customElements.define(\"payproof-status\""));
    // At most 4 KB gzipped are allowed, which this is far below; how it is packed is up to the gateway.
    assert!(script.body.len() < 8 * 1024, "{}", script.body.len());
    for nobody in ["import ", "eval(", "innerHTML", "document.write", "http://", "https://"] {
        assert!(!script.body.contains(nobody), "{nobody}");
    }
}
