//! The page of messy orders, and what an order's page says of its case.

use maud::{Markup, html};
use payproof::payment::Moment;

use super::super::order::Order;
use super::super::page::framed;
use super::{Case, How, Played};
use crate::page::Page;

/// Every case, with an id for the order that its form makes.
pub(super) fn all<'a>(ids: &[String]) -> Page<'a> {
    let body = html! {
        h1 { "When things go wrong" }
        p {
            "Each button makes an order and plays it to its end, for real: the shop asks payproof, a customer goes to the \
             sandbox's checkout, and the sandbox tells of it by signed webhooks. Then read the order's story."
        }
        ul.products {
            @for (case, id) in Case::ALL.into_iter().zip(ids) {
                li.sheet {
                    @let told = case.told();
                    h2 { (told.title) }
                    p { (told.text) }
                    form method="post" action="/demo/mess" {
                        input type="hidden" name="case" value=(case.word());
                        input type="hidden" name="order" value=(id);
                        button.primary { (told.button) }
                    }
                }
            }
        }
    };
    framed("When things go wrong", body)
}

/// Which case is played with an order, and how far it is; nothing where none is.
pub(in super::super) fn of_order(order: &Order, now: Moment) -> Markup {
    let Some(Played { case, how }) = &order.played else { return html! {} };
    let told = case.told();
    html! {
        h2 { (told.title) }
        p { (told.text) }
        @match how {
            How::UnderWay if order.is_played(now) => p.notice { "It is being played now." }
            How::UnderWay => p.notice { "It was left behind: payproof's local stack ended in between." }
            How::Through => p.quiet { "It was played to its end." }
            How::Stopped(why) => p.notice role="alert" { "It stopped: " (why) }
        }
    }
}
