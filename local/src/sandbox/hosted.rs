//! `/sandbox/checkout/{id}`: where a person decides what becomes of a payment. Its forms work without JavaScript.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use payproof_edge::app::now;

use super::act::Act;
use super::checkout::{Checkout, RefundEnd, Status};
use super::keep::KeepError;
use super::outbox::Deliver;
use super::{Sandbox, amount, page};
use crate::page::see_other;

/// Bytes of a form.
const FORM_BYTES_MAX: usize = 4_096;
/// How late a webhook can be, in seconds.
const LATE_SECONDS_MAX: u32 = 86_400;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new().route("/checkout/{id}", get(show).post(act)).layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

/// What a form of the page sends.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Wish {
    act: String,
    deliver: String,
    seconds: String,
    amount: String,
}

async fn show(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    match sandbox.see(&id, now()).await {
        Ok(checkout) => page::of(&checkout, None).answer(StatusCode::OK),
        Err(error) => failed(&error),
    }
}

async fn act(State(sandbox): State<Sandbox>, Path(id): Path<String>, Form(wish): Form<Wish>) -> Response {
    let now = now();
    let before = match sandbox.see(&id, now).await {
        Ok(checkout) => checkout,
        Err(error) => return failed(&error),
    };
    let again = |notice: &str, status| page::of(&before, Some(notice)).answer(status);
    let (act, deliver) = match wish.read(&before) {
        Ok(Some(wish)) => wish,
        // Enter in a field does what no button was pressed for: nothing.
        Ok(None) => return see_other(&format!("/sandbox/checkout/{id}")),
        Err(notice) => return again(notice, StatusCode::UNPROCESSABLE_ENTITY),
    };
    let changed = sandbox
        .change(&id, now, |checkout| {
            checkout.act(&act, deliver, now)?;
            checkout.deliver = deliver;
            Ok(())
        })
        .await;
    match changed {
        Ok(_) => see_other(&onward(&before, &act)),
        Err(KeepError::NotNow(why)) => match sandbox.see(&id, now).await {
            Ok(checkout) => page::of(&checkout, Some(&why.to_string())).answer(StatusCode::CONFLICT),
            Err(error) => failed(&error),
        },
        Err(error) => failed(&error),
    }
}

/// Where the browser goes: a customer who is done goes back to where the checkout was made for; whoever only watches
/// stays.
fn onward(before: &Checkout, act: &Act) -> String {
    match act {
        Act::Cancel => before.form.cancel_url.clone(),
        Act::Pay | Act::PayOther(_) | Act::PayLate | Act::Fail | Act::Start | Act::Hold
            if before.status == Status::Open =>
        {
            before.form.return_url.clone()
        }
        _ => format!("/sandbox/checkout/{}", before.id),
    }
}

fn failed(error: &KeepError) -> Response {
    let status = match error {
        KeepError::Unknown => StatusCode::NOT_FOUND,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    page::notice(&error.to_string()).answer(status)
}

impl Wish {
    /// What shall happen, and how it is told; none where no button was pressed.
    fn read(&self, checkout: &Checkout) -> Result<Option<(Act, Deliver)>, &'static str> {
        let deliver = match self.deliver.as_str() {
            "twice" => Deliver::Twice,
            "late" => {
                let seconds = self.seconds.trim().parse().ok();
                let seconds = seconds.filter(|seconds| (1..=LATE_SECONDS_MAX).contains(seconds));
                Deliver::Late(seconds.ok_or("How late is a number of seconds, 1 to 86400.")?)
            }
            "out_of_order" => Deliver::OutOfOrder,
            "lost" => Deliver::Lost,
            _ => Deliver::Once,
        };
        let amount = || {
            let amount = amount::parse(&self.amount, &checkout.form.currency);
            amount.ok_or("That is no amount of this currency. Write it like 49.99.")
        };
        let refund = |amount, end| Act::Refund { amount, end, request: None };
        let (word, of) = self.act.split_once(' ').unwrap_or((&self.act, ""));
        let act = match word {
            "pay" => Act::Pay,
            "pay_other" => Act::PayOther(amount()?),
            "pay_late" => Act::PayLate,
            "decline" => Act::Decline,
            "fail" => Act::Fail,
            "cancel" => Act::Cancel,
            "start" => Act::Start,
            "hold" => Act::Hold,
            "release" => Act::Release,
            "expire" => Act::Expire,
            "refund" => refund(amount()?, RefundEnd::Succeeded),
            "refund_all" => refund(checkout.left(), RefundEnd::Succeeded),
            "refund_pends" => refund(amount()?, RefundEnd::Pending),
            "refund_fails" => refund(amount()?, RefundEnd::Failed),
            "end_refund" => Act::EndRefund { id: of.to_owned(), succeeds: true },
            "fail_refund" => Act::EndRefund { id: of.to_owned(), succeeds: false },
            "dispute" => Act::OpenDispute,
            "win" => Act::EndDispute { won: true },
            "lose" => Act::EndDispute { won: false },
            "reverse" => Act::Reverse,
            "asked_succeed" => Act::RefundsAsked(RefundEnd::Succeeded),
            "asked_pend" => Act::RefundsAsked(RefundEnd::Pending),
            "asked_fail" => Act::RefundsAsked(RefundEnd::Failed),
            "again" => Act::SendAgain(of.to_owned()),
            _ => return Ok(None),
        };
        Ok(Some((act, deliver)))
    }
}

/// What a button of the page makes happen; the amount, where it needs one, is a cent.
pub(super) fn act_of(button: &str, checkout: &Checkout) -> Option<Act> {
    let wish = Wish { act: button.to_owned(), amount: "0.01".to_owned(), ..Wish::default() };
    Some(wish.read(checkout).ok()??.0)
}
