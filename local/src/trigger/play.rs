//! One order from its registration to whatever becomes of it.

use std::fmt;
use std::time::Duration;

use http::Method;
use payproof::provider::sandbox::signed_headers;
use payproof::provider::signature::standard_webhooks::Key;
use payproof::provider::{Answer, Request};
use payproof::secret::Secret;
use payproof_edge::app::now;
use serde_json::{Value, json};

use super::TriggerError;
use super::caller::{Caller, json as body_of, text};
use super::plan::{Act, Attempt, Deliver, Plan};

/// How long a session is open: the shortest that there is, so that the end comes while somebody waits for it.
const SESSION_SECONDS: u64 = 60;
/// A secret that is nobody's.
const FORGED: &str = "whsec_Zm9yZ2VkIGJ5IHNvbWVib2R5IHdobyBoYXMgbm8gc2VjcmV0";

/// What was done.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    orders: u32,
    sessions: u32,
    acts: u32,
    twice: u32,
    late: u32,
    out_of_order: u32,
    lost: u32,
    wrong_amounts: u32,
    forged: u32,
    cut_off: u32,
}

impl Tally {
    pub(super) const fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.sessions += other.sessions;
        self.acts += other.acts;
        self.twice += other.twice;
        self.late += other.late;
        self.out_of_order += other.out_of_order;
        self.lost += other.lost;
        self.wrong_amounts += other.wrong_amounts;
        self.forged += other.forged;
        self.cut_off += other.cut_off;
    }

    const fn act(&mut self, act: &Act) {
        self.acts += 1;
        match act.deliver {
            Deliver::Once => {}
            Deliver::Twice => self.twice += 1,
            Deliver::Late(_) => self.late += 1,
            Deliver::OutOfOrder => self.out_of_order += 1,
            Deliver::Lost => self.lost += 1,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { orders, sessions, acts, twice, late, out_of_order, lost, .. } = self;
        let Self { wrong_amounts, forged, cut_off, .. } = self;
        write!(
            f,
            "{orders} orders, {sessions} sessions, {acts} acts at the sandbox. Of their webhooks {twice} came twice, \
             {late} late, {out_of_order} out of order, {lost} not at all. Wrong amounts: {wrong_amounts}. Forged \
             webhooks: {forged}. Requests cut off: {cut_off}."
        )
    }
}

/// An order that was played through.
#[derive(Debug, Clone)]
pub(super) struct Played {
    pub(super) order: String,
    pub(super) tally: Tally,
    /// What is said of a session where the books differ: which of its webhooks were lost.
    pub(super) lost: Vec<String>,
}

/// Plays an order.
pub(super) async fn play(caller: Caller, plan: Plan) -> Result<Played, TriggerError> {
    let mut played = Played {
        order: plan.order.clone(),
        tally: Tally { orders: 1, ..Tally::default() },
        lost: Vec::new(),
    };
    let body = json!({ "amount": plan.amount, "currency": "EUR", "description": "Chaos" });
    let register = caller.of_shop(Method::PUT, &format!("/v1/orders/{}", plan.order), Some(&body));
    answered(&caller, register, plan.cut_off, &plan, &mut played.tally).await?;
    for attempt in &plan.attempts {
        let Some(session) = open(&caller, &plan, attempt, &mut played.tally).await? else { break };
        forge(&caller, &plan, &session, &mut played.tally).await?;
        through(&caller, attempt, &session, &mut played).await?;
    }
    Ok(played)
}

/// The answer to a request that may have been cut off before.
async fn answered(
    caller: &Caller,
    request: Request,
    cut_off: bool,
    plan: &Plan,
    tally: &mut Tally,
) -> Result<Answer, TriggerError> {
    if cut_off {
        tally.cut_off += 1;
        caller.cut_off(request.clone(), Duration::from_millis(plan.patience_millis)).await;
    }
    caller.until_answered(request).await
}

/// A session; none where the order needs none any more, as where an earlier attempt turned out to be paid.
async fn open(
    caller: &Caller,
    plan: &Plan,
    attempt: &Attempt,
    tally: &mut Tally,
) -> Result<Option<Value>, TriggerError> {
    let body = json!({ "order_id": plan.order, "method": attempt.method, "provider": "sandbox", "expires_in": SESSION_SECONDS });
    let request = caller.of_shop(Method::POST, "/v1/sessions", Some(&body));
    let answer = answered(caller, request, attempt.cut_off, plan, tally).await?;
    match answer.status {
        200 | 201 => {
            tally.sessions += 1;
            Ok(Some(body_of(&answer)))
        }
        409 => Ok(None),
        status => Err(TriggerError::Stack(format!("a session was answered with {status}"))),
    }
}

/// The customer goes, does what is planned, and comes back.
async fn through(
    caller: &Caller,
    attempt: &Attempt,
    session: &Value,
    played: &mut Played,
) -> Result<(), TriggerError> {
    let go = caller.send(Request::new(Method::GET, text(session, "checkout_url"))).await?;
    if go.status != 303 {
        // It was paid meanwhile, or ended.
        return Ok(());
    }
    for act in &attempt.acts {
        let answer = caller.send(at_the_page(text(session, "provider_checkout_url"), act)).await?;
        // What cannot happen any more, as where the time was over, does not.
        if answer.status != 303 {
            continue;
        }
        played.tally.act(act);
        played.tally.wrong_amounts += u32::from(act.word == "pay_other");
        if act.deliver == Deliver::Lost {
            played.lost.push(format!("the webhook about \"{}\" was lost", act.word));
        }
    }
    let back = format!(
        "{}/return/{}?client_secret={}",
        caller.url,
        text(session, "id"),
        text(session, "client_secret")
    );
    caller.send(Request::new(Method::GET, back)).await?;
    Ok(())
}

/// A button of the sandbox's page.
fn at_the_page(page: &str, act: &Act) -> Request {
    let amount = act.amount.map(|minor| format!("{}.{:02}", minor / 100, minor % 100)).unwrap_or_default();
    let (deliver, seconds) = match act.deliver {
        Deliver::Once => ("once", 0),
        Deliver::Twice => ("twice", 0),
        Deliver::Late(seconds) => ("late", seconds),
        Deliver::OutOfOrder => ("out_of_order", 0),
        Deliver::Lost => ("lost", 0),
    };
    let form: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("act", act.word)
        .append_pair("deliver", deliver)
        .append_pair("seconds", &seconds.to_string())
        .append_pair("amount", &amount)
        .finish();
    Request::new(Method::POST, page).body("application/x-www-form-urlencoded", form)
}

/// Somebody without a secret says that it was paid.
async fn forge(caller: &Caller, plan: &Plan, session: &Value, tally: &mut Tally) -> Result<(), TriggerError> {
    let Some(key) = Key::parse(&Secret::new(FORGED)) else { return Ok(()) };
    for nth in 0..plan.forgeries {
        let body = json!({
            "type": "payment.paid", "timestamp": now().to_string(),
            "data": {
                "reference": session.get("id"), "payment_id": "pay_forged", "amount": plan.amount, "currency": "EUR",
            },
        });
        let body = body.to_string();
        let url = format!("{}/v1/webhooks/{}/sandbox", caller.url, crate::demo::SHOP_ID);
        let mut request = Request::new(Method::POST, url);
        let id = format!("evt_forged_{nth}");
        for (name, value) in signed_headers(&key, &id, now().seconds(), body.as_bytes()) {
            request = request.header(name, value);
        }
        request.body = body.into_bytes();
        tally.forged += 1;
        let answer = caller.send(request).await?;
        if answer.status != 401 {
            return Err(TriggerError::Stack(format!("a forged webhook was answered with {}", answer.status)));
        }
    }
    Ok(())
}
