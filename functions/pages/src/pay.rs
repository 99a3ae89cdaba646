//! `/pay/{token}`: what a payment link leads to. It shows what is to be paid and the ways that really are there; opening
//! the page opens nothing, for mail programs and messengers look at links too.

use http::StatusCode;
use maud::{Markup, html};
use payproof::payment::{LinkToken, Method, Moment, Opening, Payment, opening};
use payproof::routing::{Lately, Wanted, offered};
use payproof::shop::Shop;
use payproof_edge::api::{Call, Problem, Response};
use payproof_edge::app::App;
use payproof_edge::flow::{Followed, follow_link};

use crate::layout::Page;
use crate::notice;

pub(crate) async fn show(app: &App, call: &Call) -> Result<Response, Problem> {
    let Some(token) = LinkToken::parse(call.params.get("token")) else { return notice::unknown_link() };
    let Some(followed) = follow_link(app, &token, call.now).await? else { return notice::unknown_link() };
    let Followed { shop, payment, link } = followed;
    let onward = link.request.return_url.as_deref();
    let settled = match opening(&payment, None, None, call.now) {
        Opening::AlreadyPaid | Opening::UnderWay => Some(payment.standing().status.message()),
        Opening::TooMany => Some("This order cannot be paid here any more. Please ask the shop."),
        Opening::Open(_) | Opening::Next(_) => None,
    };
    if let Some(message) = settled {
        // What is true of the order comes first: who paid is not told that the link is old.
        let onward = onward.map(|url| ("Continue to the shop", url));
        return page(told(&shop, &payment, message, onward)).answer(StatusCode::OK);
    }
    if link.expires_at <= call.now {
        let message = "This payment link has expired. Please ask the shop for a new one.";
        let back = link.request.cancel_url.as_deref().or(onward).map(|url| ("Back to the shop", url));
        return page(told(&shop, &payment, message, back)).answer(StatusCode::GONE);
    }
    let lately = app.circuits.known_of(&shop, Lately::of_order(&payment, call.now), call.now);
    let methods = offered(&shop, &Wanted::order(&payment), &lately);
    let said = call.query("said").as_deref().and_then(said);
    page(choice(&shop, &payment, &methods, said, &token, link.expires_at)).answer_with_form(StatusCode::OK)
}

fn page(body: Markup) -> Page<'static> {
    Page { title: "Your payment", lang: "en", body, head: html! {}, script: None }
}

/// Why the customer is back here, in words. The address names one of these and nothing else is shown of it.
fn said(word: &str) -> Option<&'static str> {
    Some(match word {
        "choose" => "Please choose one of the ways to pay.",
        "opening" => "Your payment is being prepared. Please choose again in a few seconds.",
        "unavailable" => {
            "This way to pay is not available just now, and nothing was charged. Please choose another, or try again \
             in a moment."
        }
        "trouble" => "Something of ours failed, and nothing was charged. Please choose again in a moment.",
        _ => return None,
    })
}

fn told(shop: &Shop, payment: &Payment, message: &str, onward: Option<(&str, &str)>) -> Markup {
    html! {
        h1 role="status" { (message) }
        (what(shop, payment))
        @if let Some((words, url)) = onward { p { a.button href=(url) rel="noreferrer" { (words) } } }
    }
}

fn what(shop: &Shop, payment: &Payment) -> Markup {
    html! {
        dl {
            dt { "Shop" } dd { (shop.name) }
            dt { "Order" } dd { (payment.order) }
            @if let Some(description) = &payment.details.description { dt { "For" } dd { (description) } }
            dt { "Amount" } dd { (payment.money) }
        }
    }
}

fn choice(
    shop: &Shop,
    payment: &Payment,
    methods: &[Method],
    said: Option<&str>,
    token: &LinkToken,
    expires_at: Moment,
) -> Markup {
    html! {
        h1 { "Pay " (payment.money) " to " (shop.name) }
        @if let Some(said) = said { p role="status" { (said) } }
        (what(shop, payment))
        @if methods.is_empty() {
            p { "No way to pay is available just now. Nothing was charged. Please try again later, or ask the shop." }
        } @else {
            form method="post" action=(format!("/pay/{}", token.reveal())) {
                p { "How do you want to pay?" }
                @for method in methods {
                    button name="method" value=(method) { (label(*method)) }
                }
            }
        }
        p.quiet { "You are sent on to the payment provider and pay there. This link is valid until " (until(expires_at)) "." }
    }
}

/// A moment to the minute, as people read it. Where the customer is nobody knows, so it is said in UTC.
fn until(at: Moment) -> String {
    let text = at.to_string();
    let (day, time) = (text.get(..10).unwrap_or_default(), text.get(11..16).unwrap_or_default());
    format!("{day} {time} UTC")
}

/// A way to pay, as a customer calls it.
const fn label(method: Method) -> &'static str {
    match method {
        Method::Card => "Card",
        Method::BankTransfer => "Bank transfer",
        Method::Wallet => "Wallet",
        Method::Crypto => "Crypto currency",
        Method::Local => "A local way to pay",
        Method::Link => "Other ways to pay",
    }
}
