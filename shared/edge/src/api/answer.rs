//! Building answers.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{HeaderName, StatusCode};

use super::{Code, Problem};

/// An answer.
pub type Response = http::Response<Bytes>;

/// A JSON answer. Nothing that payproof says of a payment may be cached on the way.
pub fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => with_body(status, "application/json", body),
        Err(_) => with_body(StatusCode::INTERNAL_SERVER_ERROR, "application/json", b"{}".to_vec()),
    }
}

/// An answer with a body of this type.
pub fn with_body(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

/// An answer without a body.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A problem document.
pub fn problem(problem: &Problem, request_id: &str) -> Response {
    let body = problem.document(request_id).to_string();
    let response = with_body(problem.status(), "application/problem+json", body);
    let response = match problem.retry_after {
        Some(seconds) => header(response, http::header::RETRY_AFTER, &seconds.to_string()),
        None => response,
    };
    let response = match problem.code {
        // A 401 says how to do it right (RFC 9110, section 15.5.2).
        Code::InvalidApiKey => header(response, http::header::WWW_AUTHENTICATE, "Bearer"),
        _ => response,
    };
    match &problem.allow {
        Some(methods) => header(response, http::header::ALLOW, methods),
        None => response,
    }
}

/// The answer with a header; a value that is no header text is left out.
pub fn header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
