//! A page that says one thing, where there is no session to show.

use http::StatusCode;
use maud::html;
use payproof_edge::api::{Problem, Response, answer};

use crate::layout::Page;

/// A link that leads nowhere: not a session's, or without the secret that belongs to it.
pub(crate) fn unknown_link() -> Result<Response, Problem> {
    let body = html! {
        h1 { "This link does not lead to a payment." }
        p { "Please go back to the shop and open the payment from there. If you paid, nothing is lost: the shop sees it." }
    };
    Page { title: "Payment not found", lang: "en", body, head: html! {}, script: None }
        .answer(StatusCode::NOT_FOUND)
}

/// Something of ours failed while a customer waits. It says nothing of the payment, for nothing could be read.
pub(crate) fn trouble(problem: Problem) -> Result<Response, Problem> {
    let body = html! {
        h1 { "This page cannot be shown just now." }
        p { "Your payment is not affected. Please reload the page in a moment." }
    };
    let page = Page { title: "One moment", lang: "en", body, head: html! {}, script: None };
    let response = page.answer(problem.status())?;
    Ok(match problem.retry_after {
        Some(seconds) => answer::header(response, http::header::RETRY_AFTER, &seconds.to_string()),
        None => response,
    })
}
