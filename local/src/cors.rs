//! CORS, answered once for the whole API as the gateway does on AWS: any origin, no credentials.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue,
    ORIGIN,
};
use http::{Method, StatusCode};
use payproof_edge::api::{Request, Response};

/// The answer to a preflight; none where the request is no preflight.
pub(crate) fn preflight(request: &Request) -> Option<Response> {
    let headers = request.headers();
    let asks = headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    (request.method() == Method::OPTIONS && asks).then(|| {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        for (name, value) in [
            (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (ACCESS_CONTROL_ALLOW_METHODS, "GET,POST"),
            (ACCESS_CONTROL_ALLOW_HEADERS, "authorization,content-type,idempotency-key,if-none-match"),
            (ACCESS_CONTROL_MAX_AGE, "7200"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    })
}

/// What a browser of another origin may read of an answer.
pub(crate) fn allow(from_browser: bool, mut response: Response) -> Response {
    if from_browser {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag,retry-after"));
    }
    response
}
