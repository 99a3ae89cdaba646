//! What is kept of a delivery that was refused: a note, within bounds.

use payproof::payment::Moment;
use payproof::provider::{Configured, Inbound, Refusal};
use payproof::shop::Shop;

use super::follow_hint::follow_hint;
use crate::app::App;
use crate::store::Note;

/// Keeps a note of a refused delivery, and has an outstanding session that it names asked about: both within bounds, for
/// anybody can post. An error only costs the note.
pub async fn note_refused(
    app: &App,
    shop: &Shop,
    provider: &dyn Configured,
    inbound: &Inbound<'_>,
    refusal: Refusal,
    now: Moment,
) {
    if !app.may_note_refused(now) {
        return;
    }
    let hint = provider.hint(inbound);
    let note = Note {
        reason: refusal.word().to_owned(),
        at: now,
        body_bytes: u64::try_from(inbound.body.len()).unwrap_or(u64::MAX),
        claims: hint.map(|session| session.to_string()),
        provider: provider.id().clone(),
    };
    if let Err(error) = app.store.note_refused(&shop.id, &note, inbound.body).await {
        tracing::warn!(shop_id = %shop.id, provider = provider.name(), %error, "a refused delivery was not noted");
    }
    if let Some(session) = hint
        && let Err(error) = follow_hint(app, shop, provider.id(), session, now).await
    {
        tracing::warn!(shop_id = %shop.id, session_id = %session, %error, "a session that a delivery names was not made due");
    }
}
