//! A page that says one thing, where there is no session to show.

use http::StatusCode;
use maud::html;
use payproof::language::Language;
use payproof_edge::api::{Problem, Response, answer};

use crate::layout::{LOADS_AGAIN, Page, without_script};

/// After how many seconds a browser without JavaScript tries again, at least: all of them do while the store is away.
const LOADED_AGAIN_SECONDS: u64 = 10;

/// A link that leads nowhere: not a session's, or without the secret that belongs to it.
pub(crate) fn unknown_link(language: Language) -> Result<Response, Problem> {
    let words = &language.words().page;
    let body = html! {
        h1 { (words.unknown) }
        p { (words.unknown_hint) }
    };
    Page { title: words.unknown_title, language, body, head: html! {}, script: None }
        .answer(StatusCode::NOT_FOUND)
}

/// Something of ours failed while a customer waits. It says nothing of the payment, for nothing could be read.
pub(crate) fn trouble(problem: Problem, language: Language) -> Result<Response, Problem> {
    let words = &language.words().page;
    let body = html! {
        h1 { (words.moment) }
        p { (words.moment_hint) }
    };
    let head = without_script(problem.retry_after.unwrap_or_default().max(LOADED_AGAIN_SECONDS));
    let page = Page { title: words.moment_title, language, body, head, script: Some(LOADS_AGAIN) };
    let response = page.answer(problem.status())?;
    Ok(match problem.retry_after {
        Some(seconds) => answer::header(response, http::header::RETRY_AFTER, &seconds.to_string()),
        None => response,
    })
}
