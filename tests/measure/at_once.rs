//! A store that has written before it was asked: it answers each `UpdateItem` at once, and asks the real one for the
//! rest. What a function takes on a CPU then is its own work alone: between a request and a slow answer a CPU sleeps or
//! does something else, and its caches have to be filled again afterwards.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use payproof_edge::settings::Settings;

struct Real {
    url: String,
    client: Client<HttpConnector, Body>,
}

/// Starts it in front of the store that these settings name; gives the settings that lead to it.
pub async fn in_front_of(settings: &Settings) -> Settings {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let real = Real {
        url: settings.endpoint_url.clone().expect("a store on this machine"),
        client: Client::builder(TokioExecutor::new()).build_http(),
    };
    let router = Router::new().fallback(answer).with_state(Arc::new(real));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Settings { endpoint_url: Some(url), ..settings.clone() }
}

async fn answer(State(real): State<Arc<Real>>, mut request: Request<Body>) -> Response<Body> {
    let target = request.headers().get("x-amz-target").map(|target| target.as_bytes());
    if target.is_some_and(|target| target.ends_with(b".UpdateItem")) {
        let answer = Response::builder().header(header::CONTENT_TYPE, "application/x-amz-json-1.0");
        return answer.body(Body::from("{}")).expect("an answer");
    }
    *request.uri_mut() = real.url.parse().expect("a URL");
    real.client.request(request).await.expect("the store answers").map(Body::new)
}
