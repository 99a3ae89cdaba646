//! A door in front of a server: it counts the requests that go through, and can let one of them go no further, before
//! it was done or after. Whoever waits for its answer then waits for ever, as at a crash between two steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use tokio::sync::Notify;

/// Where a flow is cut off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// The request was never done.
    Before,
    /// It was done, and its answer never came.
    After,
}

#[derive(Default)]
struct Inner {
    count: AtomicUsize,
    /// The request to cut at, from 1; 0 for none.
    at: AtomicUsize,
    after: std::sync::atomic::AtomicBool,
    reached: Notify,
}

/// What the doors of one test share: the count runs over all of them.
#[derive(Clone, Default)]
pub struct Doors(Arc<Inner>);

#[derive(Clone)]
struct Door {
    doors: Doors,
    to: String,
    http: reqwest::Client,
}

impl Doors {
    /// A door to `to`; gives its address.
    pub async fn open_to(&self, to: &str) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let door = Door { doors: self.clone(), to: to.to_owned(), http: crate::world::client() };
        let router = Router::new().fallback(through).with_state(door);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// Cuts at the `nth` request from now, from 1.
    pub fn cut_at(&self, nth: usize, cut: Cut) {
        self.0.count.store(0, Ordering::SeqCst);
        self.0.after.store(cut == Cut::After, Ordering::SeqCst);
        self.0.at.store(nth, Ordering::SeqCst);
    }

    /// Lets everything through, counting from now.
    pub fn let_through(&self) {
        self.0.at.store(0, Ordering::SeqCst);
        self.0.count.store(0, Ordering::SeqCst);
    }

    /// Requests since counting began.
    pub fn count(&self) -> usize {
        self.0.count.load(Ordering::SeqCst)
    }

    /// Runs `flow` until it ends, or until it reaches the cut: then it is dropped where it waits. `None` when it was cut.
    pub async fn run<T>(&self, flow: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.0.reached.notified() => None,
            done = flow => Some(done),
        }
    }
}

async fn through(State(door): State<Door>, request: http::Request<Body>) -> http::Response<Body> {
    let inner = &door.doors.0;
    let number = inner.count.fetch_add(1, Ordering::SeqCst) + 1;
    let cut_here = inner.at.load(Ordering::SeqCst) == number;
    if cut_here && !inner.after.load(Ordering::SeqCst) {
        inner.reached.notify_one();
        return std::future::pending().await;
    }
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = head.headers;
    headers.remove("host");
    let forwarded = door.http.request(head.method, format!("{}{path}", door.to)).headers(headers).body(body);
    let answer = forwarded.send().await.expect("an answer");
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "transfer-encoding") {
        response = response.header(name, value);
    }
    let body = answer.bytes().await.expect("a body");
    if cut_here {
        inner.reached.notify_one();
        return std::future::pending().await;
    }
    response.body(Body::from(body)).expect("a response")
}
