//! hyper with the TLS that the AWS SDK brings: another client library would be linked beside them.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use payproof::notify::Loopback;
use payproof::provider::{Answer, Failure, Request};

use super::guarded::{Barring, Resolver};
use crate::limits::{ANSWER_BYTES_MAX, CONNECT_TIMEOUT};

/// A client.
#[derive(Clone, Debug)]
pub(super) struct Https(Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>);

/// What becomes of an answer's body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Body {
    /// It is read, up to [`ANSWER_BYTES_MAX`].
    Read,
    /// Nobody looks at it, however long it is.
    LeftUnread,
}

impl Https {
    /// A client; one that is to call public addresses only is told whether loopback is one of them.
    pub(super) fn new(public_only: Option<Loopback>) -> Result<Self, String> {
        let mut http = HttpConnector::new_with_resolver(Resolver::new(public_only));
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        http.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| format!("no root certificates: {error}"))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_idle_timeout(Duration::from_secs(20));
        // A connection whose answer was left unread is of no further use.
        if public_only.is_some() {
            client.pool_max_idle_per_host(0);
        }
        Ok(Self(client.build(connector)))
    }
}

pub(super) async fn send(client: &Https, request: Request, body: Body) -> Result<Answer, Failure> {
    let mut built = http::Request::builder().method(request.method).uri(&request.url);
    for (name, value) in &request.headers {
        built = built.header(&**name, value.reveal());
    }
    let built = built
        .body(Full::new(Bytes::from(request.body)))
        .map_err(|_| Failure::Unreachable("its address or a header is malformed".to_owned()))?;
    let answer = client.0.request(built).await.map_err(|error| {
        if error.is_connect() {
            let barred = Barring::among(&error).map(ToString::to_string);
            Failure::Unreachable(barred.unwrap_or_else(|| "no connection could be made".to_owned()))
        } else {
            Failure::Unknown("the connection broke off".to_owned())
        }
    })?;
    let (head, stream) = answer.into_parts();
    let body = match body {
        Body::LeftUnread => Vec::new(),
        Body::Read => {
            let whole = Limited::new(stream, ANSWER_BYTES_MAX).collect().await;
            let whole =
                whole.map_err(|_| Failure::Unknown("its answer broke off or is too large".to_owned()))?;
            whole.to_bytes().to_vec()
        }
    };
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}
