//! `/pay/{token}`: what a payment link leads to. It shows what is to be paid and the ways that really are there; opening
//! the page opens nothing, for mail programs and messengers look at links too.

use http::StatusCode;
use maud::{Markup, html};
use payproof::language::Language;
use payproof::payment::{Kind, LinkToken, Method, Moment, Opening, Payment, Status, opening};
use payproof::routing::{Lately, Wanted, offered};
use payproof::shop::Shop;
use payproof_edge::api::{Call, Problem, Response};
use payproof_edge::app::App;
use payproof_edge::flow::{Followed, follow_link};

use crate::layout::Page;
use crate::{notice, of_browser};

pub(crate) async fn show(app: &App, call: &Call) -> Result<Response, Problem> {
    let language = of_browser(call);
    let Some(token) = LinkToken::parse(call.params.get("token")) else {
        return notice::unknown_link(language);
    };
    let Some(followed) = follow_link(app, &token, call.now).await? else {
        return notice::unknown_link(language);
    };
    let Followed { shop, payment, link } = followed;
    let language = Language::choose(link.request.locale.as_deref(), Some(language.tag()));
    let words = language.words();
    let onward = link.request.return_url.as_deref();
    let back = link.request.cancel_url.as_deref().or(onward);
    // Whoever came back from a checkout may have paid, and is not asked to as if they had not.
    let came_back = came_back(&payment);
    let settled = match opening(&payment, None, None, call.now) {
        Opening::AlreadyPaid | Opening::UnderWay => Some((words.message(payment.standing().status), onward)),
        Opening::TooMany if came_back => Some((words.confirming, None)),
        Opening::TooMany => Some((words.page.too_many, None)),
        Opening::Open(_) | Opening::Next(_) => None,
    };
    let onward = |url| (words.page.onward, url);
    let back_to = |url| (words.page.back, url);
    if let Some((message, way_on)) = settled {
        // What is true of the order comes first: who paid is not told that the link is old.
        let way = way_on.map(onward).or(back.map(back_to));
        return page(language, told(language, &shop, &payment, message, way)).answer(StatusCode::OK);
    }
    if link.expires_at <= call.now {
        let message = if came_back { words.confirming } else { words.page.link_expired };
        let back = back.map(back_to);
        return page(language, told(language, &shop, &payment, message, back)).answer(StatusCode::GONE);
    }
    let lately = app.circuits.known_of(&shop, Lately::of_order(&payment, call.now), call.now);
    let methods = offered(&shop, &Wanted::order(&payment), &lately);
    let said = call.query("said").as_deref().and_then(|word| said(language, word));
    let expires_at = link.expires_at;
    let choice = Choice { language, methods: &methods, said, came_back, token: &token, expires_at, back };
    page(language, choice.shown(&shop, &payment)).answer_with_form(StatusCode::OK)
}

/// Whether a customer came back from a checkout of the order that may still be paid there, or was.
fn came_back(payment: &Payment) -> bool {
    let standing = payment.standing();
    payment.facts.iter().filter(|fact| fact.said.kind == Kind::Returned).any(|fact| {
        let status = standing.sessions.get(&fact.attempt);
        status.is_some_and(|status| matches!(status, Status::Created | Status::Pending))
    })
}

fn page(language: Language, body: Markup) -> Page<'static> {
    Page { title: language.words().page.title, language, body, head: html! {}, script: None }
}

/// Why the customer is back here, in words. The address names one of these and nothing else is shown of it.
fn said(language: Language, word: &str) -> Option<&'static str> {
    let words = &language.words().page;
    Some(match word {
        "choose" => words.choose,
        "opening" => words.opening,
        "unavailable" => words.unavailable,
        "trouble" => words.trouble,
        _ => return None,
    })
}

fn told(
    language: Language,
    shop: &Shop,
    payment: &Payment,
    message: &str,
    onward: Option<(&str, &str)>,
) -> Markup {
    html! {
        h1 { (message) }
        (what(language, shop, payment))
        @if let Some((words, url)) = onward { p { a.button href=(url) rel="noreferrer" { (words) } } }
    }
}

fn what(language: Language, shop: &Shop, payment: &Payment) -> Markup {
    let words = &language.words().page;
    html! {
        dl {
            dt { (words.shop) } dd { (shop.name) }
            dt { (words.order) } dd { (payment.order) }
            @if let Some(description) = &payment.details.description {
                dt { (words.description) } dd { (description) }
            }
            dt { (words.amount) } dd { (language.amount(payment.money)) }
        }
    }
}

/// What is chosen from.
struct Choice<'a> {
    language: Language,
    methods: &'a [Method],
    /// Why the customer is back here.
    said: Option<&'static str>,
    /// Whether somebody came back from a checkout, so that it may be paid.
    came_back: bool,
    token: &'a LinkToken,
    expires_at: Moment,
    /// Where who does not want to pay goes, where the shop named that.
    back: Option<&'a str>,
}

impl Choice<'_> {
    fn shown(&self, shop: &Shop, payment: &Payment) -> Markup {
        let words = self.language.words();
        let pay = words.page.pay.replace("{amount}", &self.language.amount(payment.money));
        html! {
            @if self.came_back { h1 { (words.confirming) } }
            @else { h1 { (pay.replace("{shop}", &shop.name)) } }
            @if let Some(said) = self.said { p role="status" { (said) } }
            (what(self.language, shop, payment))
            @if self.methods.is_empty() {
                p { (words.page.no_way) }
            } @else {
                form method="post" action=(format!("/pay/{}", self.token.reveal())) {
                    p { (words.page.how) }
                    @for method in self.methods {
                        button name="method" value=(method) { (words.method(*method)) }
                    }
                }
            }
            p.quiet { (words.page.sent_on.replace("{time}", &until(self.expires_at))) }
            @if let Some(url) = self.back { p { a href=(url) rel="noreferrer" { (words.page.back) } } }
        }
    }
}

/// A moment to the minute, as people read it. Where the customer is nobody knows, so it is said in UTC.
fn until(at: Moment) -> String {
    let text = at.to_string();
    let (day, time) = (text.get(..10).unwrap_or_default(), text.get(11..16).unwrap_or_default());
    format!("{day} {time} UTC")
}
