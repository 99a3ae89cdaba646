//! API Gateway's events and answers: an HTTP API with payload format 2.0.
//!
//! Read here rather than with `lambda_http`: that panics on what it does not expect, quotes values of the event in its
//! errors, which are logged, and makes much of an event that we do not read.
//!
//! Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway".

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;
use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use lambda_runtime::Diagnostic;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::api::{Request, RequestId, Response};

/// An event, or that it is none.
#[derive(Debug)]
pub struct Event(Result<Request, NotAnEvent>);

/// What came is no event of an HTTP API. It says what is wrong and never what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an API Gateway event of payload format 2.0: {0}")]
pub struct NotAnEvent(&'static str);

impl From<NotAnEvent> for Diagnostic {
    fn from(error: NotAnEvent) -> Self {
        Self { error_type: "NotAnEvent".to_owned(), error_message: error.to_string() }
    }
}

impl Event {
    /// The request that the event tells of: the stage taken out of the path, the body as the bytes that were sent.
    ///
    /// # Errors
    /// [`NotAnEvent`].
    pub fn into_request(self) -> Result<Request, NotAnEvent> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Event {
    /// Never fails: the runtime logs what does, and serde's errors quote what they found.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = Told::deserialize(deserializer).map_err(|_| NotAnEvent("its JSON or its fields"));
        Ok(Self(told.and_then(Told::request)))
    }
}

/// The event as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    #[serde(borrow)]
    raw_path: Cow<'a, str>,
    #[serde(borrow, default)]
    raw_query_string: Cow<'a, str>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default)]
    headers: Headers,
    #[serde(borrow)]
    request_context: Context<'a>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    #[serde(borrow)]
    http: Http<'a>,
    #[serde(borrow, default)]
    stage: Cow<'a, str>,
    request_id: Option<String>,
}

#[derive(Deserialize)]
struct Http<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
}

impl Told<'_> {
    fn request(self) -> Result<Request, NotAnEvent> {
        let mut request = Request::new(match (self.body, self.is_base64_encoded) {
            (None, _) => Bytes::new(),
            (Some(text), false) => Bytes::from(text),
            (Some(text), true) => {
                Bytes::from(BASE64.decode(text.as_bytes()).map_err(|_| NotAnEvent("its body is no base64"))?)
            }
        });
        *request.method_mut() = Method::from_bytes(self.request_context.http.method.as_bytes())
            .map_err(|_| NotAnEvent("its method"))?;
        *request.uri_mut() =
            uri(without_stage(&self.raw_path, &self.request_context.stage), &self.raw_query_string);
        *request.headers_mut() = self.headers.0;
        if !self.cookies.is_empty() {
            let cookies =
                HeaderValue::from_str(&self.cookies.join("; ")).map_err(|_| NotAnEvent("its cookies"))?;
            request.headers_mut().insert(http::header::COOKIE, cookies);
        }
        if let Some(id) = self.request_context.request_id {
            request.extensions_mut().insert(RequestId(id));
        }
        Ok(request)
    }
}

/// The path as the route table knows it: API Gateway puts a named stage in front of it.
fn without_stage<'a>(path: &'a str, stage: &str) -> &'a str {
    let named = !stage.is_empty() && stage != "$default";
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage)).filter(|_| named);
    match rest {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// Path and query together. An HTTP API gives the path with its percent-encoding taken away, so what cannot stand in
/// a path is encoded again; the query comes as it was sent.
fn uri(path: &str, query: &str) -> Uri {
    let mut text = String::with_capacity(path.len() + query.len() + 1);
    encode(path, |byte| matches!(byte, b'?' | b'#'), &mut text);
    if !query.is_empty() {
        text.push('?');
        encode(query, |byte| byte == b'#', &mut text);
    }
    // What is no path even so (a whole URL is none either) leads to the root, where nothing is.
    if text.starts_with('/') { text.parse().unwrap_or_default() } else { Uri::default() }
}

/// Appends a text, percent-encoding what can stand in no URI (RFC 3986, appendix A) and what `also` names; a percent
/// sign that encodes something stays.
fn encode(text: &str, also: impl Fn(u8) -> bool, to: &mut String) {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().copied().enumerate() {
        let encodes = || matches!(bytes.get(at + 1..at + 3), Some([a, b]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
        let stays = match byte {
            b'%' => encodes(),
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => false,
            _ => byte.is_ascii_graphic() && !also(byte),
        };
        if stays {
            to.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(to, "%{byte:02X}");
        }
    }
}

/// A text, borrowed from the event where nothing in it is escaped.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Headers, their names in any casing. What is no header is passed over: no gateway lets it through.
#[derive(Default)]
struct Headers(HeaderMap);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Headers;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("headers by name")
            }

            fn visit_unit<E>(self) -> Result<Headers, E> {
                Ok(Headers::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut headers = HeaderMap::with_capacity(map.size_hint().unwrap_or(16));
                while let Some((Text(name), Text(value))) = map.next_entry::<Text<'de>, Text<'de>>()? {
                    let name = HeaderName::from_bytes(name.as_bytes());
                    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
                        headers.append(name, value);
                    }
                }
                Ok(Headers(headers))
            }
        }
        deserializer.deserialize_any(Names)
    }
}

/// An answer as API Gateway takes it. All of ours are text, so they travel without base64.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    status_code: u16,
    #[serde(serialize_with = "by_name")]
    headers: HeaderMap,
    body: String,
    is_base64_encoded: bool,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let (body, is_base64_encoded) = match String::from_utf8(body.into()) {
            Ok(text) => (text, false),
            Err(bytes) => (BASE64.encode(bytes.as_bytes()), true),
        };
        Self { status_code: head.status.as_u16(), headers: head.headers, body, is_base64_encoded }
    }
}

fn by_name<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
    serializer
        .collect_map(headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(event: &serde_json::Value) -> Result<Request, NotAnEvent> {
        serde_json::from_str::<Event>(&event.to_string()).unwrap().into_request()
    }

    #[test]
    fn an_event_is_the_request_that_it_tells_of() {
        let request = request(&json!({
            "version": "2.0", "rawPath": "/prod/v1/orders/caf\u{e9} 1", "rawQueryString": "a=1&a=%26",
            "cookies": ["a=1", "b=2"], "headers": { "X-One": "1", "x-one": "2", "no header": "3" },
            "requestContext": { "http": { "method": "PUT" }, "stage": "prod", "requestId": "id" },
            "body": "e30=", "isBase64Encoded": true,
        }))
        .unwrap();
        assert_eq!(request.method(), Method::PUT);
        assert_eq!(request.uri(), "/v1/orders/caf%C3%A9%201?a=1&a=%26");
        assert_eq!(request.headers().get_all("x-one").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(
            (request.headers().len(), &request.headers()["cookie"]),
            (3, &HeaderValue::from_static("a=1; b=2"))
        );
        assert_eq!(request.body().as_ref(), b"{}");
        assert_eq!(request.extensions().get(), Some(&RequestId("id".to_owned())));
    }

    #[test]
    fn a_stage_is_taken_out_of_the_path_and_what_no_path_may_hold_is_encoded() {
        for (path, stage, query, expected) in [
            ("/healthz", "$default", "", "/healthz"),
            ("/prod", "prod", "", "/"),
            ("/prod/healthz", "prod", "a=b", "/healthz?a=b"),
            ("/production", "prod", "", "/production"),
            ("/a%2Fb%2", "", "", "/a%2Fb%252"),
            ("/a?b#c", "", "d#e", "/a%3Fb%23c?d%23e"),
            ("/\u{0}\"<>\\^`{|}\u{e9}", "", "", "/%00%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A9"),
            ("healthz", "", "", "/"),
            ("https://shop.example/healthz", "", "", "/"),
        ] {
            assert_eq!(uri(without_stage(path, stage), query).to_string(), expected, "{path}");
        }
    }

    #[test]
    fn an_answer_travels_as_text() {
        let mut response = Response::new(Bytes::from_static(b"{}"));
        response.headers_mut().insert("etag", HeaderValue::from_static("\"1\""));
        let told = serde_json::to_value(Answer::from(response)).unwrap();
        let headers = json!({ "etag": "\"1\"" });
        assert_eq!(
            told,
            json!({ "statusCode": 200, "headers": headers, "body": "{}", "isBase64Encoded": false })
        );
    }
}
