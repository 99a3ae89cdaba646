//! `/v1/status.js`: the element that a shop's own success page embeds. It is the same for everybody and holds no secret,
//! so browsers may keep it for a while.

use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderName};
use payproof_edge::api::{Response, answer};

const SCRIPT: &str = include_str!("status.js");
/// A shop's page gets what we mend within the hour.
const KEPT: &str = "public, max-age=3600";

pub(crate) fn script() -> Response {
    let response = answer::with_body(StatusCode::OK, "text/javascript; charset=utf-8", SCRIPT.to_owned());
    let response = answer::header(response, CACHE_CONTROL, KEPT);
    // A page that is isolated from others may load it too.
    answer::header(response, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin")
}
