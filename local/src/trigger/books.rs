//! The sandbox's books against what payproof says.

use std::fmt;

use http::Method;
use payproof::provider::sandbox::CheckoutState;
use serde_json::Value;

use super::TriggerError;
use super::caller::{Caller, json, text};
use super::play::Played;

/// Where the two do not say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) order: String,
    /// The session, or nothing where it is about the order's sums.
    pub(super) session: Option<String>,
    words: String,
    lost: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = self.session.as_deref().unwrap_or(&self.order);
        let because = if self.lost.is_empty() { String::new() } else { format!(": {}", self.lost) };
        write!(f, "{about} {}{because}", self.words)
    }
}

/// What payproof says of an order that the sandbox does not.
pub(super) async fn compare(caller: &Caller, played: &Played) -> Result<Vec<Difference>, TriggerError> {
    let request = caller.of_shop(Method::GET, &format!("/v1/orders/{}", played.order), None);
    let answer = caller.until_answered(request).await?;
    if answer.status != 200 {
        return Err(TriggerError::Stack(format!("{} was answered with {}", played.order, answer.status)));
    }
    let order = json(&answer);
    let difference = |session: Option<&str>, words: String| Difference {
        order: played.order.clone(),
        session: session.map(str::to_owned),
        words,
        lost: played.lost.join(", "),
    };
    let number = |name: &str| order.get(name).and_then(Value::as_u64).unwrap_or_default();
    let (mut found, mut came, mut back) = (Vec::new(), 0, 0);
    for session in order.get("sessions").and_then(Value::as_array).into_iter().flatten() {
        let (id, status) = (text(session, "id"), text(session, "status"));
        let Some(book) = book_of(caller, id).await? else { continue };
        came += book.came;
        back += book.back;
        if !book.agrees_with(status, number("amount")) {
            found.push(difference(Some(id), format!("is {} at the sandbox and {status} here", book.shown())));
        }
    }
    let ours = (number("amount_paid"), number("amount_refunded"));
    if ours != (came, back) && found.is_empty() {
        found.push(difference(
            None,
            format!("had {came} come and {back} go back at the sandbox, {} and {} here", ours.0, ours.1),
        ));
    }
    Ok(found)
}

/// What the sandbox says of a session.
struct Book {
    status: String,
    /// Minor units.
    came: u64,
    back: u64,
}

/// None where the sandbox never heard of it.
async fn book_of(caller: &Caller, session: &str) -> Result<Option<Book>, TriggerError> {
    let answer = caller.send(caller.of_sandbox(&format!("/checkouts/by-reference/{session}"))).await?;
    if answer.status == 404 {
        return Ok(None);
    }
    let state: CheckoutState = answer.json()?;
    let refunded = state.refunds.iter().filter(|refund| refund.status == "succeeded");
    let came = if state.status == "paid" { state.amount } else { 0 };
    Ok(Some(Book { back: refunded.map(|refund| refund.amount).sum(), came, status: state.status }))
}

impl Book {
    fn shown(&self) -> String {
        match (self.came, self.back) {
            (0, _) => self.status.clone(),
            (came, 0) => format!("paid ({came})"),
            (came, back) => format!("paid ({came}, {back} refunded)"),
        }
    }

    fn agrees_with(&self, status: &str, costs: u64) -> bool {
        let expected: &[&str] = match self.status.as_str() {
            "open" => &["created", "pending"],
            "paid" if self.came > 0 && self.back == self.came => &["refunded"],
            "paid" if self.came == costs => &["paid"],
            "paid" => &["review"],
            other => &[other],
        };
        expected.contains(&status)
    }
}

#[cfg(test)]
mod tests {
    use super::Book;

    #[test]
    fn what_came_decides_what_it_is_to_be_called_here() {
        for (status, came, back, agrees) in [
            ("open", 0, 0, "pending"),
            ("paid", 100, 0, "paid"),
            ("paid", 99, 0, "review"),
            ("paid", 100, 40, "paid"),
            ("paid", 100, 100, "refunded"),
            ("failed", 0, 0, "failed"),
            ("expired", 0, 0, "expired"),
        ] {
            let book = Book { status: status.to_owned(), came, back };
            for word in ["created", "pending", "paid", "review", "refunded", "failed", "expired"] {
                let expected = word == agrees || (agrees == "pending" && word == "created");
                assert_eq!(book.agrees_with(word, 100), expected, "{status} {came} {back}: {word}");
            }
        }
    }
}
