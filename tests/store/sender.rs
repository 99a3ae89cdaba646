//! The one HTTP client keeps to its bounds: time, size, number of requests; and it follows no redirect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;
use payproof::provider::{Answer, Failure, Request, Step};
use payproof_edge::limits::{ANSWER_BYTES_MAX, EXCHANGES_MAX};
use payproof_edge::send::Sender;

async fn server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new()
        .route("/ok", get(|| async { "fine" }))
        .route("/away", get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/ok")]) }))
        .route("/large", get(|| async { "x".repeat(ANSWER_BYTES_MAX + 1) }))
        .route("/slow", get(|| async { std::future::pending::<&str>().await }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn ask(url: String) -> Step<Answer> {
    Step::send(Request::new(http::Method::GET, url), |answer| Ok(Step::Done(answer.clone())))
}

/// A provider that wants so many requests; `asked` counts those that it answered.
fn so_many(url: String, questions: usize, asked: Arc<AtomicUsize>) -> Step<()> {
    if questions == 0 {
        return Step::Done(());
    }
    let again = url.clone();
    Step::send(Request::new(http::Method::GET, url), move |_| {
        asked.fetch_add(1, Ordering::Relaxed);
        Ok(so_many(again, questions - 1, asked))
    })
}

const LIMIT: Duration = Duration::from_millis(600);

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_handed_back_and_a_redirect_is_an_answer() {
    let (sender, url) = (Sender::default(), server().await);
    let fine = sender.run(ask(format!("{url}/ok")), LIMIT).await.expect("an answer");
    assert_eq!((fine.status, fine.body.as_slice()), (200, b"fine".as_slice()));
    let away = sender.run(ask(format!("{url}/away")), LIMIT).await.expect("an answer");
    assert_eq!((away.status, away.headers["location"].to_str().expect("text")), (302, "/ok"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_slow_or_large_is_of_unknown_outcome() {
    let (sender, url) = (Sender::default(), server().await);
    let began = Instant::now();
    for step in [ask(format!("{url}/slow")), ask(format!("{url}/large"))] {
        let failure = sender.run(step, LIMIT).await.expect_err("a failure");
        assert!(matches!(failure, Failure::Unknown(_)), "{failure:?}");
    }
    assert!(began.elapsed() < LIMIT * 4, "{:?}", began.elapsed());
}

/// A provider whose every answer leads to another question is asked so often and no more, long before the time is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_end_is_ended() {
    let (sender, url) = (Sender::default(), server().await);
    let limit = Duration::from_secs(30);
    for (questions, is_ended) in [(EXCHANGES_MAX, false), (EXCHANGES_MAX + 1, true)] {
        let asked = Arc::new(AtomicUsize::new(0));
        let came = sender.run(so_many(format!("{url}/ok"), questions, Arc::clone(&asked)), limit).await;
        assert_eq!(came.is_err(), is_ended, "{came:?}");
        assert_eq!(asked.load(Ordering::Relaxed), EXCHANGES_MAX);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_nothing_was_done() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    drop(listener);
    let sender = Sender::default();
    for url in [url, "http://name.invalid/".to_owned(), "not a url".to_owned()] {
        let failure = sender.run(ask(url.clone()), Duration::from_secs(5)).await.expect_err("a failure");
        assert!(matches!(failure, Failure::Unreachable(_)), "{url}: {failure:?}");
    }
}
