//! The one HTTP client: it sends what providers ask to be sent, within bounds, and follows no redirect.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use payproof::provider::{Answer, Exchange, Failure, Request, Step};

use crate::limits::{ANSWER_BYTES_MAX, CONNECT_TIMEOUT, EXCHANGES_MAX};

type Https = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Sends requests to providers. The client is made at the first of them: a webhook that asks nobody never pays for it.
///
/// It is hyper with the TLS that the AWS SDK brings: another client library would be linked beside them.
#[derive(Debug, Default)]
pub struct Sender {
    client: OnceLock<Result<Https, String>>,
}

impl Sender {
    /// Sends what a step asks for until it is done: at most [`EXCHANGES_MAX`] requests, within `limit` in all.
    ///
    /// # Errors
    /// [`Failure`]: the provider's refusal, or that nothing is known of the outcome.
    pub async fn run<T>(&self, step: Step<T>, limit: Duration) -> Result<T, Failure> {
        let finished = tokio::time::timeout(limit, self.exchange(step));
        finished.await.unwrap_or_else(|_| Err(Failure::Unknown("it did not answer in time".to_owned())))
    }

    async fn exchange<T>(&self, mut step: Step<T>) -> Result<T, Failure> {
        for _ in 0..EXCHANGES_MAX {
            match step {
                Step::Done(value) => return Ok(value),
                Step::Send(Exchange { request, read }) => step = read(&self.send(request).await?)?,
            }
        }
        match step {
            Step::Done(value) => Ok(value),
            Step::Send(_) => Err(Failure::Unknown("it took too many requests".to_owned())),
        }
    }

    async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let client =
            self.client.get_or_init(connect).as_ref().map_err(|error| Failure::Unreachable(error.clone()))?;
        let mut built = http::Request::builder().method(request.method).uri(&request.url);
        for (name, value) in &request.headers {
            built = built.header(*name, value.reveal());
        }
        let built = built
            .body(Full::new(Bytes::from(request.body)))
            .map_err(|_| Failure::Unreachable("its address or a header is malformed".to_owned()))?;
        let answer = client.request(built).await.map_err(|error| {
            if error.is_connect() {
                Failure::Unreachable("no connection could be made".to_owned())
            } else {
                Failure::Unknown("the connection broke off".to_owned())
            }
        })?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|_| Failure::Unknown("its answer broke off or is too large".to_owned()))?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes().to_vec() })
    }
}

fn connect() -> Result<Https, String> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    http.set_nodelay(true);
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| format!("no root certificates: {error}"))?
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    Ok(Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(20)).build(connector))
}
