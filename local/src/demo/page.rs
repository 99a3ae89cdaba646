//! The shop's pages.

use std::collections::BTreeSet;

use maud::{Markup, html};
use payproof::payment::{Currency, Moment, Money};
use payproof::provider::listed;

use super::by_hand;
use super::catalogue::{CURRENCY, PRODUCTS, QUANTITY_MAX, shown};
use super::client::{SessionTruth, Trouble, Truth};
use super::mess;
use super::order::Order;
use crate::page::{Live, Page, origin};
use crate::sandbox::speaks;

/// What there is to buy. The form sends products and quantities, never a price.
pub(super) fn catalogue<'a>(url: &str, cart: &str, notice: Option<&str>) -> Page<'a> {
    let body = html! {
        h1 { "What would you like?" }
        p {
            "Or see what becomes of an order " a href="/demo/mess" { "when things go wrong" } ", or go "
            a href="/demo/staff" { "to the merchant's console" } "."
        }
        @if let Some(notice) = notice { p.notice role="alert" { (notice) } }
        form method="post" action="/demo/orders" autocomplete="off" {
            input type="hidden" name="cart" value=(cart);
            ul.products {
                @for (index, product) in PRODUCTS.iter().enumerate() {
                    li.sheet {
                        h2 { (product.name) }
                        p.quiet { (product.text) }
                        p.price { (shown(product.price)) }
                        label {
                            "Quantity "
                            input type="number" name=(product.id) min="0" max=(QUANTITY_MAX) value=(u8::from(index == 0));
                        }
                    }
                }
            }
            p { (provider_choice()) }
            button.primary { "Buy and pay" }
        }
    };
    Page { leads_to: origin(url).into_iter().collect(), ..framed("Demo shop", body) }
}

/// The shop's own view of an order, and what payproof says of it.
pub(super) fn order<'a>(url: &str, order: &Order, truth: Result<&Truth, &Trouble>, now: Moment) -> Page<'a> {
    let played = order.is_played(now);
    let waiting = played
        || truth.is_ok_and(|truth| {
            let goes_out =
                truth.status == "paid" && truth.attention.is_empty() && order.told.shipped_at.is_none();
            goes_out || ["created", "pending", "processing", "review"].contains(&truth.status.as_str())
        });
    let body = html! {
        h1 { "Order " (order.id) }
        p.row { a.button.primary href={ "/demo/staff?order=" (order.id) } { "What happened? Read its story" } }
        section.sheet {
            table {
                thead { tr { th { "Product" } th.number { "Quantity" } th.number { "Price" } } }
                tbody {
                    @for line in &order.lines {
                        tr {
                            td { (line.name) }
                            td.number { (line.quantity) }
                            td.number { (shown(line.quantity.saturating_mul(line.unit_amount))) }
                        }
                    }
                }
                tfoot { tr { th { "Sum" } td {} td.number { strong { (shown(order.amount)) } } } }
            }
        }
        section.sheet #live data-waiting[waiting] {
            (mess::of_order(order, now))
            (told_by_itself(order))
            @match truth {
                Ok(truth) => (told(order, truth, now)),
                Err(_) if played => {}
                Err(trouble) => {
                    h2 { "Not known just now" }
                    p { "payproof says nothing of its payment, so nothing is sent. " span.quiet { (trouble) } }
                    (try_again(order, "Pay now", None))
                }
            }
        }
    };
    let live = if waiting { Live::Always } else { Live::No };
    Page { live, leads_to: origin(url).into_iter().collect(), ..framed("Your order", body) }
}

/// What payproof says, and what the shop makes of it.
fn told(order: &Order, truth: &Truth, now: Moment) -> Markup {
    let newest = truth.sessions.last();
    // Nobody pays in between while a case is played.
    let played = order.is_played(now);
    let open = newest.filter(|session| session.is_open(now) && !played);
    let link = open.and_then(|open| order.sessions.iter().find(|session| session.id == open.id));
    html! {
        h2 { "What payproof says: " span.status { (truth.status) } }
        p.large { (decision(truth)) }
        @if let Some(session) = newest { p { "The customer reads: “" (session.message) "”" } }
        p.quiet { "That a browser came back to this page is not a payment. The shop asks payproof each time it shows it." }
        dl {
            dt { "Paid" } dd { (shown(truth.amount_paid)) }
            dt { "Refunded" } dd { (shown(truth.amount_refunded)) }
            @if !truth.attention.is_empty() {
                dt { "Look at" } dd { @for word in &truth.attention { span.tag { (word.replace('_', " ")) } " " } }
            }
        }
        @if let Some(link) = link { p { a.button.primary href=(link.checkout_url) { "Go on to pay" } } }
        @if !played && newest.is_none_or(|session| session.ran_out(now)) { (try_again(order, "Pay now", None)) }
        @if let Some(session) = newest.filter(|session| session.can_retry && !played) { (retry(order, session)) }
        @if !truth.sessions.is_empty() {
            h2 { "Attempts" }
            ul.plain { @for session in &truth.sessions { (attempt(order, session)) } }
        }
    }
}

/// What payproof told the shop without being asked, and what the shop did then.
fn told_by_itself(order: &Order) -> Markup {
    let told = &order.told;
    html! {
        @if let Some(at) = told.shipped_at { p.notice { "Shipped at " (made(at)) "." } }
        @if !told.notifications.is_empty() {
            h2 { "What the shop was told" }
            ul.plain {
                @for one in &told.notifications {
                    li { div.line { span { (one.sequence) ". " (one.kind) } (made(one.at)) } code { (one.id) } }
                }
            }
        }
    }
}

/// What the shop does with the goods.
fn decision(truth: &Truth) -> &'static str {
    match truth.status.as_str() {
        "paid" if truth.attention.is_empty() => "It is paid. It goes out as soon as the shop is told.",
        "paid" => "It is paid, but somebody has to look at it before we pack it.",
        "refunded" => "The money went back. We send nothing.",
        "failed" | "cancelled" | "expired" => "It is not paid. We send nothing.",
        _ => "It is not paid yet. We send nothing.",
    }
}

fn retry(order: &Order, session: &SessionTruth) -> Markup {
    html! {
        h2 { "Try again" }
        div.row {
            @for method in &session.retry_methods {
                (try_again(order, &pay_by(method), Some(method)))
            }
        }
    }
}

/// At which provider: payproof decides, or the person who tries it out. Each of them is played by the sandbox; by hand the
/// customer is told what to do, and a merchant says at the console that the money came.
fn provider_choice() -> Markup {
    let price = Currency::parse(CURRENCY).and_then(|currency| Money::new(1_000, currency));
    let played = price.into_iter().flat_map(speaks::that_take);
    let providers = listed("sandbox").into_iter().chain(played).chain(listed(by_hand::NAME));
    html! {
        label {
            "Pay at "
            select name="provider" {
                option value="" { "whichever payproof chooses" }
                @for provider in providers {
                    option value=(provider.name()) { (provider.title()) }
                }
            }
        }
    }
}

fn pay_by(method: &str) -> String {
    match method {
        "local" => "Pay by a local method".to_owned(),
        "link" => "Pay by a link".to_owned(),
        other => format!("Pay by {}", other.replace('_', " ")),
    }
}

fn try_again(order: &Order, name: &str, method: Option<&str>) -> Markup {
    html! {
        form method="post" action={ "/demo/orders/" (order.id) "/pay" } {
            input type="hidden" name="attempt" value=(order.sessions.len() + 1);
            @if let Some(method) = method { input type="hidden" name="method" value=(method); }
            (provider_choice())
            button { (name) }
        }
    }
}

fn attempt(order: &Order, session: &SessionTruth) -> Markup {
    let known = order.sessions.iter().find(|known| known.id == session.id);
    html! {
        li {
            div.line {
                span { (session.attempt) ". " (session.provider) ", " (session.method.replace('_', " ")) }
                strong { (session.status) }
                @if let Some(known) = known {
                    a href=(known.provider_checkout_url) { "at the provider" }
                }
            }
            @if let Some(reason) = &session.reason { p.quiet { (reason) } }
            code { (session.id) }
        }
    }
}

/// Every order, newest first.
pub(super) fn orders<'a>(orders: &[Order], truths: Result<&[Truth], &Trouble>) -> Page<'a> {
    let status = |id: &str| {
        let truth = truths.ok().and_then(|truths| truths.iter().find(|truth| truth.id == id));
        truth.map_or("?", |truth| truth.status.as_str())
    };
    let body = html! {
        h1 { "Orders" }
        p { "How each of them ended as it did is told " a href="/demo/staff" { "in the merchant's console" } "." }
        @if let Err(trouble) = truths {
            p.notice role="alert" { "payproof could not be asked, so nothing is known of payments. " (trouble) }
        }
        section.sheet {
            @if orders.is_empty() {
                p { "Nobody has ordered anything yet. " a href="/demo" { "Be the first." } }
            } @else {
                table {
                    thead { tr { th { "Order" } th.wide { "Made" } th.number { "Sum" } th { "Status" } } }
                    tbody {
                        @for order in orders {
                            tr {
                                td { a href={ "/demo/orders/" (order.id) } { (order.id) } }
                                td.wide { (made(order.made_at)) }
                                td.number { (shown(order.amount)) }
                                td { strong { (status(&order.id)) } }
                            }
                        }
                    }
                }
            }
        }
    };
    framed("Orders", body)
}

/// The customer could not be sent to pay.
pub(super) fn not_opened<'a>(order: &str, trouble: &Trouble) -> Page<'a> {
    let body = html! {
        section.sheet {
            h1 { "We could not open the payment." }
            p { "Nothing was charged. Your order is kept, and you can pay it from its page." }
            p.quiet { (trouble) }
            p { a.button href={ "/demo/orders/" (order) } { "To the order" } }
        }
    };
    framed("Payment not opened", body)
}

/// A page that says one thing.
pub(super) fn trouble<'a>(text: &str) -> Page<'a> {
    let body = html! { section.sheet { h1 { (text) } p { a href="/demo" { "Back to the shop" } } } };
    framed("Demo shop", body)
}

/// A page of the shop. Where its forms lead a customer to pay, that is payproof's address.
pub(super) fn framed<'a>(title: &'a str, body: Markup) -> Page<'a> {
    let banner = html! {
        strong { a href="/demo" { "Demo shop" } }
        nav {
            a href="/demo" { "Products" }
            a href="/demo/orders" { "Orders" }
            a href="/demo/mess" { "When things go wrong" }
            a href="/demo/staff" { "Console" }
        }
    };
    Page { title, banner, body, live: Live::No, script: None, leads_to: BTreeSet::new() }
}

fn made(millis: u64) -> Markup {
    let moment = Moment::from_millis(millis).to_string();
    let short: String = moment.replace('T', " ").chars().take(16).collect();
    html! { time datetime=(moment) { (short) } }
}
