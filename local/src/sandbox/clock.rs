//! What happens at the sandbox without anybody asking: checkouts expire, and webhooks are sent.

use std::time::Duration;

use payproof::payment::Moment;
use payproof::provider::sandbox::signed_headers;
use payproof::provider::signature::standard_webhooks::Key;
use payproof::provider::{Answer, Request, Step};
use payproof_edge::app::now;
use tokio::task::JoinSet;

use super::checkout::Checkout;
use super::keep::{CHECKOUT, KeepError};
use super::outbox::{Event, Place, Try};
use super::speaks::{Delivery, Telling, Tongue, spoken};
use super::{Account, Sandbox};
use crate::documents::DocumentsError;

/// How long payproof has to take a webhook.
const SEND_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait after the store did not answer.
const STORE_PAUSE_MILLIS: u64 = 2_000;
/// Checkouts that are looked at at once.
const AT_ONCE: usize = 16;

impl Sandbox {
    /// Puts every checkout with something to do on the schedule.
    pub(super) async fn look_at_all(&self) -> Result<(), DocumentsError> {
        for checkout in self.inner.checkouts.all::<Checkout>(CHECKOUT).await? {
            self.look(&checkout);
        }
        Ok(())
    }

    /// Looks at a checkout when it next has something to do.
    pub(super) fn look(&self, checkout: &Checkout) {
        if let Some(at) = checkout.next_due() {
            self.look_at(&checkout.id, at);
        }
    }

    fn look_at(&self, id: &str, at: u64) {
        self.schedule().look(id, at);
        self.inner.changed.notify_one();
    }

    /// Runs until it is aborted.
    pub(super) async fn run(self) {
        let mut looking = JoinSet::new();
        loop {
            while looking.len() < AT_ONCE {
                let Some(id) = self.schedule().take(now().millis()) else { break };
                let sandbox = self.clone();
                looking.spawn(async move {
                    sandbox.look_now(&id).await;
                    sandbox.schedule().done(&id);
                });
            }
            let next = self.schedule().next().filter(|_| looking.len() < AT_ONCE);
            let wait = next.map(|next| Duration::from_millis(next.saturating_sub(now().millis())));
            tokio::select! {
                () = self.inner.changed.notified() => {}
                Some(_) = looking.join_next() => {}
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => {}
            }
        }
    }

    /// Expires it if its time is over and sends what is due, one delivery after the other.
    async fn look_now(&self, id: &str) {
        loop {
            let result = match self.see(id, now()).await {
                Ok(checkout) => match checkout.outbox.due_now(now()) {
                    Some((place, event)) => self.deliver(&checkout, place, event).await,
                    None => return,
                },
                Err(error) => Err(error),
            };
            match result {
                Ok(()) => {}
                Err(KeepError::Unknown) => return,
                Err(error) => {
                    tracing::warn!(checkout_id = id, %error, "the sandbox could not look at a checkout");
                    return self.look_at(id, now().plus_millis(STORE_PAUSE_MILLIS).millis());
                }
            }
        }
    }

    /// Sends it, and keeps what was answered only then: whatever ends in between, it is sent once more.
    async fn deliver(&self, checkout: &Checkout, place: Place, event: &Event) -> Result<(), KeepError> {
        let (status, word) = match self.account(&checkout.shop) {
            Some(account) => self.send(&account, checkout, event, now()).await,
            None => (None, "the shop has no account here".to_owned()),
        };
        let at = now();
        let tried = Try { at: at.millis(), status, word };
        self.change(&checkout.id, at, |checkout| {
            checkout.outbox.record(place, tried.clone());
            Ok(())
        })
        .await
        .map(|_| ())
    }

    async fn send(
        &self,
        account: &Account,
        checkout: &Checkout,
        event: &Event,
        now: Moment,
    ) -> (Option<u16>, String) {
        let url = format!("{}/v1/webhooks/{}/{}", self.inner.url, account.shop, checkout.speaks);
        let request = match spoken(&checkout.speaks) {
            None => own(account, event, now),
            Some(tongue) => match translated(tongue, account, checkout, event, &url, now) {
                Ok(Some(delivery)) => Ok(delivery),
                // Done, for there is nothing to deliver.
                Ok(None) => return (Some(204), "not_told".to_owned()),
                Err(why) => Err(why),
            },
        };
        let request = match request {
            Ok(Delivery { headers, body }) => {
                let typed = headers.iter().any(|(name, _)| *name == "content-type");
                let mut request = Request::new(http::Method::POST, url);
                request.body = body;
                let request =
                    if typed { request } else { request.header("content-type", "application/json") };
                headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
            }
            Err(why) => return (None, why.to_owned()),
        };
        let step = Step::send(request, |answer| Ok(Step::Done((answer.status, word(answer)))));
        match self.inner.sender.run(step, SEND_TIMEOUT).await {
            Ok((status, word)) => (Some(status), word),
            Err(failure) => (None, failure.to_string()),
        }
    }
}

/// An event in the sandbox's own words.
fn own(account: &Account, event: &Event, now: Moment) -> Result<Delivery, &'static str> {
    let key = Key::parse(&account.webhook_secret).ok_or("the account has no webhook secret")?;
    let body = event.body.clone().into_bytes();
    Ok(Delivery { headers: signed_headers(&key, &event.id, now.seconds(), &body).into(), body })
}

/// An event in another provider's words; none where that tells nothing of such a thing.
fn translated(
    tongue: &Tongue,
    account: &Account,
    checkout: &Checkout,
    event: &Event,
    url: &str,
    now: Moment,
) -> Result<Option<Delivery>, &'static str> {
    let keys = account.speaks.get(tongue.name).ok_or("the shop has no account at this provider")?;
    let body = serde_json::from_str(&event.body).map_err(|_| "an event of an older version")?;
    let at = Moment::from_millis(event.at);
    Ok((tongue.deliver)(&Telling { id: &event.id, event: &body, checkout, account: keys, url, at, now }))
}

/// The outcome or code in payproof's answer: a word of ours, or nothing.
fn word(answer: &Answer) -> String {
    let body: serde_json::Value = answer.json().unwrap_or_default();
    let word = ["outcome", "code"].into_iter().find_map(|name| body.get(name)?.as_str());
    word.unwrap_or_default()
        .chars()
        .filter(|letter| letter.is_ascii_lowercase() || *letter == '_')
        .take(40)
        .collect()
}
