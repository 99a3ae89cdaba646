//! Events that matched nothing, were not understood or came past the cap, and notes of refused deliveries.

use http::StatusCode;
use payproof::payment::{Moment, Outcome};
use payproof::shop::Shop;
use payproof_edge::api::{Call, Code, Problem, Response, answer};
use payproof_edge::app::App;
use payproof_edge::limits::{EVENT_KEPT_SECONDS, PAGE_MAX};
use payproof_edge::store::{EventId, Note, StoredEvent};

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
    let cursor = call.query("cursor").map(|text| Cursor::parse(&text).ok_or_else(bad_cursor)).transpose()?;
    let (mut day_at, mut before) = match cursor {
        Some(cursor) => (cursor.day_at, cursor.before),
        // An event is kept under the provider's own time, and its clock may be ahead of ours.
        None => (call.now.plus_millis(DAY_MILLIS), None),
    };
    let oldest =
        Moment::from_millis(call.now.millis().saturating_sub(EVENT_KEPT_SECONDS.saturating_mul(1_000)));
    let mut shown = Vec::new();
    let mut next = None;
    for _ in 0..QUERIES_MAX {
        let day = day_at.day().replace('-', "");
        let events = app.store.events_of_day(&shop.id, &day, before.as_ref()).await?;
        shown.extend(
            events.iter().filter(|event| wanted.is_none_or(|wanted| event.outcome == wanted)).map(event),
        );
        // The store cuts its answer at 1 MB, wherever in the day that is: only an empty one says that the day is over.
        before = events.last().map(|event| event.id.clone());
        if before.is_none() {
            day_at = Moment::from_millis(day_at.millis().saturating_sub(DAY_MILLIS));
            if day_at < oldest {
                next = None;
                break;
            }
        }
        next = Some(Cursor { day_at, before: before.clone() });
        if shown.len() >= usize::try_from(PAGE_MAX).unwrap_or(usize::MAX) {
            break;
        }
    }
    let next = next.map(|cursor| cursor.to_string());
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "data": shown, "next_cursor": next })))
}

const DAY_MILLIS: u64 = 86_400_000;

/// Where a list goes on: a day, and the event of it that was shown last.
struct Cursor {
    day_at: Moment,
    before: Option<EventId>,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (day_at, before) = text.split_once('.')?;
        let day_at = Moment::from_millis(day_at.parse().ok()?);
        let before = if before.is_empty() { None } else { Some(EventId::parse(before)?) };
        Some(Self { day_at, before })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let before = self.before.as_ref().map(ToString::to_string).unwrap_or_default();
        write!(f, "{}.{before}", self.day_at.millis())
    }
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
