//! `POST /v1/events/{event_id}/replay` and `POST /v1/events/replay`: what could not be applied when it came, once more.

use http::StatusCode;
use payproof::payment::{Moment, Outcome};
use payproof::shop::Shop;
use payproof_edge::api::{Call, Code, Problem, Response, answer, read, view};
use payproof_edge::app::App;
use payproof_edge::flow::{Applied, Replayed, Stretch, Which, reconcile_open, replay_event, replay_events};
use payproof_edge::limits::BULK_TIMEOUT;
use payproof_edge::store::{EventCursor, EventId};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    outcome: String,
    cursor: Option<String>,
}

/// One event.
pub(crate) async fn one(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let nothing = || Problem::of(Code::NotFound, "The shop has no stored event of this id.");
    let Nothing {} = read::json(call.request.body())?;
    let id = EventId::parse(call.params.get("event_id")).ok_or_else(nothing)?;
    let (outcome, applied_at) = match replay_event(app, shop, &id, call.now).await? {
        Replayed::NotFound => return Err(nothing()),
        Replayed::Before { applied_at } => {
            let detail = format!("The event was applied at {applied_at}. Nothing is applied twice.");
            return Err(Problem::of(Code::EventApplied, detail));
        }
        Replayed::Tried(Applied::Done(outcome)) => (outcome, Some(call.now)),
        Replayed::Tried(Applied::Waits { outcome, .. }) => (outcome, None),
        Replayed::Tried(Applied::NotAnswered(failure)) => {
            let detail = format!("The provider has to be asked what the event is about, and: {failure}.");
            return Err(Problem::of(Code::Unavailable, detail).retry_after(5));
        }
        Replayed::Tried(Applied::NoProvider) => return Err(Problem::new(Code::NoSuchProvider)),
    };
    tracing::info!(shop_id = %shop.id, event = %id, outcome = outcome.word(), "a merchant replayed an event");
    let view =
        serde_json::json!({ "id": id.to_string(), "outcome": outcome.word(), "applied_at": applied_at });
    Ok(answer::json(StatusCode::OK, &view))
}

/// All of an outcome.
pub(crate) async fn all(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let body: Body = read::json(call.request.body())?;
    if body.outcome == "refused" {
        return refused(app, shop, body.cursor.as_deref(), call.now).await;
    }
    let kept = [Outcome::Unmatched, Outcome::NotUnderstood, Outcome::PastCap];
    let outcome =
        Outcome::parse(&body.outcome).filter(|outcome| kept.contains(outcome)).ok_or_else(|| {
            Problem::of(
                Code::InvalidRequest,
                "`outcome` is one of unmatched, not_understood, past_cap, refused.",
            )
        })?;
    let from = body.cursor.map(|text| EventCursor::parse(&text).ok_or_else(bad_cursor)).transpose()?;
    let bulk = replay_events(app, shop, outcome, from, call.now).await?;
    tracing::info!(shop_id = %shop.id, outcome = outcome.word(), done = bulk.done, "a merchant replayed events");
    let next = bulk.next.map(|cursor| cursor.to_string());
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "done": bulk.done, "next_cursor": next })))
}

/// Of a refused delivery nothing was believed and no body kept. What it may have said is asked of the providers: about
/// everything of the shop that is open.
async fn refused(app: &App, shop: &Shop, cursor: Option<&str>, now: Moment) -> Result<Response, Problem> {
    let before = cursor.map(|text| read::order_cursor(text).ok_or_else(bad_cursor)).transpose()?;
    let stretch = Stretch {
        since: Moment::default(),
        before: before.as_deref(),
        which: Which::Outstanding,
        limit: BULK_TIMEOUT,
    };
    let looked = reconcile_open(app, shop, stretch, now).await?;
    tracing::info!(shop_id = %shop.id, done = looked.done, "a merchant had everything asked about that is open");
    let next = looked.next.as_deref().map(view::order_cursor);
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "done": looked.done, "next_cursor": next })))
}

fn bad_cursor() -> Problem {
    Problem::of(Code::InvalidRequest, "`cursor` is what `next_cursor` of the answer before says.")
}
