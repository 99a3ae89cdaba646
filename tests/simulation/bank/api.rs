//! The provider's API, as payproof's adapter calls it, past the world that decides what becomes of a call.

use std::sync::Arc;
use std::time::Duration;

use payproof::payment::Moment;
use payproof::provider::sandbox::{
    CheckoutForm, CheckoutMade, CheckoutState, RefundForm, RefundState, Refused, RefusedError,
};
use payproof::provider::{Answer, Failure, Request};
use payproof_edge::send::{Sent, Transport};

use super::{Act, Bank, Books, Checkout, RefundEnd, State};
use crate::fate::{Callee, Fate, Lost};
use crate::world::World;

/// What carries payproof's requests to the provider.
pub fn carrier(world: &Arc<World>) -> Arc<dyn Transport> {
    Arc::new(Carrier(Arc::clone(world)))
}

struct Carrier(Arc<World>);

impl Transport for Carrier {
    fn send(&self, request: Request) -> Sent<'_> {
        let world = Arc::clone(&self.0);
        Box::pin(async move {
            let path = request.url.strip_prefix(crate::shops::API_BASE).unwrap_or_default().to_owned();
            let what = format!("provider {} {}", request.method, path);
            let fate = world.before(Callee::Provider, &what).await;
            match fate {
                Fate::Lost(Lost::Before) => {
                    return Err(match world.draw(|dice| dice.bool()) {
                        true => Failure::Unreachable("the provider is not reached".to_owned()),
                        false => Failure::Unknown("the request is lost".to_owned()),
                    });
                }
                Fate::Breaks(Lost::Before) => return Ok(broken(&world, &[401])),
                Fate::Late(after) => {
                    let late = Arc::clone(&world);
                    world.spawn(async move {
                        tokio::time::sleep(after).await;
                        let answer = late.bank.answer(&late, &request, &path);
                        late.note(format_args!("{what}: done late, {}", answer.status));
                    });
                    // It hangs: the flow's own time-out ends the wait.
                    tokio::time::sleep(Duration::from_secs(3_600)).await;
                    return Err(Failure::Unknown("it hangs".to_owned()));
                }
                Fate::Refuses => {
                    if let Some(no) = world.bank.refuse(&request, &path) {
                        return Ok(no);
                    }
                }
                Fate::Done | Fate::Lost(_) | Fate::Breaks(_) | Fate::Crash(_) => {}
            }
            let answer = world.bank.answer(&world, &request, &path);
            world.after(&what, answer.status, fate).await;
            match fate {
                Fate::Lost(_) => Err(Failure::Unknown("the answer is lost".to_owned())),
                Fate::Breaks(_) => Ok(broken(&world, &[])),
                _ => Ok(answer),
            }
        })
    }
}

/// An answer that says nothing of what was done; or one of `also`, which say that nothing was: no provider says that of
/// what it did.
fn broken(world: &World, also: &[u16]) -> Answer {
    let statuses = [&[500, 502, 503, 429, 409], also].concat();
    refused(world.draw(|dice| statuses[dice.usize(..statuses.len())]), "broken")
}

fn json(status: u16, body: &impl serde::Serialize) -> Answer {
    let body = serde_json::to_vec(body).expect("JSON");
    Answer { status, headers: http::HeaderMap::new(), body }
}

fn refused(status: u16, code: &str) -> Answer {
    let error = RefusedError { code: code.to_owned(), message: "simulated".to_owned() };
    json(status, &Refused { error })
}

impl Bank {
    /// A definite no, where this provider may still say one: not of a key whose first answer was yes.
    fn refuse(&self, request: &Request, path: &str) -> Option<Answer> {
        let key = request.header_value("idempotency-key")?;
        let known = match path {
            "/v1/checkouts" => self.of_session(key).is_some(),
            _ => self.books().refund_of_request(key).is_some(),
        };
        (!known).then(|| refused(402, "account_closed"))
    }

    fn answer(&self, world: &Arc<World>, request: &Request, path: &str) -> Answer {
        let now = world.now();
        let parts: Vec<&str> = path.split('/').skip(2).collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["checkouts"]) => self.create(world, request, now),
            ("GET", ["checkouts", id]) => self.state(|checkout| checkout.id == *id),
            ("GET", ["checkouts", "by-reference", reference]) => {
                self.state(|checkout| checkout.form.reference == *reference)
            }
            ("POST", ["checkouts", id, "close"]) => self.close(world, id, now),
            ("POST", ["refunds"]) => self.refund(world, request, now),
            _ => refused(404, "not_found"),
        }
    }

    fn create(&self, world: &Arc<World>, request: &Request, now: Moment) -> Answer {
        let form: CheckoutForm = serde_json::from_slice(&request.body).expect("the documented form");
        let mut books = self.books();
        if request.header_value("idempotency-key") != Some(form.reference.as_str()) {
            books.complaints.push(format!("{}: the key is not the session", form.reference));
        }
        let index = match books.of_session(&form.reference) {
            Some(index) => {
                if books.checkouts[index].form != form && !books.checkouts[index].ahead {
                    books.complaints.push(format!("{} was asked for in two ways", form.reference));
                    return refused(409, "idempotency_mismatch");
                }
                index
            }
            None => {
                let until = Moment::from_seconds(form.expires_at);
                let index = books.make(form, now);
                expires(world, index, until);
                index
            }
        };
        let id = books.checkouts[index].id.clone();
        let url = format!("https://provider.example/pay/{id}");
        json(201, &CheckoutMade { id, url })
    }

    fn state(&self, is: impl Fn(&Checkout) -> bool) -> Answer {
        let books = self.books();
        let found = books.checkouts.iter().find(|checkout| is(checkout));
        found.map_or_else(|| refused(404, "not_found"), |checkout| json(200, &checkout.state()))
    }

    fn close(&self, world: &Arc<World>, id: &str, now: Moment) -> Answer {
        let Some(index) = self.books().checkouts.iter().position(|checkout| checkout.id == id) else {
            return refused(404, "not_found");
        };
        match self.act(index, &Act::Expire, now) {
            Ok(told) => {
                crate::postman::deliver_all(world, told);
                self.state(|checkout| checkout.id == id)
            }
            Err(_) => refused(409, "not_open"),
        }
    }

    fn refund(&self, world: &Arc<World>, request: &Request, now: Moment) -> Answer {
        let form: RefundForm = serde_json::from_slice(&request.body).expect("the documented form");
        let known = self.books().refund_of_request(&form.request);
        if let Some((_, state)) = known {
            return if state.amount == form.amount { json(200, &state) } else { refused(409, "key_used") };
        }
        let Some(index) = self.of_session(&form.reference) else { return refused(404, "not_found") };
        let end = world.draw(|dice| match dice.u32(..6) {
            0 => RefundEnd::Failed,
            1 | 2 => RefundEnd::Pending,
            _ => RefundEnd::Succeeded,
        });
        let request = Some(form.request.clone());
        match self.act(index, &Act::Refund { amount: form.amount, end, request }, now) {
            Ok(told) => {
                crate::postman::deliver_all(world, told);
                let (_, state) = self.books().refund_of_request(&form.request).expect("it was just made");
                json(201, &state)
            }
            Err(_) => {
                let mut books = self.books();
                let checkout = &books.checkouts[index];
                // Only what happened at the provider's own pages may be news to payproof.
                if checkout.refunds.iter().all(|refund| refund.request.is_some()) {
                    books.complaints.push(format!("{} was to be refunded by more than came", form.reference));
                }
                refused(422, "too_much")
            }
        }
    }
}

/// Its time will be over.
fn expires(world: &Arc<World>, checkout: usize, until: Moment) {
    let then = Arc::clone(world);
    world.spawn(async move {
        let millis = until.millis_since(then.now());
        tokio::time::sleep(Duration::from_millis(millis)).await;
        if let Ok(told) = then.bank.act(checkout, &Act::Expire, then.now()) {
            crate::postman::deliver_all(&then, told);
        }
    });
}

impl Books {
    /// The refund that was asked for by this id of ours, and the checkout that it is of.
    pub fn refund_of_request(&self, request: &str) -> Option<(usize, RefundState)> {
        self.checkouts.iter().enumerate().find_map(|(index, checkout)| {
            let mut refunds = checkout.refunds.iter();
            let refund = refunds.find(|refund| refund.request.as_deref() == Some(request))?;
            Some((index, checkout.refund_state(refund)))
        })
    }
}

impl Checkout {
    fn state(&self) -> CheckoutState {
        let status = match self.state {
            State::Open => "open",
            State::Processing => "processing",
            State::Review => "review",
            State::Paid => "paid",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
            State::Expired => "expired",
        };
        CheckoutState {
            id: self.id.clone(),
            reference: self.form.reference.clone(),
            status: status.to_owned(),
            amount: self.came.unwrap_or(self.form.amount),
            currency: self.form.currency.clone(),
            payment_id: self.payment.clone(),
            reason: self.reason.clone(),
            updated_at: Moment::from_millis(self.since).to_string(),
            refunds: self.refunds.iter().map(|refund| self.refund_state(refund)).collect(),
        }
    }

    fn refund_state(&self, refund: &super::Refund) -> RefundState {
        let status = match refund.end {
            RefundEnd::Pending => "pending",
            RefundEnd::Succeeded => "succeeded",
            RefundEnd::Failed => "failed",
        };
        RefundState {
            id: refund.id.clone(),
            request: refund.request.clone(),
            status: status.to_owned(),
            amount: refund.amount,
            currency: Some(self.form.currency.clone()),
            at: Some(Moment::from_millis(refund.since).to_string()),
        }
    }
}
