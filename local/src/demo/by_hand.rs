//! Payment by hand, for whoever asks for it: the customer reads where to send the money, and a merchant says at the
//! console that it came.

use serde_json::{Value, json};

/// As the shop's configuration names it.
pub(super) const NAME: &str = "manual";

/// The shop's account: an account number that is nobody's, from the German banks' own examples.
pub(super) fn account() -> Value {
    json!({
        "instructions": "Please send {amount} to DE02 1203 0000 0000 2020 51.\nReference: {reference}",
    })
}
