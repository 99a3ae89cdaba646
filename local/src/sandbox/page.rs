//! The hosted checkout's page.

use std::collections::BTreeSet;

use maud::{Markup, html};
use payproof::payment::Moment;

use super::checkout::{Checkout, RefundEnd, Status};
use super::outbox::{Deliver, Delivery, Event, Stage};
use crate::page::{Live, Page, origin};

/// The page of a checkout.
pub(super) fn of<'a>(checkout: &Checkout, notice: Option<&str>) -> Page<'a> {
    let form = &checkout.form;
    let body = html! {
        // Enter in a field presses a form's first button: it does nothing.
        form.checkout method="post" action={ "/sandbox/checkout/" (checkout.id) } autocomplete="off" {
            button hidden name="act" value="" tabindex="-1" { "Nothing" }
            section.sheet.pay {
                @if let Some(notice) = notice.or_else(|| declined(checkout)) { p.notice role="alert" { (notice) } }
                p.quiet { (form.description) }
                h1 { (checkout.shown(form.amount)) }
                (facts(checkout))
                @if checkout.status == Status::Open { (pay(checkout)) }
            }
            section.sheet.delivery { (delivery(checkout.deliver)) }
            section.sheet.next {
                @match checkout.status {
                    Status::Open => (instead(checkout)),
                    Status::Paid => (merchant(checkout)),
                    _ => (meanwhile(checkout)),
                }
            }
            (log(checkout))
        }
    };
    Page {
        title: "Sandbox checkout",
        banner: banner(),
        body,
        live: Live::Script,
        script: None,
        leads_to: [&form.return_url, &form.cancel_url].into_iter().filter_map(|url| origin(url)).collect(),
    }
}

/// A page that says one thing.
pub(super) fn notice<'a>(text: &str) -> Page<'a> {
    let body =
        html! { section.sheet { h1 { (text) } p { "Please go back to the shop and pay from there." } } };
    Page { title: "Sandbox", banner: banner(), body, live: Live::No, script: None, leads_to: BTreeSet::new() }
}

/// What a customer reads whose last try was declined.
fn declined(checkout: &Checkout) -> Option<&'static str> {
    let last = checkout.outbox.events.last().filter(|_| checkout.status == Status::Open)?;
    (last.kind == "payment.declined").then_some("The card was declined. You can try again, or cancel.")
}

fn banner() -> Markup {
    html! { strong.trial { "Sandbox" } span { "A payment provider for trying things out. No real money moves here." } }
}

fn facts(checkout: &Checkout) -> Markup {
    let came = checkout.came.filter(|came| *came != checkout.form.amount);
    html! {
        dl {
            dt { "Status" } dd { strong { (checkout.status.word()) } }
            @if let Some(came) = came { dt { "What came" } dd { strong { (checkout.shown(came)) } } }
            @if let Some(reason) = &checkout.reason { dt { "Reason" } dd { code { (reason) } } }
            dt { "Order" } dd { (checkout.form.order_id) }
            dt { "Method" } dd { (checkout.form.method) }
            @if checkout.status == Status::Open {
                dt { "Open until" } dd { (until(checkout.form.expires_at)) }
            }
            @if let Some(payment) = &checkout.payment { dt { "Payment" } dd { code { (payment) } } }
        }
    }
}

/// A button and what it does.
fn deed(act: &str, name: &str, text: &str) -> Markup {
    html! { li { button name="act" value=(act) { (name) } span { (text) } } }
}

/// An amount to type, and what it is for.
fn amount(name: &str, suggested: String, deeds: Markup) -> Markup {
    html! {
        div.amount {
            label for="amount" { (name) }
            input #amount name="amount" value=(suggested) inputmode="decimal" size="12" maxlength="20";
            (deeds)
        }
    }
}

/// What a customer does.
fn pay(checkout: &Checkout) -> Markup {
    html! {
        p.row {
            button.primary name="act" value="pay" { "Pay " (checkout.shown(checkout.form.amount)) }
            button name="act" value="cancel" { "Cancel and go back" }
        }
    }
}

/// What else can happen.
fn instead(checkout: &Checkout) -> Markup {
    html! {
        h2 { "Or something else happens" }
        ul.deeds {
            (deed("decline", "Decline", "One try only: the checkout stays open."))
            (deed("fail", "Fail", "The payment fails for good."))
            (deed("hold", "Hold for review", "Held for a person to look at."))
            (deed("start", "Start slow payment", "The money comes later, or not."))
            (deed("pay_late", "Pay too late", "It expires, then the money comes."))
            (deed("expire", "Let it expire", "Nobody pays."))
        }
        (another_amount(checkout))
    }
}

fn another_amount(checkout: &Checkout) -> Markup {
    let suggested = major(checkout, checkout.form.amount.saturating_sub(1));
    amount(
        "Another amount",
        suggested,
        html! {
            button name="act" value="pay_other" { "Pay this instead" }
        },
    )
}

/// What can still happen to a payment that is under way, or that nobody expects any more.
fn meanwhile(checkout: &Checkout) -> Markup {
    html! {
        h2 { "What happens next" }
        ul.deeds {
            @match checkout.status {
                Status::Processing => {
                    (deed("pay", "The money arrives", "The whole amount."))
                    (deed("fail", "It fails", "The bank did not send it."))
                    (deed("hold", "Hold for review", "Held for a person to look at."))
                }
                Status::Review => {
                    (deed("release", "Release it as paid", "A person looked, and let it through."))
                    (deed("fail", "Reject it", "A person looked, and stopped it."))
                }
                _ => (deed("pay", "The money comes after all", "Nobody expects it any more.")),
            }
        }
        @if checkout.status == Status::Processing { (another_amount(checkout)) }
    }
}

/// What a merchant sees of a payment.
fn merchant(checkout: &Checkout) -> Markup {
    let left = checkout.left();
    let dispute = checkout.open_dispute();
    let gone = checkout.reversed || checkout.disputes.iter().any(|dispute| dispute.won == Some(false));
    html! {
        h2 { "As the merchant sees it" }
        @if left > 0 {
            (amount("Refund this amount", major(checkout, left), html! {
                button name="act" value="refund" { "Refund" }
                button name="act" value="refund_pends" { "Refund, pending" }
                button name="act" value="refund_fails" { "Refund, failing" }
            }))
            p { button name="act" value="refund_all" { "Refund all that is left (" (checkout.shown(left)) ")" } }
        } @else {
            p.quiet { "Nothing is left to refund." }
        }
        @for refund in &checkout.refunds {
            p.line {
                span { "Refund of " (checkout.shown(refund.amount)) ": " strong { (refund.end.word()) } " " code { (refund.id) } }
                @if refund.end == RefundEnd::Pending {
                    button.small name="act" value={ "end_refund " (refund.id) } { "It succeeds" }
                }
                @if refund.end != RefundEnd::Failed {
                    button.small name="act" value={ "fail_refund " (refund.id) } { "It fails" }
                }
            }
        }
        h2 { "The money is asked back" }
        @for dispute in &checkout.disputes {
            p.line {
                span {
                    "Dispute of " (checkout.shown(dispute.amount)) ": "
                    strong { @match dispute.won { None => "open", Some(true) => "won", Some(false) => "lost" } }
                    " " code { (dispute.id) }
                }
            }
        }
        @if checkout.reversed { p.line { span { "The payment was " strong { "reversed" } "." } } }
        p.row {
            @if dispute.is_some() {
                button name="act" value="win" { "The shop wins" }
                button name="act" value="lose" { "The shop loses" }
            } @else if !gone {
                button name="act" value="dispute" { "Open a dispute" }
            }
            @if !gone { button name="act" value="reverse" { "Reverse the payment" } }
        }
        h2 { "Refunds asked for by the API shall" }
        p.row {
            @for (act, end, name) in [
                ("asked_succeed", RefundEnd::Succeeded, "succeed"),
                ("asked_pend", RefundEnd::Pending, "stay pending"),
                ("asked_fail", RefundEnd::Failed, "fail"),
            ] {
                button.small name="act" value=(act) aria-pressed=(checkout.refunds_asked == end) { (name) }
            }
        }
    }
}

/// The choice of how what happens next is told.
fn delivery(chosen: Deliver) -> Markup {
    let seconds = if let Deliver::Late(seconds) = chosen { seconds } else { 10 };
    let choice = |word: &str, on: bool, text: Markup| {
        html! { label.choice { input type="radio" name="deliver" value=(word) checked[on]; span { (text) } } }
    };
    html! {
        fieldset {
            legend { "How is the webhook delivered?" }
            (choice("once", chosen == Deliver::Once, html! { "once, at once" }))
            (choice("twice", chosen == Deliver::Twice, html! { "twice" }))
            div.beside {
                (choice("late", matches!(chosen, Deliver::Late(_)), html! { "late, by" }))
                label {
                    input name="seconds" type="number" min="1" max="86400" value=(seconds) aria-label="seconds late";
                    " seconds"
                }
            }
            (choice("out_of_order", chosen == Deliver::OutOfOrder, html! { "out of order: a later one overtakes it" }))
            (choice("lost", chosen == Deliver::Lost, html! { "not at all: it gets lost" }))
        }
    }
}

/// What was told, newest first.
fn log(checkout: &Checkout) -> Markup {
    let waiting = checkout.outbox.next_due().is_some();
    html! {
        section.sheet.told #live data-waiting[waiting] {
            h2 { "Webhooks of this checkout" }
            @if checkout.outbox.events.is_empty() { p.quiet { "Nothing has happened yet." } }
            ol.log {
                @for event in checkout.outbox.events.iter().rev() { (told(event)) }
            }
        }
    }
}

fn told(event: &Event) -> Markup {
    html! {
        li {
            div.line {
                strong { (event.kind) }
                button.small name="act" value={ "again " (event.id) } { "Send again" }
            }
            p { (clock(event.at)) " " code { (event.id) } }
            @if event.deliveries.is_empty() { p { strong { "lost" } ": it was not sent" } }
            @for delivery in &event.deliveries { (tried(delivery)) }
        }
    }
}

fn tried(delivery: &Delivery) -> Markup {
    html! {
        @for tried in &delivery.tries {
            p {
                @match tried.status {
                    Some(status) => { "answered " strong { (status) } " " (tried.word) },
                    None => { "not answered: " (tried.word) },
                }
                " " (clock(tried.at))
            }
        }
        @match delivery.stage {
            Stage::Held => p { "held until a later one has overtaken it" },
            Stage::Due(at) => p { "to be sent at " (clock(at)) },
            Stage::GivenUp => p { "given up" },
            Stage::Done => {},
        }
    }
}

/// The minute until which it is open.
fn until(seconds: u64) -> Markup {
    let moment = Moment::from_seconds(seconds).to_string();
    let minute: String = moment.replace('T', " ").chars().take(16).collect();
    html! { time datetime=(moment) { (minute) " UTC" } }
}

/// A moment, short.
fn clock(millis: u64) -> Markup {
    let moment = Moment::from_millis(millis).to_string();
    let short: String = moment.chars().skip(11).take(12).collect();
    html! { time datetime=(moment) { (short) } }
}

/// An amount as a person types it.
fn major(checkout: &Checkout, minor: u64) -> String {
    checkout.shown(minor).split(' ').next().unwrap_or_default().to_owned()
}
