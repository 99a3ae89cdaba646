//! `/go/{session_id}/{token}`: records that the customer was sent, then sends them. An old link says what is true
//! instead, so it is never paid by again.

use http::StatusCode;
use payproof::payment::{Attempt, Fact, FactId, Kind, Moment, Payment, Report, SessionId, Source, is_wanted};
use payproof_edge::api::{Call, Problem, Response, answer};
use payproof_edge::app::App;
use payproof_edge::flow::{FlowError, record_from};
use payproof_edge::random;

use crate::return_page::Shown;
use crate::{layout, notice, of_browser, return_page};

pub(crate) async fn redirect(app: &App, call: &Call) -> Result<Response, Problem> {
    let language = of_browser(call);
    let Ok(id) = SessionId::parse(call.params.get("session_id")) else {
        return notice::unknown_link(language);
    };
    let Some(payment) = app.store.load(&id.payment).await? else { return notice::unknown_link(language) };
    let Some(session) = payment.sessions.get(&id.attempt) else { return notice::unknown_link(language) };
    if !session.go_token.matches(call.params.get("token")) {
        return notice::unknown_link(language);
    }
    // Another attempt may have been paid: then this checkout would take the money twice.
    let open = is_wanted(&payment, id.attempt);
    let ran_out = session.expires_at <= call.now;
    let item = app.store.attempt(id, session.nonce).await?;
    let checkout = item.as_ref().and_then(|item| item.checkout.clone()).filter(|_| open && !ran_out);
    let Some(checkout) = checkout else {
        let shown = Shown { language, ran_out: open && ran_out, ..Shown::default() };
        return return_page::told(app, &payment, id.attempt, item.as_ref(), shown, call.now);
    };
    tracing::info!(session_id = %id, "a customer was sent to the checkout");
    if let Err(error) = once(app, payment, id.attempt, Kind::Sent, call.now).await {
        // That a customer was sent decides nothing about money; that they can pay matters more.
        tracing::warn!(session_id = %id, %error, "it could not be recorded that the customer was sent");
    }
    let response =
        answer::header(answer::empty(StatusCode::SEE_OTHER), http::header::LOCATION, &checkout.url);
    Ok(layout::private(response))
}

/// Records what a browser did, once an attempt: browsers cannot fill an item.
pub(crate) async fn once(
    app: &App,
    payment: Payment,
    attempt: Attempt,
    kind: Kind,
    now: Moment,
) -> Result<(), FlowError> {
    let id = FactId::ours(attempt, kind.word());
    if payment.fact(id.hash()).is_some() {
        return Ok(());
    }
    let write = random::write_mark()?;
    let fact = Fact { id, attempt, source: Source::Us, said: Report::new(kind), at: now, write };
    let shop = payment.shop.clone();
    record_from(&app.store, payment, &shop, None, &[fact]).await.map(|_| ())
}
