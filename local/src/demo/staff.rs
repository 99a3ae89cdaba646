//! `/demo/staff`: the way from the shop to the merchant's console, with one of the demo shop's keys.
//!
//! The keys stand in this page's HTML, which a real shop's keys never may. They are the demo shop's alone, made on this
//! machine, which prints them in its terminal too; and the page shows them only to requests for one
//! of this machine's own names. Whoever lets others reach the port should know that a name can be made up.

use axum::extract::{Query, State};
use axum::response::Response;
use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use payproof::secret::Secret;

use super::order::is_id;
use super::{Shop, page};
use crate::page::Page;

/// Puts a key into the tab's storage and goes to the console.
const SCRIPT: &str = include_str!("staff.js");

/// Each key that people sign in with.
#[derive(Debug, Clone)]
pub(super) struct StaffKeys {
    pub(super) read: Secret,
    pub(super) secret: Secret,
}

/// What the page is asked for.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The order whose story is to be read; all of them where it is none of ours.
    order: String,
}

pub(super) async fn show(
    State(shop): State<Shop>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let order = Some(asked.order.as_str()).filter(|order| is_id(order));
    // Whoever reaches the stack from elsewhere, or by a name that is made to lead here, is shown no key.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let here = is_this_machine(authority(&shop.url)) && host.is_some_and(is_this_machine);
    if here {
        keys(order, &shop.staff).answer(StatusCode::OK)
    } else {
        refused().answer(StatusCode::FORBIDDEN)
    }
}

fn keys<'a>(order: Option<&str>, keys: &StaffKeys) -> Page<'a> {
    let console =
        order.map_or_else(|| "/dashboard".to_owned(), |order| format!("/dashboard#/orders/{order}"));
    let key = |key: &Secret, name: &str, text: &str| -> Markup {
        html! { li { button type="button" data-key=(key.reveal()) { (name) } span { (text) } } }
    };
    let body = html! {
        h1 { "To the merchant's console" }
        section.sheet {
            p {
                "The console tells what happened to "
                @match order { Some(order) => { "order " strong { (order) } } None => "each order" }
                ", and why. Who do you want to sign in as?"
            }
            ul.deeds #keys hidden {
                (key(&keys.read, "As support", "With the read key, which sees everything and moves nothing."))
                (key(&keys.secret, "As the merchant", "With the secret key, which also refunds, cancels, approves and rejects."))
            }
            noscript { p.notice { "The console needs JavaScript. The keys are printed in the terminal that payproof was started in." } }
            p { a #console href=(console) { "Or sign in by hand" } ", with a key that the terminal printed." }
            p.quiet {
                "These are the demo's own keys, made on this machine. They stand in this page, as a real shop's keys never \
                 may, and stay in this browser's tab."
            }
        }
    };
    Page { script: Some(SCRIPT), ..page::framed("To the console", body) }
}

fn refused<'a>() -> Page<'a> {
    let body = html! {
        section.sheet {
            h1 { "The keys are not shown here" }
            p { "This page shows the demo's keys only to the machine that payproof runs on, at 127.0.0.1 or localhost." }
            p { a href="/dashboard" { "Sign in by hand" } ", with a key that the terminal printed." }
        }
    };
    page::framed("To the console", body)
}

fn authority(url: &str) -> &str {
    url.split_once("://").map_or("", |(_, rest)| rest)
}

/// Whether a host, with its port, is an address that leads to this machine whoever resolves it.
fn is_this_machine(host: &str) -> bool {
    let host = host.parse::<Authority>();
    host.is_ok_and(|host| ["127.0.0.1", "[::1]", "localhost"].contains(&host.host()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_own_addresses_are_shown_a_key() {
        for (host, expected) in [
            ("127.0.0.1:8787", true),
            ("localhost:8787", true),
            ("localhost", true),
            ("[::1]:8787", true),
            ("shop.example", false),
            ("127.0.0.1.example:8787", false),
            ("0.0.0.0:8787", false),
            ("192.168.1.4:8787", false),
            ("localhost:8787/x", false),
            ("", false),
        ] {
            assert_eq!(is_this_machine(host), expected, "{host}");
        }
        assert_eq!(authority("http://127.0.0.1:8787"), "127.0.0.1:8787");
    }
}
