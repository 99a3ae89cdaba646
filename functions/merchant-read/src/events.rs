//! Events that matched nothing, were not understood or came past the cap, and notes of refused deliveries.

use http::StatusCode;
use payproof::payment::Outcome;
use payproof::shop::Shop;
use payproof_edge::api::{Call, Code, Problem, Response, answer};
use payproof_edge::app::App;
use payproof_edge::limits::PAGE_MAX;
use payproof_edge::store::{EventCursor, Note, StoredEvent};

/// Queries of one request: a day without stored events takes one.
const QUERIES_MAX: u64 = 20;

pub(crate) async fn list(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let wanted = match call.query("outcome").as_deref() {
        None => None,
        Some("refused") => return refused(app, shop, call).await,
        Some(word) => {
            let kept = [Outcome::Unmatched, Outcome::NotUnderstood, Outcome::PastCap];
            let outcome = Outcome::parse(word).filter(|outcome| kept.contains(outcome));
            let detail = "`outcome` is one of unmatched, not_understood, past_cap, refused.";
            Some(outcome.ok_or_else(|| Problem::of(Code::InvalidRequest, detail))?)
        }
    };
    let cursor = call.query("cursor").map(|text| EventCursor::parse(&text).ok_or_else(bad_cursor));
    let mut from = cursor.transpose()?.unwrap_or_else(|| EventCursor::first(call.now));
    let mut shown = Vec::new();
    let mut next = None;
    for _ in 0..QUERIES_MAX {
        let (events, after) = app.store.events_from(&shop.id, &from, call.now).await?;
        shown.extend(
            events.iter().filter(|event| wanted.is_none_or(|wanted| event.outcome == wanted)).map(event),
        );
        next.clone_from(&after);
        match after {
            Some(after) if shown.len() < usize::try_from(PAGE_MAX).unwrap_or(usize::MAX) => from = after,
            _ => break,
        }
    }
    let next = next.map(|cursor| cursor.to_string());
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "data": shown, "next_cursor": next })))
}

fn bad_cursor() -> Problem {
    Problem::of(Code::InvalidRequest, "`cursor` is what `next_cursor` of the page before says.")
}

/// The body is not shown: it holds customers' data.
fn event(event: &StoredEvent) -> serde_json::Value {
    serde_json::json!({
        "id": event.id.to_string(),
        "provider": event.provider,
        "outcome": event.outcome.word(),
        "problem": event.problem,
        "type": event.word,
        "session_id": event.session.map(|session| session.to_string()),
        "body_bytes": event.body.len(),
        "received_at": event.received_at,
        "applied_at": event.applied_at,
    })
}

async fn refused(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let mut notes = Vec::new();
    for provider in shop.providers.values() {
        notes.extend(app.store.refused(&shop.id, provider.id(), call.now).await?);
    }
    notes.sort_unstable_by_key(|note: &Note| std::cmp::Reverse(note.at));
    let shown: Vec<_> = notes
        .iter()
        .map(|note| {
            serde_json::json!({
                "provider": note.provider,
                "outcome": "refused",
                "reason": note.reason,
                "received_at": note.at,
                "body_bytes": note.body_bytes,
                "claims_session_id": note.claims,
            })
        })
        .collect();
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "data": shown, "next_cursor": null })))
}
