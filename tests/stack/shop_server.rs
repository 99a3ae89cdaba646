//! A shop's own server, as bad as it can be, and a day of telling it on a clock that the test moves.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use hyper::body::Frame;
use payproof::notify::Loopback;
use payproof::payment::{Moment, PaymentId};
use payproof_edge::app::App;
use payproof_edge::queue::{Pending, QueueError, Queues};
use payproof_edge::send::Sender;
use payproof_edge::settings::Settings;
use payproof_edge::store::{Due, Shard};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::world::contract::validator;
use crate::world::{Shop, World};

/// What notifications to the shop are signed with, in tests: the older of two keys, and the newer.
pub const OLD_KEY: &str = "whsec_e6w31altGsdRAoqSzaSTpdwzCCf6N+vfbyMisCMs6T0=";
pub const NEW_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// How the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mood {
    /// With this status.
    Status(u16),
    /// With 503 and a time to be left alone, in seconds.
    Busy(u64),
    /// With a redirect to another of its pages.
    Redirects,
    /// With 200 and a body that never ends.
    Endless,
    /// Not at all.
    Silent,
}

/// One notification as it came.
#[derive(Clone, Debug)]
pub struct Heard {
    pub id: String,
    pub timestamp: u64,
    pub body: Value,
    /// What was answered.
    pub status: u16,
}

impl Heard {
    pub fn sequence(&self) -> u64 {
        self.body["data"]["sequence"].as_u64().expect("a sequence")
    }

    pub fn order(&self) -> &str {
        self.body["data"]["order_id"].as_str().expect("an order")
    }

    pub fn kind(&self) -> &str {
        self.body["type"].as_str().expect("a type")
    }
}

#[derive(Debug)]
struct Inner {
    mood: Mood,
    heard: Vec<Heard>,
    elsewhere: usize,
}

/// The server. It ends with the test.
#[derive(Clone, Debug)]
pub struct ShopServer {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl ShopServer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address: SocketAddr = listener.local_addr().expect("an address");
        let inner = Inner { mood: Mood::Status(204), heard: Vec::new(), elsewhere: 0 };
        let server = Self { url: format!("http://{address}"), inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new()
            .route("/notify", post(take))
            .fallback(|State(server): State<Self>| async move {
                server.inner().elsewhere += 1;
                StatusCode::OK
            })
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_mood(&self, mood: Mood) {
        self.inner().mood = mood;
    }

    /// Everything that came, however it was answered.
    pub fn heard(&self) -> Vec<Heard> {
        self.inner().heard.clone()
    }

    /// What came and was answered with 2xx.
    pub fn taken(&self) -> Vec<Heard> {
        self.heard().into_iter().filter(|heard| (200..300).contains(&heard.status)).collect()
    }

    /// Requests to anywhere but the address that the shop named.
    pub fn elsewhere(&self) -> usize {
        self.inner().elsewhere
    }

    /// Waits until so many notifications were taken.
    pub async fn takes(&self, count: usize) -> Vec<Heard> {
        for _ in 0..400 {
            let taken = self.taken();
            if taken.len() >= count {
                return taken;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{count} notifications were to come: {:?}", self.heard());
    }
}

/// Each is verified by a library that is not ours, with each of the two keys.
async fn take(State(server): State<ShopServer>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let header = |name: &str| headers[name].to_str().expect("text").to_owned();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let timestamp: u64 = timestamp.parse().expect("seconds");
    for key in [OLD_KEY, NEW_KEY] {
        // Its own `verify` asks this machine's clock, and the test moves another.
        let signed =
            Webhook::new(key).expect("a key").sign(&id, timestamp as i64, &body).expect("a signature");
        assert!(header("webhook-signature").split(' ').any(|one| one == signed), "{headers:?}");
    }
    assert_eq!(header("content-type"), "application/json");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    static DOCUMENTED: OnceLock<jsonschema::Validator> = OnceLock::new();
    let documented =
        DOCUMENTED.get_or_init(|| validator(&json!({ "$ref": "#/components/schemas/OrderChanged" })));
    let faults: Vec<_> = documented.iter_errors(&body).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "openapi.yaml does not say this of a notification: {faults:?}\n{body}");
    let mood = server.inner().mood.clone();
    let (status, response) = match mood {
        Mood::Status(status) => (status, Response::builder().status(status).body(Body::empty())),
        Mood::Busy(seconds) => {
            (503, Response::builder().status(503).header("retry-after", seconds).body(Body::empty()))
        }
        Mood::Redirects => (
            302,
            Response::builder()
                .status(302)
                .header("location", format!("{}/else", server.url))
                .body(Body::empty()),
        ),
        Mood::Endless => (200, Response::builder().status(200).body(Body::new(WithoutEnd))),
        Mood::Silent => (0, Ok(Response::new(Body::empty()))),
    };
    server.inner().heard.push(Heard { id, timestamp, body, status });
    if mood == Mood::Silent {
        std::future::pending::<()>().await;
    }
    response.expect("a response")
}

/// 64 KiB after another, for ever.
struct WithoutEnd;

impl hyper::body::Body for WithoutEnd {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 65_536])))))
    }
}

/// The shop's configuration with this address for notifications; all types where `events` is null.
pub fn document(world: &World, shop: &Shop, url: &str, events: Value) -> Value {
    let mut document = shop.document(&world.stripe.url);
    document["notify"] = json!({ "url": url, "secrets": [OLD_KEY, NEW_KEY] });
    if !events.is_null() {
        document["notify"]["events"] = events;
    }
    document
}

/// Orders put on queues, with the moment from which on they are due.
#[derive(Debug, Default)]
struct Put {
    now: Moment,
    messages: Vec<(Moment, Due, PaymentId)>,
    /// Whether the queue takes nothing just now.
    down: bool,
}

/// Queues that the test empties.
#[derive(Debug, Clone, Default)]
pub struct TestQueues(Arc<Mutex<Put>>);

impl TestQueues {
    fn put(&self) -> MutexGuard<'_, Put> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues for TestQueues {
    fn put<'a>(&'a self, what: Due, orders: &'a [PaymentId], after: Duration) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut put = Self::put(self);
            if put.down {
                return Err(QueueError("down".to_owned()));
            }
            let at = put.now.plus_millis(u64::try_from(after.as_millis()).expect("a delay"));
            put.messages.extend(orders.iter().map(|order| (at, what, *order)));
            Ok(())
        })
    }

    fn waiting(&self, _: Due) -> Pending<'_, u64> {
        Box::pin(async { Ok(0) })
    }
}

/// `notify-shop` on a clock that the test moves, with queues and timers as on AWS.
pub struct Teller {
    pub app: Arc<App>,
    pub queues: TestQueues,
    /// Timers that were dealt with, by their keys.
    fired: Mutex<BTreeSet<(String, String)>>,
}

impl Teller {
    pub fn new(settings: &Settings) -> Self {
        let queues = TestQueues::default();
        let mut app = App::new(settings).with_queues(Arc::new(queues.clone()));
        app.to_shops = Sender::public_only(Loopback::Allowed);
        Self { app: Arc::new(app), queues, fired: Mutex::default() }
    }

    /// A teller on a world's store, whose own reader of the stream is ended.
    pub fn instead_of(world: &World) -> Self {
        world.stack.stop_stream();
        Self::new(&world.stack.settings())
    }

    pub fn queue_is_down(&self, down: bool) {
        self.queues.put().down = down;
    }

    /// What is on the queue.
    pub fn messages(&self, what: Due) -> Vec<(Moment, PaymentId)> {
        let put = self.queues.put();
        put.messages.iter().filter(|(_, of, _)| *of == what).map(|(at, _, order)| (*at, *order)).collect()
    }

    /// The stream says that an order is to be looked at.
    pub fn streams(&self, order: PaymentId, now: Moment) {
        self.queues.put().messages.push((now, Due::NotifyShop, order));
    }

    /// What is put on the queue from now on is put at this moment.
    pub fn is_now(&self, now: Moment) {
        self.queues.put().now = now;
    }

    /// Looks at an order now.
    pub async fn looks(&self, order: PaymentId, now: Moment) {
        self.is_now(now);
        notify_shop::handle(&self.app, order, now).await.expect("it is dealt with");
    }

    /// Lets time pass: each message and timer is dealt with when it is due.
    pub async fn passes(&self, from: Moment, to: Moment) {
        self.passes_with(from, to, |_| {}).await;
    }

    /// As [`passes`](Self::passes); `at` is told the moment before each look.
    pub async fn passes_with(&self, from: Moment, to: Moment, mut at: impl FnMut(Moment)) {
        let mut now = from;
        for _ in 0..10_000 {
            let (due, order) = match (self.next_message(), self.next_timer().await) {
                (Some(message), Some(timer)) => message.min(timer),
                (Some(next), None) | (None, Some(next)) => next,
                (None, None) => return,
            };
            if due > to {
                return;
            }
            now = now.max(due);
            at(now);
            self.take(due, order);
            self.looks(order, now).await;
        }
        panic!("it never ends");
    }

    fn next_message(&self) -> Option<(Moment, PaymentId)> {
        self.messages(Due::NotifyShop).into_iter().min()
    }

    fn take(&self, due: Moment, order: PaymentId) {
        let mut put = self.queues.put();
        let place = put.messages.iter().position(|message| *message == (due, Due::NotifyShop, order));
        if let Some(place) = place {
            put.messages.remove(place);
        } else {
            drop(put);
            let key = format!("{:013}#{order}#notify-shop", due.millis());
            self.fired.lock().expect("no panic").insert((Shard::of(&order).partition(), key));
        }
    }

    async fn next_timer(&self) -> Option<(Moment, PaymentId)> {
        let store = &self.app.store;
        let items = store.client().scan().table_name(store.payments_table()).send().await.expect("a scan");
        let fired = self.fired.lock().expect("no panic").clone();
        let timers = items.items().iter().filter_map(|item| {
            let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
            let (pk, sk) = (text("pk")?, text("sk")?);
            let (at, rest) = sk.split_once('#')?;
            let (order, what) = rest.split_once('#')?;
            let due = pk.starts_with("due#") && what == "notify-shop" && !fired.contains(&(pk, sk.clone()));
            due.then(|| {
                (Moment::from_millis(at.parse().expect("millis")), PaymentId::parse(order).expect("an order"))
            })
        });
        timers.min()
    }
}

/// That what a shop took is what it was to be told: for each order every sequence from 1 in order, each under the one
/// id of it, no other id, and repeats only of what was taken before.
pub fn assert_told_in_order(taken: &[Heard], wanted: &BTreeMap<String, (PaymentId, u64)>) {
    let mut highest: BTreeMap<&str, u64> = BTreeMap::new();
    for heard in taken {
        let (payment, _) = wanted[heard.order()];
        assert_eq!(
            heard.id,
            format!("msg_{}_{}", payment.chars(), heard.sequence()),
            "one id for each change"
        );
        let before = highest.entry(heard.order()).or_default();
        assert!(
            heard.sequence() <= *before + 1,
            "{} comes after {before}: {}",
            heard.sequence(),
            heard.order()
        );
        *before = (*before).max(heard.sequence());
    }
    for (order, (_, count)) in wanted {
        assert_eq!(highest.get(order.as_str()).copied().unwrap_or_default(), *count, "of {order}");
    }
}
