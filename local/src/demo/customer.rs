//! A customer of the shop, as a browser: it goes where it is sent and presses what is there, and holds no key.

use std::time::Duration;

use http::Method;
use http::header::LOCATION;
use payproof::provider::{Answer, Failure, Request, Step};
use payproof_edge::send::Sender;

use super::order::Opened;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(25);

/// A customer.
#[derive(Debug, Default)]
pub(super) struct Customer {
    sender: Sender,
}

/// Why a customer got no further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    /// A page sent the customer nowhere.
    #[error("{what} answered {status}")]
    Answered { what: &'static str, status: u16 },
    /// It did not answer.
    #[error("{what} did not answer: {failure}")]
    Silent { what: &'static str, failure: Failure },
}

/// A button of the sandbox's checkout, with the amount that is typed beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Press<'a> {
    pub(super) button: &'a str,
    /// As people write it; empty where the button takes none.
    pub(super) amount: &'a str,
}

impl Press<'static> {
    /// A button that takes no amount.
    pub(super) const fn on(button: &'static str) -> Self {
        Self { button, amount: "" }
    }
}

impl Customer {
    /// Goes where the shop sends it: by payproof to the provider's checkout.
    pub(super) async fn goes_to_pay(&self, session: &Opened) -> Result<(), Lost> {
        self.led(Request::new(Method::GET, &session.checkout_url), "the way to the checkout")
            .await
            .map(|_| ())
    }

    /// Presses a button of the checkout, and goes on to where that leads.
    pub(super) async fn presses(&self, session: &Opened, press: Press<'_>) -> Result<(), Lost> {
        let form: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("act", press.button)
            .append_pair("amount", press.amount)
            .finish();
        let press = Request::new(Method::POST, &session.provider_checkout_url)
            .body("application/x-www-form-urlencoded", form);
        let onward = self.led(press, "the checkout").await?;
        // Whoever is done there is sent back by a whole address; the checkout names its own page by a path alone.
        if onward.starts_with("http") {
            self.send(Request::new(Method::GET, onward), "the page after the checkout").await?;
        }
        Ok(())
    }

    /// Where a request leads a browser.
    async fn led(&self, request: Request, what: &'static str) -> Result<String, Lost> {
        let answer = self.send(request, what).await?;
        let location = answer.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        match location.filter(|_| answer.status == 303) {
            Some(location) => Ok(location.to_owned()),
            None => Err(Lost::Answered { what, status: answer.status }),
        }
    }

    async fn send(&self, request: Request, what: &'static str) -> Result<Answer, Lost> {
        let step = Step::send(request, |answer| Ok(Step::Done(answer.clone())));
        self.sender.run(step, TIMEOUT).await.map_err(|failure| Lost::Silent { what, failure })
    }
}
