//! A page that says one thing, where there is no session to show.

use http::StatusCode;
use maud::html;
use payproof_edge::api::{Problem, Response};

use crate::layout::Page;

/// A link that leads nowhere: not a session's, or without the secret that belongs to it.
pub(crate) fn unknown_link() -> Result<Response, Problem> {
    let body = html! {
        h1 { "This link does not lead to a payment." }
        p { "Please go back to the shop and open the payment from there. If you paid, nothing is lost: the shop sees it." }
    };
    Page { title: "Payment not found", lang: "en", body, head: html! {}, script: None }.answer(StatusCode::NOT_FOUND)
}
