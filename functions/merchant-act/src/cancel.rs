//! `POST /v1/sessions/{session_id}/cancel`: an open session is stopped, its checkout closed first.

use http::StatusCode;
use payproof::payment::{Moment, Payment, SessionId, Status};
use payproof::shop::Shop;
use payproof_edge::api::view::SessionView;
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;
use payproof_edge::flow::{By, CancelError, cancel};

use crate::asked::not_answered;
use crate::by;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    actor: Option<String>,
    note: Option<String>,
}

pub(crate) async fn act(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let id = SessionId::parse(call.params.get("session_id")).map_err(|_| no_session())?;
    let body: Body = read::json(call.request.body())?;
    let by = By {
        actor: body.actor.as_deref().map(by::actor).transpose()?,
        note: by::note("note", body.note.as_deref())?,
    };
    let payment = cancel(app, shop, id, by, call.now).await.map_err(|error| problem(error, call.now))?;
    Ok(answer::json(StatusCode::OK, &shown(shop, &payment, id, call.now)?))
}

/// The session as it is now.
pub(crate) fn shown(
    shop: &Shop,
    payment: &Payment,
    id: SessionId,
    now: Moment,
) -> Result<SessionView, Problem> {
    SessionView::of(shop, payment, &payment.standing(), id.attempt, now).ok_or_else(no_session)
}

pub(crate) fn no_session() -> Problem {
    Problem::of(Code::NotFound, "The shop has no session of this id.")
}

fn problem(error: CancelError, now: Moment) -> Problem {
    match error {
        CancelError::SessionNotFound => no_session(),
        CancelError::NotOpen(status) => not_open(status),
        CancelError::Opening { until } => Problem::new(Code::SessionOpening).retry_at(until, now),
        CancelError::Provider(error) => not_answered(error, now),
        CancelError::Unclear => {
            let detail = "The provider says that the checkout is not open, and not yet what it is instead.";
            Problem::of(Code::Unavailable, detail).retry_after(5)
        }
    }
}

fn not_open(status: Status) -> Problem {
    let detail = format!("The session is {status}. {}", Code::SessionNotOpen.meaning());
    Problem { session_status: Some(status), ..Problem::of(Code::SessionNotOpen, detail) }
}
