//! `POST /v1/sessions/{session_id}/reconcile`: the provider is asked now, and its answer recorded.

use http::StatusCode;
use payproof::payment::{Outcome, SessionId};
use payproof::shop::Shop;
use payproof_edge::api::view::SessionView;
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;
use payproof_edge::flow::{ByHandError, Looked, reconcile_session};

use crate::asked::not_answered;
use crate::cancel::{no_session, shown};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {}

#[derive(serde::Serialize)]
struct Answer {
    outcome: &'static str,
    session: SessionView,
}

pub(crate) async fn act(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let id = SessionId::parse(call.params.get("session_id")).map_err(|_| no_session())?;
    if !call.request.body().is_empty() {
        let Body {} = read::json(call.request.body())?;
    }
    let (payment, looked) =
        reconcile_session(app, shop, id, call.now).await.map_err(|error| match error {
            ByHandError::SessionNotFound => no_session(),
            ByHandError::Ask(error) => not_answered(error, call.now),
        })?;
    let outcome = match looked {
        Looked { outcome: Some(Outcome::Applied), .. } => "applied",
        Looked { outcome: Some(Outcome::Review), .. } => "review",
        Looked { outcome: Some(_), .. } => "unchanged",
        Looked { opening_until: Some(until), .. } => {
            return Err(Problem::new(Code::SessionOpening).retry_at(until, call.now));
        }
        Looked { outcome: None, .. } => return Err(Problem::new(Code::CannotBeAsked)),
    };
    let answered = Answer { outcome, session: shown(shop, &payment, id, call.now)? };
    Ok(answer::json(StatusCode::OK, &answered))
}
