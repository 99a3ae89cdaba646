//! The store was away and is back: whoever runs goes on, and nobody has to be started anew.

use bytes::Bytes;
use payproof_edge::app::{App, now};
use payproof_edge::settings::Settings;
use tokio::net::TcpListener;

use crate::events;
use crate::handlers;
use crate::world::{STRIPE_SECRET, World};

/// Passes on to `to` whatever comes to this address from now on.
async fn serves(address: std::net::SocketAddr, to: String) {
    let listener = TcpListener::bind(address).await.expect("the port is free");
    tokio::spawn(async move {
        while let Ok((mut one, _)) = listener.accept().await {
            let to = to.clone();
            tokio::spawn(async move {
                let mut other = tokio::net::TcpStream::connect(to).await.expect("the store");
                let _ = tokio::io::copy_bidirectional(&mut one, &mut other).await;
            });
        }
    });
}

/// svix/svix-webhooks#1844: Redis restarts, and the workers hang until somebody restarts them too.
#[tokio::test(flavor = "multi_thread")]
async fn who_ran_while_the_store_was_away_goes_on_once_it_is_back() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let event = events::paid("evt_1", session["id"].as_str().expect("an id")).to_string();
    // A port that nobody listens on: taken, and given back.
    let address =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let app =
        App::new(&Settings { endpoint_url: Some(format!("http://{address}")), ..world.stack.settings() });
    let webhook = || {
        let at = now();
        let secret = payproof::secret::Secret::new(STRIPE_SECRET);
        let signature = payproof::provider::stripe::sign(&secret, at.seconds(), event.as_bytes());
        let request = http::Request::post("/v1/webhooks/shop/stripe").header("stripe-signature", signature);
        let request = request.body(Bytes::from(event.clone())).expect("a request");
        Box::pin(handlers::answer(&app, request, at))
    };
    let order = world.shop.payment_id("1");
    for _ in 0..3 {
        assert_eq!(webhook().await.status(), 503, "so the provider tells it again");
        sweep::handle(&app, now()).await.expect_err("the next minute's does its work");
        notify_shop::handle(&app, order, now()).await.expect_err("the message comes again");
        reconcile::handle(&app, order, now()).await.expect_err("the message comes again");
    }
    assert_eq!(world.shop.status("1").await, "created");
    serves(address, world.stack.store_url.trim_start_matches("http://").to_owned()).await;
    assert_eq!(webhook().await.status(), 200);
    assert_eq!(world.shop.status("1").await, "paid");
    sweep::handle(&app, now()).await.expect("it goes on");
    notify_shop::handle(&app, order, now()).await.expect("it goes on");
    reconcile::handle(&app, order, now()).await.expect("it goes on");
}
