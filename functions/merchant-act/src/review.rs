//! `POST /v1/sessions/{session_id}/review`: a merchant decides about a session in review, by name.

use http::StatusCode;
use payproof::payment::{CannotReview, Moment, Ruling, SessionId};
use payproof::shop::Shop;
use payproof_edge::api::view::SessionView;
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;
use payproof_edge::flow::{By, ReviewError, review_session};

use crate::{asked, by, cancel, refund};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    decision: String,
    actor: String,
    note: Option<String>,
}

/// The session and its refunds, as they are now.
#[derive(serde::Serialize)]
struct View {
    session: SessionView,
    refunds: Vec<refund::View>,
}

pub(crate) async fn act(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let id = SessionId::parse(call.params.get("session_id")).map_err(|_| cancel::no_session())?;
    let body: Body = read::json(call.request.body())?;
    let ruling = Ruling::parse(&body.decision)
        .ok_or_else(|| Problem::of(Code::InvalidRequest, "`decision` is approve or reject."))?;
    let by = By { actor: Some(by::actor(&body.actor)?), note: by::note("note", body.note.as_deref())? };
    let done = review_session(app, shop, id, ruling, by, call.now).await;
    let done = done.map_err(|error| problem(error, call.now))?;
    let view = View {
        session: cancel::shown(shop, &done.payment, id, call.now)?,
        refunds: done.refunds.iter().map(|asked| refund::View::of(&id.payment, asked)).collect(),
    };
    Ok(answer::json(StatusCode::OK, &view))
}

fn problem(error: ReviewError, now: Moment) -> Problem {
    match error {
        ReviewError::SessionNotFound => cancel::no_session(),
        ReviewError::Cannot(CannotReview::NotInReview(status)) => {
            let detail = format!("The session is {status}. {}", Code::NotInReview.meaning());
            Problem { session_status: Some(status), ..Problem::of(Code::NotInReview, detail) }
        }
        ReviewError::Cannot(CannotReview::Rejected) => Problem::new(Code::AlreadyRejected),
        ReviewError::NothingCame => Problem::new(Code::NothingToApprove),
        ReviewError::StillHeld => Problem::new(Code::StillHeld),
        ReviewError::Provider(error) => asked::not_answered(error, now),
        ReviewError::Full => Problem::new(Code::OrderFull),
    }
}
