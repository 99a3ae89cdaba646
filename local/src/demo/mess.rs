//! When things go wrong: messy orders that are played with a button each. Nothing of them is pretended: the shop's
//! server asks payproof, a customer presses the buttons of the sandbox's checkout, the sandbox's signed webhooks come
//! by HTTP, and what the shop's people decide they decide by the API.

mod page;
mod play;

use std::collections::HashMap;

use axum::extract::{Form, State};
use axum::response::Response;
use http::StatusCode;
use payproof::payment::Moment;
use payproof_edge::app::now;
use serde::{Deserialize, Serialize};

pub(super) use self::page::of_order;
use super::catalogue::{self, Line};
use super::counter::lost;
use super::order::{Order, is_id, new_id};
use super::{Shop, offline};
use crate::documents::DocumentsError;
use crate::page::see_other;

/// For how long an order is believed to be played: a process that ended in between plays it no further.
const PLAYED_MILLIS_MAX: u64 = 90_000;

/// A messy order: what is to go wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Case {
    Declined,
    Late,
    WrongAmount,
    ProviderDown,
    RefundedInParts,
}

/// What people read of a case before it is played.
struct Told {
    title: &'static str,
    /// What its button says.
    button: &'static str,
    /// What will happen.
    text: &'static str,
}

impl Case {
    /// Every case, as they stand on the page.
    const ALL: [Self; 5] =
        [Self::Declined, Self::Late, Self::WrongAmount, Self::ProviderDown, Self::RefundedInParts];

    /// The word in a form.
    const fn word(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Late => "late",
            Self::WrongAmount => "wrong_amount",
            Self::ProviderDown => "provider_down",
            Self::RefundedInParts => "refunded_in_parts",
        }
    }

    const fn told(self) -> Told {
        match self {
            Self::Declined => Told {
                title: "Declined, then paid by another method",
                button: "Have the card declined",
                text: "The customer's card is declined at Stripe's checkout; the customer comes back to the shop, \
                       chooses a wallet, and pays.",
            },
            Self::Late => Told {
                title: "Expired, then paid late",
                button: "Pay too late",
                text: "The checkout's time is over and the order expires, then the money comes after all; support \
                       looks at it and sends the goods.",
            },
            Self::WrongAmount => Told {
                title: "A wrong amount, approved",
                button: "Pay too little",
                text: "5.00 EUR less come than the order costs, so nothing is sent until support decides that it is \
                       enough, and says why.",
            },
            Self::ProviderDown => Told {
                title: "A provider is down, and another takes its place",
                button: "Order while a provider is down",
                text: "The order goes to a provider that cannot be reached, payproof takes Stripe instead within the \
                       same request, and the customer pays there.",
            },
            Self::RefundedInParts => Told {
                title: "Refunded in two parts",
                button: "Refund it in two parts",
                text: "One of three mugs arrives broken and support refunds it; then somebody sends the rest back at \
                       Stripe, past the shop.",
            },
        }
    }

    /// The country of its customer, where that decides who is paid.
    pub(super) fn country(self) -> Option<&'static str> {
        (self == Self::ProviderDown).then_some(offline::COUNTRY)
    }

    /// What is bought in it.
    fn lines(self) -> Vec<Line> {
        let (product, quantity) = match self {
            Self::Declined => ("tea", 2),
            Self::Late | Self::ProviderDown => ("mug", 1),
            Self::WrongAmount => ("kettle", 1),
            Self::RefundedInParts => ("mug", 3),
        };
        let cart = HashMap::from([(product.to_owned(), u64::to_string(&quantity))]);
        catalogue::lines(&cart).unwrap_or_default()
    }
}

/// A case that is played with an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Played {
    pub(super) case: Case,
    how: How,
}

/// How far that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    UnderWay,
    /// To its end.
    Through,
    /// It stopped, and why.
    Stopped(String),
}

impl Order {
    /// Whether a case is being played with it: whoever looks at it sees more in a moment.
    pub(super) fn is_played(&self, now: Moment) -> bool {
        let under_way = self.played.as_ref().is_some_and(|played| played.how == How::UnderWay);
        under_way && now.millis() < self.made_at.saturating_add(PLAYED_MILLIS_MAX)
    }
}

/// `GET /demo/mess`
pub(super) async fn show() -> Response {
    // The id of the order is in the form, so that the same form sent twice is one order.
    let ids: Result<Vec<_>, _> = Case::ALL.iter().map(|_| new_id()).collect();
    match ids {
        Ok(ids) => page::all(&ids).answer(StatusCode::OK),
        Err(error) => super::page::trouble(&error.to_string()).answer(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// `POST /demo/mess`. The case is played while its order's page is shown, which follows it.
pub(super) async fn press(State(shop): State<Shop>, Form(sent): Form<HashMap<String, String>>) -> Response {
    let named = sent.get("case").and_then(|word| Case::ALL.into_iter().find(|case| case.word() == word));
    let Some(case) = named else {
        return super::page::trouble("There is no such case.").answer(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let id = sent.get("order").filter(|id| is_id(id)).cloned();
    match shop.begin(case, id).await {
        Ok(id) => see_other(&format!("/demo/orders/{id}")),
        Err(error) => lost(&error),
    }
}

impl Shop {
    /// Makes the order of a case and begins to play it; where the same form was sent before, that is being done already.
    async fn begin(&self, case: Case, id: Option<String>) -> Result<String, DocumentsError> {
        let fresh = || new_id().map_err(|error| DocumentsError::Store(error.to_string()));
        let mut order = Order::new(id.map_or_else(fresh, Ok)?, case.lines(), now());
        order.played = Some(Played { case, how: How::UnderWay });
        let id = order.id.clone();
        if self.orders.keep_new(&order).await? {
            tokio::spawn(play::play(self.clone(), order, case));
        }
        Ok(id)
    }

    /// Keeps with an order how far its case is.
    async fn played(&self, id: &str, how: How) -> Result<(), DocumentsError> {
        let change = |order: &mut Order| {
            if let Some(played) = &mut order.played {
                played.how = how.clone();
            }
            true
        };
        self.orders.change(id, change).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_has_something_to_buy_and_a_word_of_its_own() {
        for case in Case::ALL {
            assert!(catalogue::sum(&case.lines()) > 500, "{case:?}");
            assert_eq!(serde_json::to_value(case).ok(), Some(case.word().into()), "{case:?}");
            assert_eq!(Case::ALL.iter().filter(|other| other.word() == case.word()).count(), 1);
        }
    }

    #[test]
    fn what_is_left_behind_is_not_waited_for() {
        let mut order = Order::new("ABCDEFGH".to_owned(), Case::Late.lines(), Moment::from_seconds(1_000));
        assert!(!order.is_played(Moment::from_seconds(1_000)));
        order.played = Some(Played { case: Case::Late, how: How::UnderWay });
        assert!(
            order.is_played(Moment::from_seconds(1_030)) && !order.is_played(Moment::from_seconds(1_090))
        );
        order.played = Some(Played { case: Case::Late, how: How::Through });
        assert!(!order.is_played(Moment::from_seconds(1_030)));
    }
}
