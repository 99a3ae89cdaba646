//! `POST /v1/notifications/{notification_id}/resend` and `POST /v1/notifications/resend`: the shop is told again.

use http::StatusCode;
use payproof::notify::parse_message_id;
use payproof::payment::Moment;
use payproof::shop::Shop;
use payproof_edge::api::notification::{NotificationView, cursor, parse_cursor};
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;
use payproof_edge::flow::{ResendError, resend, resend_failing};
use payproof_edge::store::{LIST_MILLIS_LAST, list_from};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    since: String,
    cursor: Option<String>,
}

/// One.
pub(crate) async fn one(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let Nothing {} = read::json(call.request.body())?;
    let id = parse_message_id(call.params.get("notification_id"));
    let (payment, sequence) = id.ok_or_else(|| problem(ResendError::NotFound))?;
    let resent = resend(app, shop, payment, sequence, call.now).await.map_err(problem)?;
    let view = NotificationView::of(payment, &resent.order, resent.kind, sequence, resent.telling.as_ref());
    Ok(answer::json(StatusCode::OK, &view))
}

/// All that fail.
pub(crate) async fn all(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let body: Body = read::json(call.request.body())?;
    let bad = |detail: &str| Problem::of(Code::InvalidRequest, detail);
    let since = Moment::parse_rfc3339(&body.since)
        .filter(|since| since.millis() <= LIST_MILLIS_LAST)
        .ok_or_else(|| bad("`since` is a moment as RFC 3339 writes it, such as 2026-11-24T00:00:00Z."))?;
    let beyond = body.cursor.map(|text| {
        let key = parse_cursor(&text).filter(|key| *key >= list_from(since));
        key.ok_or_else(|| bad("`cursor` is what `next_cursor` of the answer before says."))
    });
    let beyond = beyond.transpose()?;
    let all = resend_failing(app, shop, since, beyond.as_deref(), call.now).await.map_err(problem)?;
    let next = all.next.as_deref().and_then(cursor);
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "done": all.done, "next_cursor": next })))
}

fn problem(error: ResendError) -> Problem {
    match error {
        ResendError::NotFound => Problem::of(Code::NotFound, "The shop has no notification of this id."),
        ResendError::NoAddress => Problem::new(Code::NothingToNotify),
        ResendError::Flow(error) => error.into(),
    }
}
