//! The log that support reads tells every change of the status, each from where the one before it ended.

use super::{After, read};

/// It can be drawn, and its changes lead from `created` to what the order is.
pub async fn tells_each_change(after: &After<'_>) {
    let Some(first) = after.payment.sessions.keys().next() else { return };
    let id = after.payment.session_id(*first);
    let log = read(after.world, &format!("/v1/sessions/{id}/timeline")).await;
    let entries = log["entries"].as_array().cloned().unwrap_or_default();
    let mut known = "created".to_owned();
    for entry in entries.iter().filter(|entry| entry["kind"] == "status_changed") {
        if entry["status_before"] != known.as_str() {
            after.wrong(format_args!("the log goes on from {} where it was {known}", entry["status_before"]));
        }
        entry["status_after"].as_str().unwrap_or_default().clone_into(&mut known);
    }
    if known != after.payment.standing().status.word() {
        after.wrong(format_args!("the log ends at {known}: {log}"));
    }
    let sentence = |text: &str| text.ends_with('.') && text.len() > 10;
    for entry in &entries {
        if !entry["text"].as_str().is_some_and(sentence) {
            after.wrong(format_args!("an entry that nobody understands: {entry}"));
        }
    }
}
